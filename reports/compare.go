package reports

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Compare prints how a second run differs from a first, a line for each thing.
func Compare(w io.Writer, a, b sla.Scorecard, all []sla.Difference) error {
	a, b, all = inLines(a), inLines(b), inLines(all)
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s, run %s, %s, beside run %s, %s\n\n", b.Scenario, b.Run,
		strings.ToUpper(string(b.Verdict)), a.Run, strings.ToUpper(string(a.Verdict)))
	t := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "    \tbefore\tnow\t")
	for _, d := range all {
		fmt.Fprintf(t, "  %s %s\t%s\t%s\t%s\n", differenceSigns[d.Is], d.Name, orNone(d.Values[0]),
			orNone(d.Values[1]), difference(d))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, note := range differently(a, b) {
		fmt.Fprintf(&out, "\n  note: %s\n", note)
	}
	_, err := io.WriteString(w, unpadded(out.String()))
	return err
}

// differenceSigns stand before what differs.
var differenceSigns = map[string]string{sla.Better: "↑", sla.Worse: "↓", sla.Alike: "=",
	sla.Open: "?"}

func difference(d sla.Difference) string {
	switch {
	case d.Is == sla.Alike:
		return "cannot be told apart"
	case d.Is == sla.Open:
		return "" // the values say why
	case d.By != nil:
		return d.Is + " by " + english.Text(*d.By)
	}
	return d.Is
}

func orNone(s *sla.Said) string {
	if s == nil {
		return "–"
	}
	return english.Text(*s)
}

// differently says in what the two runs were not the same drill.
func differently(a, b sla.Scorecard) (notes []string) {
	if a.Scenario != b.Scenario {
		notes = append(notes, fmt.Sprintf("they are runs of two drills, %s and %s", a.Scenario,
			b.Scenario))
	}
	if a.SLA != b.SLA {
		notes = append(notes, "they were judged by two SLAs")
	}
	if a.Tool != b.Tool {
		notes = append(notes, fmt.Sprintf("their records are of two versions, %s and %s", a.Tool,
			b.Tool))
	}
	return notes
}
