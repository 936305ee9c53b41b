package reports

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// TextOptions are how a scorecard is set; the zero value is plain and 100
// columns wide.
type TextOptions struct {
	Color    bool
	Width    int    // columns; 0: 100
	Evidence string // folder of the evidence; empty: not said
	Verbose  bool   // all that is known, and not only what most readers ask for
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
	reasons := words.English.Texts(plainly(card).Reasons) // their further lines are set in, each of them
	card = inLines(card)
	if o.Width <= 0 {
		o.Width = 100
	}
	t := &text{TextOptions: o}
	color, ok := verdictColors[card.Verdict]
	if !ok {
		color = yellow
	}
	fmt.Fprintf(t, "\n%s  %s\n", t.paint(color, strings.ToUpper(string(card.Verdict))), title(card))
	for _, r := range reasons {
		t.reason(r)
	}
	t.objectives(card)
	t.facts(card)
	t.picture(card)
	if o.Evidence != "" {
		t.line("evidence", o.Evidence)
	}
	fmt.Fprintf(t, "  %-10s %d\n", "seed", card.Seed)
	_, err := io.WriteString(w, t.String())
	return err
}

// objectives writes a line each: wanted, measured, margin.
func (t *text) objectives(card sla.Scorecard) {
	if len(card.Objectives) == 0 {
		return
	}
	head := [4]string{"objective", "wanted", "measured", "margin"}
	var wide [4]int
	row := func(o sla.Objective) [4]string {
		return [4]string{o.Name, said(o.Wanted), measured(o), margin(o)}
	}
	for i, h := range head {
		wide[i] = len(h)
		for _, o := range card.Objectives {
			wide[i] = max(wide[i], utf8.RuneCountInString(row(o)[i]))
		}
	}
	cells := func(c [4]string) string {
		var b strings.Builder
		for i, s := range c {
			b.WriteString(s + strings.Repeat(" ", wide[i]-utf8.RuneCountInString(s)+2))
		}
		return strings.TrimRight(b.String(), " ")
	}
	fmt.Fprintf(t, "\n    %s\n", cells(head))
	for _, o := range card.Objectives {
		fmt.Fprintf(t, "  %s %s\n", t.paint(resultColors[o.Result], resultSigns[o.Result]),
			cells(row(o)))
	}
	t.WriteByte('\n')
}

// facts writes what happened, a line each.
func (t *text) facts(card sla.Scorecard) {
	t.line("users", users(card))
	t.line("outages", outages(card))
	if t.Verbose {
		t.line("", impact(card))
	}
	t.line("", detection(card))
	t.line("budget", budget(card))
	t.line("alert", alert(card))
	if t.Verbose {
		for _, s := range connections(card) {
			t.line("", s)
		}
		for _, g := range card.Groups {
			t.line("", served(g))
		}
	} else {
		t.line("latency", latency(card))
	}
	t.line("data", data(card))
	for i, f := range card.Faults {
		t.line([]string{"fault", ""}[min(i, 1)], fault(f, len(card.Faults) == 1))
	}
	for i, s := range observer(card, t.Verbose) {
		t.line([]string{"noticed", ""}[min(i, 1)], s)
	}
	for _, o := range card.Outages {
		if len(o.By) == 0 {
			t.line("", unexplained(o))
		}
	}
	for i, x := range card.Steers {
		t.line([]string{"steered", ""}[min(i, 1)], steer(x))
	}
	t.line("answers", nodes(card))
	t.line("generator", generator(card))
	t.line("clock", clocks(card))
	for i, n := range words.English.Texts(card.Notes) {
		t.line([]string{"note", ""}[min(i, 1)], n)
	}
}

// line writes a labelled line, folded to the width.
func (t *text) line(label, s string) {
	const indent = 13
	if s == "" {
		return
	}
	fmt.Fprintf(t, "  %-10s ", label)
	at := indent
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > t.Width:
			t.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			t.WriteByte(' ')
			at++
		}
		t.WriteString(word)
		at += n
	}
	t.WriteByte('\n')
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
	fmt.Fprintf(t, "\n  %-10s %s\n", "timeline", bars.String())
	if signs := strings.TrimRight(string(below), " "); signs != "" {
		fmt.Fprintf(t, "  %-10s %s\n", "", signs)
	}
	var legend []string
	for i, m := range marks {
		legend = append(legend, fmt.Sprintf("%c %s %.1fs", markSign(i), said(m.What), m.At))
	}
	t.line("", strings.Join(legend, ", "))
	t.line("", fmt.Sprintf("bad requests, one column per %s: · none, ▁ some, █ all",
		words.Brief(p.Step)))
	t.WriteByte('\n')
}

// turns are the marks at which a drill turns: a fault comes or is gone, or somebody notices.
var turns = map[sla.Code]bool{sla.MarkInject: true, sla.MarkClear: true, sla.MarkNoticed: true}

// markSign names the n-th mark of a picture.
func markSign(n int) rune { return rune('a' + n%26) }

// Table writes one line per drill, for a run of several.
func Table(w io.Writer, cards []sla.Scorecard) error {
	cards = inLines(cards)
	t := &text{TextOptions: TextOptions{Color: Color(w)}}
	wide := 0
	for _, c := range cards {
		wide = max(wide, utf8.RuneCountInString(c.Scenario))
	}
	t.WriteByte('\n')
	for _, c := range cards {
		color, ok := verdictColors[c.Verdict]
		if !ok {
			color = yellow
		}
		met := 0
		for _, o := range c.Objectives {
			if o.Result == sla.Met {
				met++
			}
		}
		why := ""
		if len(c.Reasons) > 0 {
			why = "  " + said(c.Reasons[0])
		}
		fmt.Fprintf(t, "%s  %-*s  %d of %d met%s\n",
			t.paint(color, fmt.Sprintf("%-12s", strings.ToUpper(string(c.Verdict)))), wide,
			c.Scenario, met, len(c.Objectives), why)
	}
	_, err := io.WriteString(w, t.String())
	return err
}
