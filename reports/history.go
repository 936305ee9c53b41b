package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// History prints runs by drill: how many ended how, how its times went, and a line for each
// of the last of them; last 0 is all.
func History(w io.Writer, runs []history.Run, last int) error {
	by := map[string][]history.Run{}
	for _, r := range runs {
		by[r.Scenario] = append(by[r.Scenario], r)
	}
	var out strings.Builder
	for _, name := range sortedByLatest(by) {
		all := by[name]
		fmt.Fprintf(&out, "\n%s  %s\n", inLines(name), ended(all))
		t := &columns{to: &out}
		trend(t, "detect", all, func(r history.Run) *sla.Time { return r.Detect })
		trend(t, "mitigate", all, func(r history.Run) *sla.Time { return r.Mitigate })
		trend(t, "recover", all, func(r history.Run) *sla.Time { return r.Recover })
		if err := t.Flush(); err != nil {
			return err
		}
		t = &columns{to: &out}
		fmt.Fprintln(t, "  started\tverdict\tdetect\tmitigate\trecover\tsuccess\trun\t")
		for _, r := range inLines(all[max(0, len(all)-cmp.Or(last, len(all))):]) {
			verdict := strings.ToUpper(string(r.Verdict))
			if r.Control {
				verdict += ", control"
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", started(r), verdict, brief(r.Detect),
				brief(r.Mitigate), brief(r.Recover), success(r), r.Run)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if len(runs) == 0 {
		out.WriteString("no run is on record\n")
	}
	_, err := io.WriteString(w, unpadded(out.String()))
	return err
}

// HistoryJSON writes a line for each run, as they are kept.
func HistoryJSON(w io.Writer, runs []history.Run) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range runs {
		if err := e.Encode(plainly(r)); err != nil {
			return err
		}
	}
	return nil
}

// sortedByLatest are the drills, that which ran last at the end.
func sortedByLatest(by map[string][]history.Run) []string {
	var names []string
	for name := range by {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := by[a], by[b]
		return cmp.Or(cmp.Compare(x[len(x)-1].Started, y[len(y)-1].Started), cmp.Compare(a, b))
	})
	return names
}

// ended counts runs by their verdicts.
func ended(all []history.Run) string {
	n, parts := map[sla.Verdict]int{}, []string{}
	for _, r := range all {
		n[r.Verdict]++
	}
	for _, v := range []sla.Verdict{sla.Pass, sla.Fail, sla.Inconclusive, sla.Error,
		sla.Interrupted} {
		if n[v] > 0 {
			parts = append(parts, fmt.Sprintf("%s × %d", v, n[v]))
		}
	}
	runs := "runs"
	if len(all) == 1 {
		runs = "run"
	}
	return fmt.Sprintf("%d %s: %s", len(all), runs, strings.Join(parts, ", "))
}

// mostTrend is how many of the last runs a trend shows.
const mostTrend = 40

// trend draws how a time went from run to run, against the longest of them.
func trend(w io.Writer, name string, all []history.Run, of func(history.Run) *sla.Time) {
	var line strings.Builder
	most, known := 0.0, 0
	all = slices.DeleteFunc(slices.Clone(all), func(r history.Run) bool { return r.Control })
	all = all[max(0, len(all)-mostTrend):]
	for _, r := range all {
		if t := of(r); t != nil {
			most, known = max(most, t.Seconds), known+1
		}
	}
	if known < 2 {
		return
	}
	for _, r := range all {
		switch t := of(r); {
		case t == nil:
			line.WriteRune(' ')
		case t.Censored:
			line.WriteRune('×')
		case most == 0:
			line.WriteRune(heights[0])
		default:
			line.WriteRune(heights[int(math.Round(t.Seconds/most*float64(len(heights)-1)))])
		}
	}
	fmt.Fprintf(w, "  %s\t%s\tup to %s\n", name, line.String(), words.Brief(most))
}

// heights draw a time; × is one that did not end.
var heights = []rune("▁▂▃▄▅▆▇█")

func brief(t *sla.Time) string {
	if t == nil {
		return "–"
	}
	return english.Text(t.Said())
}

func success(r history.Run) string {
	if !r.Success.Known() {
		return "–"
	}
	return words.Percent(float64(r.Success))
}

// started is when, on this machine's clock.
func started(r history.Run) string {
	t, err := time.Parse(time.RFC3339, r.Started)
	if err != nil {
		return r.Started
	}
	return t.Local().Format("2006-01-02 15:04")
}

// unpadded is without the blanks that a table ends its lines with.
func unpadded(s string) string {
	var plain strings.Builder
	for line := range strings.Lines(s) {
		plain.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return plain.String()
}
