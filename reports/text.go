package reports

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// TextOptions are how a scorecard is set; the zero value is plain and 100
// columns wide.
type TextOptions struct {
	Color    bool
	Width    int             // columns; 0: 100
	Evidence string          // folder of the evidence; empty: not said
	Verbose  bool            // all that is known, and not only what most readers ask for
	Language *words.Language // nil: English
}

// Color reports whether w is a terminal that wants colours (NO_COLOR,
// https://no-color.org).
func Color(w io.Writer) bool {
	f, ok := w.(interface{ Fd() uintptr })
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" &&
		term.IsTerminal(int(f.Fd()))
}

// The colours of a result.
const (
	green  = "\x1b[1;32m"
	red    = "\x1b[1;31m"
	yellow = "\x1b[1;33m"
	plain  = "\x1b[0m"
)

var resultColors = map[string]string{sla.Met: green, sla.Missed: red, sla.Undecided: yellow}

var verdictColors = map[sla.Verdict]string{sla.Pass: green, sla.Fail: red, sla.Error: red}

// resultSigns stand before an objective.
var resultSigns = map[string]string{sla.Met: "✓", sla.Missed: "✗", sla.Undecided: "?"}

// text sets a scorecard.
type text struct {
	strings.Builder
	TextOptions
	lines
}

func newText(o TextOptions) *text {
	if o.Width <= 0 {
		o.Width = 100
	}
	if o.Language == nil {
		o.Language = words.English
	}
	return &text{TextOptions: o, lines: lines{o.Language}}
}

func (t *text) paint(color, s string) string {
	if !t.Color || color == "" {
		return s
	}
	return color + s + plain
}

// Text writes a scorecard for a person: the verdict first, then each objective,
// then what happened.
func Text(w io.Writer, card sla.Scorecard, o TextOptions) error {
	t := newText(o)
	reasons := t.Texts(plainly(card).Reasons) // their further lines are set in, each of them
	card = inLines(card)
	fmt.Fprintf(t, "\n%s  %s\n", t.paint(colorOf(card.Verdict), t.verdict(card.Verdict)),
		t.title(card))
	for _, r := range reasons {
		t.reason(r)
	}
	if !unbegun(card) {
		t.objectives(card)
		t.facts(card)
		t.picture(card)
	} else {
		t.WriteByte('\n')
		t.notes(card) // they may say why
	}
	if o.Evidence != "" {
		t.line("evidence", o.Evidence)
	}
	t.line("seed", strconv.FormatUint(card.Seed, 10))
	_, err := io.WriteString(w, t.String())
	return err
}

// unbegun reports whether a run ended in an error before its first request: then nothing was
// measured, and all but the reason would say so.
func unbegun(card sla.Scorecard) bool {
	return card.Verdict == sla.Error && card.Requests.Sent == 0 && len(card.Reasons) > 0
}

// objectives writes a line each: wanted, measured, margin.
func (t *text) objectives(card sla.Scorecard) {
	if len(card.Objectives) == 0 {
		return
	}
	rows := [][]string{{t.Line("objective"), t.Line("wanted"), t.Line("measured"),
		t.Line("margin")}}
	for _, o := range card.Objectives {
		rows = append(rows, []string{t.Objective(o.Name), t.Text(o.Wanted), t.measured(o),
			t.margin(o)})
	}
	table := aligned(rows)
	fmt.Fprintf(t, "\n    %s\n", table[0])
	for i, o := range card.Objectives {
		fmt.Fprintf(t, "  %s %s\n", t.paint(resultColors[o.Result], resultSigns[o.Result]),
			table[i+1])
	}
	t.WriteByte('\n')
	if resultsOf(card, sla.Undecided) == 0 {
		return
	}
	for _, s := range append([]string{t.Line("signs")}, t.untold(card)...) {
		t.line("", s)
	}
	t.WriteByte('\n')
}

// aligned gives the lines of a table.
func aligned(rows [][]string) (table []string) {
	wide := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			wide[i] = max(wide[i], words.Width(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			b.WriteString(words.Pad(cell, wide[i]+2))
		}
		table = append(table, strings.TrimRight(b.String(), " "))
	}
	return table
}

