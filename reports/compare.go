package reports

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Compare prints how runs of a drill differ from earlier ones, a line for each thing, and in
// what they were not set up alike. The language nil is English.
func Compare(w io.Writer, before, now []sla.Scorecard, all []sla.Difference,
	changes []evidence.Change, in *words.Language) error {
	before, now, all, changes = inLines(before), inLines(now), inLines(all), inLines(changes)
	l := lines{cmp.Or(in, words.English)}
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s\n\n", l.Line("compare-head", "scenario", now[0].Scenario,
		"now", l.compared(now), "before", l.compared(before)))
	t := &columns{to: &out}
	fmt.Fprintf(t, "    \t%s\t%s\t\n", l.Line("compare-before"), l.Line("compare-now"))
	for _, d := range all {
		fmt.Fprintf(t, "  %s %s\t%s\t%s\t%s\n", differenceSigns[d.Is], l.Objective(d.Name),
			l.orNone(d.Values[0]), l.orNone(d.Values[1]), l.difference(d))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	notes := append(l.differently(before[0], now[0]), l.changed(changes)...)
	if sla.Outcome(all) == sla.Open {
		notes = append([]string{l.Line("compare-nothing")}, notes...)
	}
	if len(before) > 1 || len(now) > 1 {
		notes = append([]string{l.Line("compare-middle")}, notes...)
	}
	if len(notes) > 0 {
		out.WriteByte('\n')
	}
	for _, note := range notes {
		fmt.Fprintf(&out, "  %s\n", l.Line("named", "name", l.Line("note"), "what", note))
	}
	_, err := io.WriteString(w, unpadded(out.String()))
	return err
}

// CompareAlone says of a drill that one side alone has it. The language nil is English.
func CompareAlone(w io.Writer, scenario string, before bool, in *words.Language) error {
	l, line := lines{cmp.Or(in, words.English)}, "compare-only-now"
	if before {
		line = "compare-only-before"
	}
	_, err := fmt.Fprintf(w, "\n%s\n", l.Line(line, "scenario", inLines(scenario)))
	return err
}

