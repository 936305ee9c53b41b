package reports

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// History prints runs by drill: how many ended how, how its times went, and a line for each
// of the last of them; last 0 is all. The language nil is English.
func History(w io.Writer, runs []history.Run, last int, in *words.Language) error {
	l := lines{cmp.Or(in, words.English)}
	by := map[string][]history.Run{}
	for _, r := range runs {
		by[r.Scenario] = append(by[r.Scenario], r)
	}
	var out strings.Builder
	for _, name := range sortedByLatest(by) {
		all := by[name]
		fmt.Fprintf(&out, "\n%s\n", l.ended(inLines(name), all))
		t := &columns{to: &out}
		detect, mitigate, recovery := l.Line("history-detect"), l.Line("history-mitigate"),
			l.Line("history-recover")
		l.trend(t, detect, "history-never-detect", all,
			func(r history.Run) *sla.Time { return r.Detect })
		l.trend(t, mitigate, "history-never-mitigate", all,
			func(r history.Run) *sla.Time { return r.Mitigate })
		l.trend(t, recovery, "history-never-recover", all,
			func(r history.Run) *sla.Time { return r.Recover })
		if err := t.Flush(); err != nil {
			return err
		}
		t = &columns{to: &out}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", l.Line("history-started"),
			l.Line("history-verdict"), detect, mitigate, recovery, l.Line("history-success"),
			l.Line("history-run"))
		for _, r := range inLines(all[max(0, len(all)-cmp.Or(last, len(all))):]) {
			verdict := l.verdict(r.Verdict)
			if r.Control {
				verdict = l.Line("history-control", "verdict", verdict)
			}
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", started(r), verdict, l.brief(r.Detect),
				l.brief(r.Mitigate), l.brief(r.Recover), success(r), r.Run)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if len(runs) == 0 {
		out.WriteString(l.Line("history-none") + "\n")
	}
	_, err := io.WriteString(w, unpadded(out.String()))
	return err
}

// HistoryLeftOut says which lines of the file could not be read. The language nil is English.
func HistoryLeftOut(w io.Writer, file string, numbers []int, in *words.Language) error {
	l := lines{cmp.Or(in, words.English)}
	for _, n := range numbers {
		if _, err := fmt.Fprintln(w, l.Line("history-left-out", "file", Plain(file),
			"line", strconv.Itoa(n))); err != nil {
			return err
		}
	}
	return nil
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

// ended counts a drill's runs by their verdicts.
func (l lines) ended(scenario string, all []history.Run) string {
	n, parts := map[sla.Verdict]int{}, []string{}
	for _, r := range all {
		n[r.Verdict]++
	}
	for _, v := range []sla.Verdict{sla.Pass, sla.Fail, sla.Inconclusive, sla.Error,
		sla.Interrupted} {
		if n[v] > 0 {
			parts = append(parts, l.Line("history-ended", "verdict", l.Line("md-"+string(v)),
				"runs", strconv.Itoa(n[v])))
		}
	}
	if len(all) == 1 {
		return l.Line("history-one", "scenario", scenario, "verdicts", l.List(parts))
	}
	return l.Line("history-many", "scenario", scenario, "runs", strconv.Itoa(len(all)),
		"verdicts", l.List(parts))
}

// mostTrend is how many of the last runs a trend shows.
const mostTrend = 40

// trend draws how a time went from run to run, against the longest of them, of which a bound is
// known where one did not end; the line never says that it ended in none.
func (l lines) trend(w io.Writer, name, never string, all []history.Run,
	of func(history.Run) *sla.Time) {
	var line strings.Builder
	most, runs, ended := 0.0, 0, 0
	longest := ""
	all = slices.DeleteFunc(slices.Clone(all), func(r history.Run) bool { return r.Control })
	all = all[max(0, len(all)-mostTrend):]
	for _, r := range all {
		if t := of(r); t != nil {
			took := known(*t)
			if took > most || took == most && t.Censored {
				longest = "history-least"
				if t.Censored && t.Unconfirmed == "" {
					longest = "history-beyond"
				}
			}
			most, runs = max(most, took), runs+1
			if !t.Censored {
				ended++
			}
		}
	}
	if runs < 2 {
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
	bound := words.AtLeast(most)
	switch ended {
	case 0:
		longest = never
	case runs:
		longest, bound = "history-most", words.Brief(most)
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\n", name, line.String(), l.Line(longest, "time", bound))
}

// heights draw a time; × is one that did not end.
var heights = []rune("▁▂▃▄▅▆▇█")

func (l lines) brief(t *sla.Time) string { return cmp.Or(l.took(t), "–") }

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
