package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Compare prints how runs of a drill differ from earlier ones, a line for each thing.
func Compare(w io.Writer, before, now []sla.Scorecard, all []sla.Difference) error {
	before, now, all = inLines(before), inLines(now), inLines(all)
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s, %s, beside %s\n\n", now[0].Scenario, compared(now), compared(before))
	t := &columns{to: &out}
	fmt.Fprintln(t, "    \tbefore\tnow\t")
	several := len(before) > 1 || len(now) > 1
	for _, d := range all {
		fmt.Fprintf(t, "  %s %s\t%s\t%s\t%s\n", differenceSigns[d.Is], d.Name, orNone(d.Values[0]),
			orNone(d.Values[1]), difference(d, several))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if several {
		fmt.Fprint(&out, "\n  note: each value is that of the run in the middle\n")
	}
	for _, note := range differently(before[0], now[0]) {
		fmt.Fprintf(&out, "\n  note: %s\n", note)
	}
	_, err := io.WriteString(w, unpadded(out.String()))
	return err
}

// compared names one side: a run, or how many.
func compared(runs []sla.Scorecard) string {
	if len(runs) == 1 {
		return fmt.Sprintf("run %s, %s", runs[0].Run, strings.ToUpper(string(runs[0].Verdict)))
	}
	passed := 0
	for _, c := range runs {
		if c.Verdict == sla.Pass {
			passed++
		}
	}
	return fmt.Sprintf("%d runs, %d PASS", len(runs), passed)
}

// differenceSigns stand before what differs.
var differenceSigns = map[string]string{sla.Better: "↑", sla.Worse: "↓", sla.Alike: "=",
	sla.Open: "?"}

func difference(d sla.Difference, several bool) string {
	switch {
	case d.Is == sla.Alike:
		return "cannot be told apart"
	case d.Is == sla.Open && several && d.Values[0] != nil && d.Values[1] != nil:
		return fmt.Sprintf("too few runs to tell: want %d with a value on each side", sla.LeastRuns)
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
