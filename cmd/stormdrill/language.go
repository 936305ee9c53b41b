package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports/words"
)

// language is the one that a person is told in, in report.html and summary.md, too. What else
// is kept as evidence is English.
type language struct{ *words.Language }

func (l *language) flags(c *cobra.Command) {
	l.Language = words.FromEnvironment(os.Getenv)
	c.Flags().Var(l, "lang",
		"en or zh: what the report is printed in (default by LC_ALL, LC_MESSAGES, LANG)")
	complete(c, "lang", languages())
}

// Set takes the flag's value.
func (l *language) Set(name string) error {
	if l.Language = words.Of(name); l.Language == nil {
		return fmt.Errorf("want en or zh")
	}
	return nil
}

// String is empty: the default is the environment's, and help says so.
func (l *language) String() string { return "" }

// Type is what help calls a value.
func (l *language) Type() string { return "LANGUAGE" }
