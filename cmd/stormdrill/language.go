package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
)

// language is the one that reports are asked for in; empty: that of the locale.
type language string

func (l *language) flag(c *cobra.Command) {
	c.Flags().Var(l, "lang", "language of report.html: "+strings.Join(reports.Languages, " or ")+
		" (default that of LC_ALL, LC_MESSAGES or LANG, else en)")
}

// Set takes one of reports.Languages.
func (l *language) Set(s string) error {
	if !slices.Contains(reports.Languages, s) {
		return fmt.Errorf("want %s", strings.Join(reports.Languages, " or "))
	}
	*l = language(s)
	return nil
}

func (l *language) String() string { return string(*l) }

// Type names what --help says it takes.
func (l *language) Type() string { return "LANG" }

// Lang is what was asked for, else the locale's, as POSIX reads it from the environment,
// else English.
func (l *language) Lang() string {
	if *l != "" {
		return string(*l)
	}
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	name, _, _ := strings.Cut(locale, "_")
	if name, _, _ = strings.Cut(name, "."); slices.Contains(reports.Languages, name) {
		return name
	}
	return "en"
}
