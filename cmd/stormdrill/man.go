package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write a manual page for each command",
		Hidden: true, // packagers need it
		Args:   between(1, 1, "name a FOLDER to write to"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			return eachPage(c.Root(), func(name string, page *cobra.Command) error {
				f, err := os.Create(filepath.Join(args[0], name+".1"))
				if err != nil {
					return err
				}
				defer f.Close()
				return manual(f, name, page)
			})
		},
	}
}

// eachPage gives the visible commands, each with its page's name: stormdrill-run.
func eachPage(c *cobra.Command, take func(name string, c *cobra.Command) error) error {
	if err := take(strings.ReplaceAll(c.CommandPath(), " ", "-"), c); err != nil {
		return err
	}
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := eachPage(sub, take); err != nil {
			return err
		}
	}
	return nil
}

// manual writes one page in man(7), out of what --help says.
func manual(w io.Writer, name string, c *cobra.Command) error {
	c.InitDefaultHelpFlag()
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"stormdrill\" \"Stormdrill\"\n", strings.ToUpper(roff(name)))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n", roff(name), roff(c.Short),
		roff(c.UseLine()))
	b.WriteString(".SH DESCRIPTION\n")
	prose(&b, c.Long)
	if c.HasAvailableLocalFlags() {
		b.WriteString(".SH OPTIONS\n")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { option(&b, f) })
	}
	if c.Example != "" {
		b.WriteString(".SH EXAMPLES\n")
		prose(&b, c.Example)
	}
	b.WriteString(".SH SEE ALSO\n")
	var others []string
	if c.HasParent() {
		others = append(others, c.Parent().CommandPath())
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			others = append(others, sub.CommandPath())
		}
	}
	for i, o := range others {
		end := ","
		if i == len(others)-1 {
			end = ""
		}
		fmt.Fprintf(&b, ".BR %s (1)%s\n", roff(strings.ReplaceAll(o, " ", "-")), end)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// option is a flag's entry.
func option(b *strings.Builder, f *pflag.Flag) {
	if f.Hidden {
		return
	}
	value, usage := pflag.UnquoteUsage(f)
	names := "--" + f.Name
	if f.Shorthand != "" {
		names = "-" + f.Shorthand + ", " + names
	}
	fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace(names+" "+value)), roff(usage))
}

// prose sets paragraphs, and as it stands what is set in.
func prose(b *strings.Builder, text string) {
	asIs := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		in := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		if in != asIs && line != "" {
			b.WriteString(map[bool]string{true: ".PP\n.nf\n.RS\n", false: ".RE\n.fi\n"}[in])
			asIs = in
		}
		switch {
		case line != "":
			b.WriteString(roff(strings.TrimPrefix(line, "  ")) + "\n")
		case asIs:
			b.WriteString("\n")
		default:
			b.WriteString(".PP\n")
		}
	}
	if asIs {
		b.WriteString(".RE\n.fi\n")
	}
}

// roff escapes what man(7) takes for its own: a backslash, a hyphen, which would not be the
// one that is typed, a line that begins like a request, and what is no ASCII.
func roff(s string) string {
	var b strings.Builder
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		b.WriteString(`\&`)
	}
	for _, r := range s {
		switch {
		case r == '\\':
			b.WriteString(`\e`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\n':
			b.WriteByte(' ')
		case r > unicode.MaxASCII:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