// Beside says, where that is news, how a run fares beside the earlier one that it must not be
// worse than: that it fails, or that there is none yet. The language nil is English.
func Beside(w io.Writer, earlier Earlier, now sla.Scorecard, in *words.Language) error {
	l := lines{cmp.Or(in, words.English)}
	if is, _ := earlier.outcome(now); is != "" && is != sla.Worse {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n  %s\n", inLines(l.beside(earlier, now)))
	return err
}

// outcome is how a run fares beside an earlier one, and in what they differ. Empty: there is no
// earlier one.
func (e Earlier) outcome(now sla.Scorecard) (is string, all []sla.Difference) {
	if e.Card == nil {
		return "", nil
	}
	all = sla.Compare(*e.Card, now)
	return sla.Outcome(all), all
}

// beside says how a run fares beside an earlier one. One that is worse fails.
func (l lines) beside(e Earlier, now sla.Scorecard) string {
	switch is, _ := e.outcome(now); is {
	case "":
		if e.Gone != "" {
			return l.Line("compare-gone", "scenario", now.Scenario, "folder", e.Gone)
		}
		return l.Line("compare-no-earlier", "scenario", now.Scenario)
	case sla.Worse:
		return l.Line("compare-fails", "verdict", l.verdict(sla.Fail), "run", e.Card.Run)
	case sla.Open:
		return l.Line("compare-nothing-with", "run", e.Card.Run)
	}
	return l.Line("compare-not-worse", "run", e.Card.Run)
}

// differences says of those that are so in what two runs differ.
func (l lines) differences(all []sla.Difference, is string) (said []string) {
	for _, d := range all {
		if d.Is == is {
			said = append(said, l.Line("compare-differs", "objective", l.Objective(d.Name),
				"now", l.orNone(d.Values[1]), "before", l.orNone(d.Values[0]),
				"is", l.difference(d)))
		}
	}
	return said
}

// compared names one side: a run, or how many.
func (l lines) compared(runs []sla.Scorecard) string {
	if len(runs) == 1 {
		return l.Line("compare-run", "run", runs[0].Run, "verdict", l.verdict(runs[0].Verdict))
	}
	passed := 0
	for _, c := range runs {
		if c.Verdict == sla.Pass {
			passed++
		}
	}
	return l.Line("compare-runs", "runs", strconv.Itoa(len(runs)), "passed", strconv.Itoa(passed),
		"verdict", l.verdict(sla.Pass))
}

// differenceSigns stand before what differs.
var differenceSigns = map[string]string{sla.Better: "↑", sla.Worse: "↓", sla.Alike: "=",
	sla.Open: "?"}

// difference says what is made of one, and of what cannot be held why not.
func (l lines) difference(d sla.Difference) string {
	by, because := "", ""
	if d.By != nil {
		by = l.Text(*d.By)
	}
	if d.Because != nil {
		because = l.Text(*d.Because)
	}
	switch d.Is {
	case sla.Better:
		return l.Line("compare-better", "by", by)
	case sla.Worse:
		return l.Line("compare-worse", "by", by)
	case sla.Alike:
		switch {
		case d.Why == sla.Unended && d.Of[0] && d.Of[1]:
			return l.Line("compare-alike-neither")
		case d.Why == sla.Unended:
			return l.Line("compare-alike-unended", "side", l.side(d.Of))
		case d.Why == sla.Jittered:
			return l.Line("compare-alike-jitter", "by", by)
		}
		return l.Line("compare-alike")
	}
	switch d.Why {
	case sla.Absent:
		return l.Line("compare-absent", "side", l.side(d.Of))
	case sla.NoGroup:
		return l.Line("compare-no-group", "side", l.side(d.Of))
	case sla.Unmeasured:
		return l.Line("compare-unmeasured", "side", l.side(d.Of), "because", because)
	case sla.Endless:
		return l.Line("compare-endless", "side", l.side(d.Of))
	case sla.Units:
		return l.Line("compare-units")
	case sla.Unproven:
		return l.Line("compare-unproven", "side", l.side(d.Of))
	case sla.Shares:
		return l.Line("compare-shares")
	}
	return l.Line("compare-few-runs", "before", strconv.Itoa(d.Runs[0]),
		"now", strconv.Itoa(d.Runs[1]), "least", strconv.Itoa(sla.LeastRuns))
}

// side names one of the two, or both.
func (l lines) side(of [2]bool) string {
	switch of {
	case [2]bool{true, false}:
		return l.Line("compare-in-before")
	case [2]bool{false, true}:
		return l.Line("compare-in-now")
	}
	return l.Line("compare-in-both")
}

func (l lines) orNone(s *sla.Said) string {
	if s == nil {
		return "–"
	}
	return l.Text(*s)
}

// differently says in what the two runs were not the same drill.
func (l lines) differently(a, b sla.Scorecard) (notes []string) {
	if a.Scenario != b.Scenario {
		notes = append(notes, l.Line("compare-two-drills", "before", a.Scenario,
			"now", b.Scenario))
	}
	if a.SLA != b.SLA {
		notes = append(notes, l.Line("compare-two-slas"))
	}
	if a.Tool != b.Tool {
		notes = append(notes, l.Line("compare-two-versions", "before", l.tool(a.Tool),
			"now", l.tool(b.Tool)))
	}
	return notes
}

// mostChanges keeps the notes of a drill that was written anew readable.
const mostChanges = 10

// changed says what two runs did not have alike, and of how many more that is so.
func (l lines) changed(all []evidence.Change) (notes []string) {
	for _, c := range all[:min(len(all), mostChanges)] {
		notes = append(notes, l.change(c))
	}
	if more := len(all) - mostChanges; more > 0 {
		notes = append(notes, l.Line("changed-more", "more", strconv.Itoa(more)))
	}
	return notes
}

func (l lines) change(c evidence.Change) string {
	of := l.Line("changed-"+string(c.Kind), "name", c.Name)
	switch {
	case c.Only < 0:
		return l.Line("changed-only", "of", of, "side", l.side([2]bool{true, false}))
	case c.Only > 0:
		return l.Line("changed-only", "of", of, "side", l.side([2]bool{false, true}))
	case c.Key == "":
		return l.Line("changed-other", "of", of)
	case c.Name != "":
		of = c.Name
	}
	return l.Line("named", "name", of, "what", l.Line("changed-setting", "key", c.Key,
		"before", setting(c.Before), "now", setting(c.Now)))
}

// longestSetting bounds what is shown of a setting, in characters.
const longestSetting = 60

// setting is one as a person reads it: a time in its unit, a text in its beginning.
func setting(text string) string {
	if d, err := time.ParseDuration(text); err == nil && text != "0" {
		return words.Brief(d.Seconds())
	}
	if all := []rune(text); len(all) > longestSetting {
		return string(all[:longestSetting]) + "…"
	}
	return cmp.Or(text, "–")
}
