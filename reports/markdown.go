package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Markdown writes the scorecard for a CI job's summary.
func Markdown(w io.Writer, card sla.Scorecard) error {
	card = plainly(card)
	var b strings.Builder
	fmt.Fprintf(&b, "## %s: %s\n\n", cell(english.title(card)),
		cell(strings.ToUpper(string(card.Verdict))))
	for _, r := range english.Texts(card.Reasons) {
		fmt.Fprintf(&b, "- %s\n", cell(r))
	}
	if len(card.Reasons) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("| objective | wanted | measured | margin | result |\n|---|---|---|---|---|\n")
	for _, o := range card.Objectives {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", cell(o.Name),
			cell(english.Text(o.Wanted)), cell(english.measured(o)), cell(english.margin(o)),
			cell(o.Result))
	}
	b.WriteByte('\n')
	for _, x := range card.Chains {
		chainTable(&b, card, x)
	}
	item := func(name, s string) {
		if s != "" {
			fmt.Fprintf(&b, "- **%s** %s\n", name, cell(s))
		}
	}
	item("Users:", english.users(card))
	item("Outages:", english.outages(card))
	item("Impact:", english.impact(card))
	item("Failures:", english.detection(card))
	for _, d := range card.Diagnosis {
		item("Diagnosis:", english.diagnosis(d))
		item("Diagnosis:", english.look(d))
	}
	item("Budget:", english.budget(card))
	item("Alert:", english.alert(card))
	item("Data:", english.data(card))
	for _, f := range card.Faults {
		item("Fault:", english.fault(f, len(card.Faults) == 1))
	}
	for _, s := range english.observer(card, true) {
		item("Noticed:", s)
	}
	for _, s := range english.falsely(card) {
		item("False:", s)
	}
	item("Received:", english.notifications(card))
	for _, x := range card.Steers {
		item("Steered:", english.steer(x))
	}
	item("Answers:", english.nodes(card))
	item("Links:", english.Parts(english.amplified(card)))
	item("Generator:", english.generator(card))
	item("Clock:", english.clocks(card))
	fmt.Fprintf(&b, "- **Seed:** %d\n", card.Seed)
	_, err := io.WriteString(w, b.String())
	return err
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
