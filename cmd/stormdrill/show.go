package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME | show fault NAME | show watcher NAME",
		Short: "Print a shipped drill, or the keys of a fault or a watcher",
		Long: `Show prints the scenario of a shipped drill. Its header says what it rehearses,
which parts of your own belong in the place of its own (yours:), and the change with
which it fails (fails:). stormdrill init --from DRILL FILE writes it to a file.

Of a fault or a watcher it prints what it is, its keys, what each wants and means, and an
example from a shipped drill. Where a drill has the same name, say which: show fault NAME.`,
		Example: `  stormdrill show bad-lb-node
  stormdrill show http-status
  stormdrill show watcher haproxy`,
		Args: between(1, 2,
			"name a drill, a fault or a watcher (stormdrill list has all)"),
		ValidArgsFunction: shown,
		RunE: func(c *cobra.Command, args []string) error {
			name, of := args[len(args)-1], ""
			if len(args) == 2 {
				of = args[0]
			}
			switch {
			case of != "" && of != "fault" && of != "watcher":
				return exitError{exitInvalid, fmt.Errorf("show %q: want fault or watcher", of)}
			case of == "" && slices.Contains(library.Names(), name):
				text, err := shippedText(name)
				if err != nil {
					return err
				}
				_, err = c.OutOrStdout().Write(text)
				return err
			}
			return showKinds(c.OutOrStdout(), of, name)
		},
	}
}

// section is one kind of entry that has kinds of its own.
type section struct {
	of    string // "fault"
	kinds []scenarios.Kind
	keys  func(name string) (own, beside []scenarios.Key)
	block string // where its entries stand
	// named are the scenario's entries of the kind, by their names, in order
	named func(s *scenarios.Scenario, kind string) []string
}

func sections() []section {
	return []section{
		{"fault", scenarios.FaultKinds(), scenarios.FaultKeys, "faults",
			(*scenarios.Scenario).FaultsOf},
		{"watcher", scenarios.WatchKinds(), scenarios.WatchKeys, "watch",
			(*scenarios.Scenario).WatchersOf},
	}
}

// showKinds prints the fault and the watcher of a name.
func showKinds(w io.Writer, of, name string) error {
	found, known := 0, []string{}
	if of == "" {
		known = library.Names()
	}
	for _, s := range sections() {
		if of != "" && of != s.of {
			continue
		}
		known = append(known, scenarios.KindNames(s.kinds)...)
		i := slices.IndexFunc(s.kinds, func(k scenarios.Kind) bool { return k.Name == name })
		if i < 0 {
			continue
		}
		if found++; found > 1 {
			fmt.Fprintln(w)
		}
		if err := showKind(w, s, s.kinds[i]); err != nil {
			return err
		}
	}
	if found == 0 {
		return exitError{exitInvalid, fmt.Errorf("no %s is named %q: %s",
			map[string]string{"": "shipped drill, fault or watcher"}[of]+of, name,
			scenarios.Listed(name, known))}
	}
	return nil
}

func showKind(w io.Writer, s section, k scenarios.Kind) error {
	own, beside := s.keys(k.Name)
	fmt.Fprintf(w, "%s: a %s\n  %s\n", k.Name, s.of, k.About)
	showKeys(w, "KEYS", own)
	showKeys(w, "BESIDE IT", beside)
	drill, lines, err := example(s, k.Name)
	if err == nil && drill != "" {
		fmt.Fprintf(w, "\nEXAMPLE, of the shipped drill %s\n%s:\n%s", drill, s.block, lines)
	}
	return err
}

func showKeys(w io.Writer, title string, keys []scenarios.Key) {
	if len(keys) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, k := range keys {
		fmt.Fprintf(w, "  %s: %s\n", k.Name, k.Wants)
		if k.About != "" {
			fmt.Fprintf(w, "      %s\n", k.About)
		}
	}
}

// example is the first shipped drill that has an entry of the kind, and its lines there; empty
// where none has it in lines of its own.
func example(s section, kind string) (drill, lines string, err error) {
	for _, name := range library.Names() {
		all, err := plan.Open(name)
		if err != nil {
			return "", "", err
		}
		for _, entry := range s.named(all[0], kind) {
			file, line, _ := all[0].Places().Find([]string{s.block, entry})
			text, _, err := library.Open(name)
			if err != nil {
				return "", "", err
			}
			if block := blockAt(string(text), line, entry); file == "" && block != "" {
				return name, block, nil
			}
		}
	}
	return "", "", nil
}

// blockAt gives the entry of a mapping in block style that begins at a line, counted from 1;
// empty: it is in no lines of its own.
func blockAt(text string, line int, entry string) string {
	lines := strings.Split(text, "\n")
	indent := func(l string) int { return len(l) - len(strings.TrimLeft(l, " ")) }
	if line < 1 || line > len(lines) || !strings.HasPrefix(strings.TrimSpace(lines[line-1]),
		entry+":") {
		return ""
	}
	end := line
	for end < len(lines) && indent(lines[end]) > indent(lines[line-1]) {
		end++
	}
	return strings.Join(lines[line-1:end], "\n") + "\n"
}

// shippedText is the scenario of a shipped drill.
func shippedText(name string) ([]byte, error) {
	text, _, err := library.Open(name)
	if err != nil {
		return nil, exitError{exitInvalid,
			fmt.Errorf("no shipped drill is named %q: %s", name,
				scenarios.Listed(name, library.Names()))}
	}
	return text, nil
}
