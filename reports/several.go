package reports

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// Drilled is what came of one of several drills of one command. One that has neither Card nor
// Campaign was not run yet.
type Drilled struct {
	Scenario string // its name
	Folder   string // of its evidence, as seen from that of all
	Card     *sla.Scorecard
	Against  *Earlier       // what Card must not be worse than; nil: it may be
	Length   float64        // seconds that it took; 0: it has no record
	Campaign *campaign.Card // in the place of Card, where each is run many times
	Runs     []campaign.Outcome
}

// WriteSeveral writes into the folder of several drills what is about all of them: junit.xml
// and summary.md. The language is summary.md's; nil: English.
func WriteSeveral(dir string, all []Drilled, in *words.Language) error {
	return writeFiles(dir,
		file{"junit.xml", func(w io.Writer) error { return SeveralJUnit(w, all) }},
		file{"summary.md", func(w io.Writer) error { return SeveralMarkdown(w, all, in) }})
}

// SeveralJUnit writes the suites of all drills as each drill's own report has them. A drill
// that was not run is an error, so that a CI never takes drills that were cut off for a pass.
func SeveralJUnit(w io.Writer, all []Drilled) error {
	var suites []junitSuite
	for _, d := range plainly(all) {
		switch {
		case d.Campaign != nil:
			suites = append(suites, campaignSuites(*d.Campaign, d.Runs)...)
		case d.Card != nil:
			suites = append(suites, suiteOf(*d.Card, d.Length, d.Against))
		default:
			suite := junitSuite{Name: d.Scenario}
			suite.add(junitCase{Name: "run", Classname: "stormdrill." + d.Scenario,
				Time: junitTime(0), Error: &junitResult{Message: "not run", Type: "not run"}})
			suites = append(suites, suite)
		}
	}
	return writeJUnit(w, suites...)
}

// SeveralMarkdown writes a line per drill, which leads to its folder. The language nil is
// English.
func SeveralMarkdown(w io.Writer, all []Drilled, in *words.Language) error {
	all = plainly(all)
	l := lines{cmp.Or(in, words.English)}
	var b strings.Builder
	ran, against := 0, false
	for _, d := range all {
		if d.Card != nil || d.Campaign != nil {
			ran++
		}
		against = against || d.Card != nil && d.Against != nil
	}
	rows := [][]string{{l.Line("matrix-drill"), l.Line("md-verdict"), l.Line("md-why")}}
	if against {
		rows[0] = append(rows[0], l.Line("md-against"))
	}
	for _, d := range all {
		name, verdict, why := cell(d.Scenario), l.Line("md-not-run"), []sla.Said(nil)
		switch {
		case d.Campaign != nil:
			verdict, why = l.verdictCell(d.Campaign.Verdict), d.Campaign.Reasons
		case d.Card != nil:
			verdict, why = l.verdictCell(d.Card.Verdict), d.Card.Reasons
		}
		if d.Card != nil || d.Campaign != nil {
			name = fmt.Sprintf("[%s](./%s/)", name, url.PathEscape(d.Folder))
		}
		row := []string{name, cell(verdict), cell(l.Parts(l.Texts(why)))}
		switch {
		case !against:
		case d.Card != nil && d.Against != nil:
			row = append(row, cell(l.beside(*d.Against, *d.Card)))
		default:
			row = append(row, "")
		}
		rows = append(rows, row)
	}
	fmt.Fprintf(&b, "## %s\n\n",
		cell(l.Line("several-ran", "ran", count(uint64(ran)), "all", count(uint64(len(all))))))
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// verdictCell is a verdict in a table.
func (l lines) verdictCell(v sla.Verdict) string {
	return cmp.Or(l.Line("md-"+string(v)), string(v))
}