// facts writes what happened, a line each.
func (t *text) facts(card sla.Scorecard) {
	t.line("users", t.users(card))
	t.line("", t.detection(card))
	if t.Verbose {
		t.line("", t.impact(card))
	}
	t.line("outages", t.outages(card))
	for i, d := range card.Diagnosis {
		t.line([]string{"diagnosis", ""}[min(i, 1)], t.diagnosis(d))
		t.line("", t.look(d))
		if t.Verbose {
			t.line("", t.Parts(t.Texts(d.Evidence)))
		}
	}
	t.line("budget", t.budget(card))
	t.line("alert", t.alert(card))
	if t.Verbose {
		for i, g := range card.Groups {
			t.line([]string{"latency", ""}[min(i, 1)], t.served(g))
		}
		for _, s := range t.connections(card) {
			t.line("", s)
		}
	} else {
		t.line("latency", t.latency(card))
	}
	t.line("data", t.data(card))
	for i, f := range card.Faults {
		t.line([]string{"fault", ""}[min(i, 1)], t.fault(f, len(card.Faults) == 1))
	}
	for i, s := range t.observer(card, t.Verbose) {
		t.line([]string{"noticed", ""}[min(i, 1)], s)
	}
	for _, o := range card.Outages {
		if len(o.By) == 0 {
			t.line("", t.unexplained(o))
		}
	}
	for i, s := range t.falsely(card) {
		t.line([]string{"false", ""}[min(i, 1)], s)
	}
	t.line("received", t.notifications(card))
	t.chains(card)
	for i, x := range card.Steers {
		t.line([]string{"steered", ""}[min(i, 1)], t.steer(x))
	}
	t.line("answers", t.nodes(card))
	if t.Verbose {
		t.line("links", t.Parts(t.amplified(card)))
	}
	t.line("generator", t.generator(card))
	t.line("", t.busy(card))
	t.line("clock", t.clocks(card))
	t.notes(card)
}

// notes writes what else a reader should know.
func (t *text) notes(card sla.Scorecard) {
	for i, n := range t.Texts(card.Notes) {
		t.line([]string{"note", ""}[min(i, 1)], n)
	}
}

// line writes a labelled line, folded to the width.
func (t *text) line(label, s string) {
	const indent = 13
	if s == "" {
		return
	}
	for i, l := range folded(s, t.Width-indent, 0) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(t, "  %s %s\n", words.Pad(t.Line(label), indent-3), l)
	}
}

// reason writes why: sentences as a paragraph, and what a log said, which is indented, line
// by line as it was.
func (t *text) reason(s string) {
	for l := range strings.Lines(s) {
		l = strings.TrimRight(l, "\n")
		if said, ok := strings.CutPrefix(l, "  "); ok {
			fmt.Fprintf(t, "  %-10s   %s\n", "", strings.TrimRight(said, " "))
			continue
		}
		t.line("", l)
	}
}

// levels draw a share of bad requests; a step with a single bad one shows.
var levels = []rune("·▁▂▃▄▅▆▇█")

func level(bad float64) rune {
	if bad < 0 {
		return ' '
	}
	return levels[min(len(levels)-1, int(math.Ceil(bad*float64(len(levels)-1))))]
}

// picture draws the run: one column per step, marks below.
func (t *text) picture(card sla.Scorecard) {
	p := card.Picture
	if len(p.Bad) == 0 {
		return
	}
	var bars strings.Builder
	for _, b := range p.Bad {
		bars.WriteRune(level(float64(b)))
	}
	below := []rune(strings.Repeat(" ", len(p.Bad)))
	marks := p.Marks
	if !t.Verbose {
		marks = slices.DeleteFunc(slices.Clone(marks),
			func(m sla.Point) bool { return !turns[m.What.Code] })
	}
	for i, m := range marks {
		if at := int(m.At / p.Step); at < len(below) && below[at] == ' ' {
			below[at] = markSign(i)
		}
	}
	fmt.Fprintf(t, "\n  %s %s\n", words.Pad(t.Line("timeline"), 10), bars.String())
	if signs := strings.TrimRight(string(below), " "); signs != "" {
		fmt.Fprintf(t, "  %-10s %s\n", "", signs)
	}
	var legend []string
	for i, m := range marks {
		legend = append(legend, fmt.Sprintf("%c %s %.1f s", markSign(i), t.Text(m.What), m.At))
	}
	t.line("", t.Legend(legend))
	t.line("", t.Line("legend", "step", words.Brief(p.Step)))
	t.WriteByte('\n')
}

// turns are the marks at which a drill turns: a fault comes or is gone, or somebody notices.
var turns = map[sla.Code]bool{sla.MarkInject: true, sla.MarkClear: true, sla.MarkNoticed: true}

// markSign names the n-th mark of a picture.
func markSign(n int) rune { return rune('a' + n%26) }

// Table writes one line per drill, for a run of several.
func Table(w io.Writer, cards []sla.Scorecard, o TextOptions) error {
	cards = inLines(cards)
	t := newText(o)
	wide := 0
	for _, c := range cards {
		wide = max(wide, words.Width(c.Scenario))
	}
	t.WriteByte('\n')
	for _, c := range cards {
		why := ""
		if len(c.Reasons) > 0 {
			why = "  " + t.Text(c.Reasons[0])
		}
		fmt.Fprintf(t, "%s  %s  %s%s\n",
			t.paint(colorOf(c.Verdict), words.Pad(t.verdict(c.Verdict), 12)),
			words.Pad(c.Scenario, wide), t.Line("met-of", "met", strconv.Itoa(metOf(c)),
				"all", strconv.Itoa(len(c.Objectives))), why)
	}
	_, err := io.WriteString(w, t.String())
	return err
}
