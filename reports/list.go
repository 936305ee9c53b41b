package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios"
)

// List prints what there is to run and to write, a line each: shipped drills by their own
// summaries, and the kinds of faults and watchers. The language nil is English.
func List(w io.Writer, drills []scenarios.Kind, in *words.Language) error {
	l := lines{cmp.Or(in, words.English)}
	t := &columns{to: w}
	fmt.Fprintln(t, l.Line("list-drills"))
	for _, k := range drills {
		fmt.Fprintf(t, "  %s\t%s\n", k.Name, k.About)
	}
	for _, section := range []struct {
		title, of string
		kinds     []scenarios.Kind
	}{{l.Line("list-faults"), "fault", scenarios.FaultKinds()},
		{l.Line("list-watchers"), "watch", scenarios.WatchKinds()}} {
		fmt.Fprintf(t, "\n%s\n", section.title)
		for _, k := range section.kinds {
			fmt.Fprintf(t, "  %s\t%s\n", k.Name, l.About(section.of, k.Name, k.About))
		}
	}
	return t.Flush()
}

// Valid says that a scenario is, and what is old in it. The language nil is English.
func Valid(w io.Writer, s *scenarios.Scenario, in *words.Language) error {
	l := lines{cmp.Or(in, words.English)}
	said := []string{l.Line("valid", "file", s.File, "scenario", s.Name)}
	for _, n := range s.Notes() {
		said = append(said, l.Quote(n))
	}
	_, err := fmt.Fprintln(w, Plain(strings.Join(said, "\n")))
	return err
}
