package reports

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Markdown writes the scorecard for a CI job's summary, and what became of it beside an earlier
// run, where that was asked for.
func Markdown(w io.Writer, r Report) error {
	card, against := plainly(r.Card), plainly(r.Against)
	l := lines{cmp.Or(r.Language, words.English)}
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", cell(l.Line("named", "name", l.title(card), "what",
		l.verdict(card.Verdict))))
	reasons := l.Texts(card.Reasons)
	if against != nil { // first, as it may fail a run that passed
		reasons = append([]string{l.beside(*against, card)}, reasons...)
	}
	for _, why := range reasons {
		fmt.Fprintf(&b, "- %s\n", cell(why))
	}
	if len(reasons) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n|---|---|---|---|---|\n", l.Line("objective"),
		l.Line("wanted"), l.Line("measured"), l.Line("margin"), l.Line("md-result"))
	for _, o := range card.Objectives {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(l.Objective(o.Name)),
			cell(l.Text(o.Wanted)), cell(l.measured(o)), cell(l.margin(o)),
			cell(cmp.Or(l.Line("md-"+o.Result), o.Result)))
	}
	b.WriteByte('\n')
	if untold := l.untold(card); len(untold) > 0 {
		for _, why := range untold {
			fmt.Fprintf(&b, "- %s\n", cell(why))
		}
		b.WriteByte('\n')
	}
	if against != nil && against.Card != nil {
		l.compareTable(&b, *against, card)
	}
	for _, x := range card.Chains {
		l.chainTable(&b, card, x)
	}
	item := func(name, s string) {
		if s != "" {
			fmt.Fprintf(&b, "- **%s** %s\n", l.Line(name), cell(s))
		}
	}
	item("md-users", l.users(card))
	for _, s := range l.unlimited(card) {
		item("md-unlimited", s)
	}
	item("md-outages", l.outages(card))
	item("md-impact", l.impact(card))
	item("md-failures", l.detection(card))
	for _, d := range card.Diagnosis {
		item("md-diagnosis", l.diagnosis(d))
		item("md-diagnosis", l.look(d))
	}
	item("md-budget", l.budget(card))
	item("md-alert", l.alert(card))
	item("md-data", l.data(card))
	for _, f := range card.Faults {
		item("md-fault", l.fault(f, len(card.Faults) == 1))
	}
	for _, s := range l.observer(card, true) {
		item("md-noticed", s)
	}
	for _, s := range l.falsely(card) {
		item("md-false", s)
	}
	item("md-received", l.notifications(card))
	for _, x := range card.Steers {
		item("md-steered", l.steer(x))
	}
	item("md-answers", l.nodes(card))
	item("md-links", l.Parts(l.amplified(card)))
	item("md-generator", l.generator(card))
	item("md-generator", l.busy(card))
	item("md-clock", l.clocks(card))
	for _, s := range l.fewNotes(card) {
		item("md-note", s)
	}
	item("md-seed", strconv.FormatUint(card.Seed, 10))
	_, err := io.WriteString(w, b.String())
	return err
}

// mostNotes keeps the page of a run short.
const mostNotes = 5

// fewNotes are the first notes, but for those of groups that no objective limits, and how many
// there are more.
func (l lines) fewNotes(c sla.Scorecard) (all []string) {
	for _, n := range c.Notes {
		if n.Code != sla.HurtUnlimited { // has its own line
			all = append(all, l.Text(n))
		}
	}
	if more := len(all) - mostNotes; more > 0 {
		all = append(all[:mostNotes], l.Line("md-notes-more", "notes", strconv.Itoa(more)))
	}
	return all
}

// compareTable writes in what a run differs from an earlier one, and how much cannot be told apart.
func (l lines) compareTable(b *strings.Builder, against Earlier, now sla.Scorecard) {
	before := *against.Card
	rows := [][]string{{l.Line("compare-head", "scenario", now.Scenario,
		"now", l.compared([]sla.Scorecard{now}), "before", l.compared([]sla.Scorecard{before})),
		l.Line("compare-before"), l.Line("compare-now"), l.Line("compare-beside")}}
	var alike []string
	for _, d := range sla.Compare(before, now) {
		if d.Is == sla.Alike {
			alike = append(alike, l.Objective(d.Name))
			continue
		}
		rows = append(rows, []string{differenceSigns[d.Is] + " " + l.Objective(d.Name),
			l.orNone(d.Values[0]), l.orNone(d.Values[1]), l.difference(d)})
	}
	if len(alike) > 0 {
		others := l.Line("compare-others", "others", l.List(alike))
		rows = append(rows, []string{differenceSigns[sla.Alike] + " " + others, "", "",
			l.Line("compare-alike")})
	}
	markdownTable(b, rows)
	for _, note := range append(l.differently(before, now), l.changed(against.Changes)...) {
		fmt.Fprintf(b, "- **%s** %s\n", l.Line("md-compared"), cell(note))
	}
}

// cell keeps text from being taken for Markdown, or for HTML in it.
func cell(s string) string { return inMarkdown.Replace(s) }

var inMarkdown = strings.NewReplacer("\n", " ", `\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;",
	"*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "~", `\~`, "#", `\#`)

// markdownTable writes rows, the head first.
func markdownTable(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		for _, c := range row {
			b.WriteString("| " + cell(c) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	b.WriteByte('\n')
}
