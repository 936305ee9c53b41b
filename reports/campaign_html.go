package reports

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

//go:embed page/campaign.html
var campaignHTML string

var campaignTemplate = template.Must(template.New("campaign").Parse(campaignHTML))

// campaignPage is what the template of a campaign's page is filled with. All text in it is
// plain; the template escapes it for where it stands.
type campaignPage struct {
	*words.Language
	Card           campaign.Card
	Title, Verdict string
	Reasons, Says  []string
	Tiles          []tile
	Head           []string   // of the spreads
	Spreads        [][]string // a row each
	Strips         []strip
	Runs           []campaignRun
	Again          string
	Style          template.CSS
}

// campaignRun is a row of runs.
type campaignRun struct {
	campaign.Run
	Class, Verdict string // met, missed or undecided; in words
	Report         string // where its own page is; empty: it has none
	Values         []string
	Why            string
}

// strip is one objective or time, a dot for each run.
type strip struct {
	Name, Label  string // as it is, and for who cannot see it
	Wanted       string
	Bound        string // the strongest; empty: none holds
	Ticks        []tick
	LimitAt      *float64 // per cent of the height, from above
	BoundAt      *float64
	Dots         []dot
	Crowded, End bool // many dots; one of them without end
}

// tick is a number on a strip's scale, and its place, per cent from above.
type tick struct {
	At   float64
	Text string
}

// dot is a run on a strip; places are per cent of its width and height.
type dot struct {
	X, Y, From, Until float64 // From and Until are how finely it is known
	Class             string  // met, missed or undecided, by the run's verdict
	Text, Report      string
}

// CampaignHTML writes a campaign's page, which opens from disk in any browser, runs no script,
// and leads to the pages of its runs in their folders beside it. Of done, those with a length
// have one. Command repeats it; empty: it is the drill by its name. The language nil is English.
func CampaignHTML(w io.Writer, c campaign.Card, done []campaign.Outcome,
	command string, in *words.Language) error {
	c = plainly(c)
	p := &campaignPage{Language: cmp.Or(in, words.English), Card: c,
		Style: template.CSS(pageStyle)}
	l := lines{p.Language}
	p.Title = l.Line("campaign-title", "scenario", c.Scenario, "runs",
		l.runs(c.Planned.Runs, false))
	p.Verdict, p.Reasons, p.Says = l.verdict(c.Verdict), l.Texts(c.Reasons), l.Texts(c.Says)
	p.Tiles = []tile{p.passed(), p.vouched(), p.cried()}
	p.Head = l.spreadHead()
	for _, s := range c.Spreads {
		p.Spreads = append(p.Spreads, l.spread(s))
	}
	p.Again = cmp.Or(plainly(command), fmt.Sprintf(
		"stormdrill run %s --repeat %d --allow %d --control %d --seed %d", c.Scenario,
		c.Planned.Runs, c.Planned.Allowed, c.Planned.Controls, c.Seed))
	pages := map[string]string{}
	for _, o := range done {
		if o.Length > 0 {
			pages[o.Folder()] = o.Folder() + "/report.html"
		}
	}
	runs := p.runs(pages)
	for _, s := range c.Spreads {
		if numbered(s) {
			p.Strips = append(p.Strips, p.strip(s, runs))
		}
	}
	var b bytes.Buffer
	if err := campaignTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// verdictResults are what a run's verdict is of its SLA.
var verdictResults = map[sla.Verdict]string{sla.Pass: sla.Met, sla.Fail: sla.Missed}

func slaResult(v sla.Verdict) string { return cmp.Or(verdictResults[v], sla.Undecided) }

// numbered reports whether any run has a number of it.
func numbered(s campaign.Spread) bool {
	for _, v := range s.Values {
		if v.Number != nil {
			return true
		}
	}
	return false
}

func (p *campaignPage) passed() tile {
	c := p.Card
	t := tile{Asked: p.Line("page-did-it-pass"), Class: slaResult(c.Verdict)}
	if c.Verdict == sla.Error {
		t.Class = sla.Missed
	}
	t.Answer = p.Line("page-kept-of", "verdict", strings.ToLower(p.Verdict),
		"kept", strconv.Itoa(c.Kept), "runs", strconv.Itoa(c.Planned.Runs))
	t.More = []string{p.Line("page-exceeded", "missed", strconv.Itoa(c.Missed),
		"inconclusive", strconv.Itoa(c.Inconclusive), "left", strconv.Itoa(c.Left),
		"allowed", strconv.Itoa(c.Planned.Allowed))}
	return t
}

// vouched is what so many runs allow one to say of others.
func (p *campaignPage) vouched() tile {
	t := tile{Asked: p.Line("page-may-say"), Answer: p.Line("page-keep-unknown")}
	if share := campaign.Percentile(p.Card.KeptAtLeast); share > 0 {
		t.Answer = p.Line("page-keep", "share", strconv.Itoa(share))
		t.More = []string{p.Line("confidence")}
	}
	return t
}

// cried is what was cried in runs without the faults.
func (p *campaignPage) cried() tile {
	t := tile{Asked: p.Line("page-cried"), Answer: p.Line("page-no-controls")}
	if k := p.Card.Control; k != nil {
		t.Answer = p.Line("page-cried-in", "runs", strconv.Itoa(k.Alarmed),
			"controls", strconv.Itoa(p.Card.Planned.Controls))
		t.More = []string{p.Line("page-controls", "clean", strconv.Itoa(k.Clean),
			"inconclusive", strconv.Itoa(k.Inconclusive), "left", strconv.Itoa(k.Left))}
	}
	return t
}

// Columns are what the table of runs has numbers of.
func (p *campaignPage) Columns() (names []string) {
	for _, s := range p.Strips {
		names = append(names, p.Objective(s.Name))
	}
	return names
}

// runs sets the rows of runs, and gives them by their folders.
func (p *campaignPage) runs(pages map[string]string) map[string]campaignRun {
	l, by := lines{p.Language}, map[string]campaignRun{}
	for _, r := range p.Card.Runs {
		row := campaignRun{Run: r, Class: slaResult(r.Verdict), Verdict: l.verdict(r.Verdict),
			Report: pages[r.Folder]}
		if len(r.Reasons) > 0 {
			row.Why = shortened(l.Text(r.Reasons[0]))
		}
		for _, s := range p.Card.Spreads {
			if numbered(s) {
				row.Values = append(row.Values, l.valueIn(s, r.Folder))
			}
		}
		p.Runs = append(p.Runs, row)
		by[r.Folder] = row
	}
	return by
}

// mostReason is how much of a run's reason is quoted: its own page has the whole.
const mostReason = 300 // characters

func shortened(s string) string {
	if r := []rune(s); len(r) > mostReason {
		return string(r[:mostReason]) + "…"
	}
	return s
}

// valueIn is what a run had of a spread; empty where it was none of its runs.
func (l lines) valueIn(s campaign.Spread, folder string) string {
	for _, v := range s.Values {
		if v.Folder == folder {
			return l.valueWhole(s, v)
		}
	}
	return ""
}

// valueWhole is a run's own value with its resolution.
func (l lines) valueWhole(s campaign.Spread, v campaign.Value) string {
	if v.Number == nil || s.Unit != "s" {
		return l.valueOf(s, v.Number)
	}
	return l.took(&sla.Time{Seconds: *v.Number, Resolution: v.Resolution, Censored: v.Censored})
}

// A strip's scale is between these, per cent of its height; beyond it is what has no end.
const (
	stripTop, stripFoot = 14.0, 88.0
	edgeTop, edgeFoot   = 5.0, 97.0
	crowd               = 60 // dots
)

// strip draws a spread.
func (p *campaignPage) strip(s campaign.Spread, runs map[string]campaignRun) strip {
	l := lines{p.Language}
	t := strip{Name: p.Objective(s.Name), Label: l.spoken(s), Crowded: len(s.Values) > crowd}
	least, most := scaleOf(s)
	at := func(v float64) float64 {
		part := min(1, max(0, (v-least)/(most-least)))
		return math.Round(100*(stripFoot-(stripFoot-stripTop)*part)) / 100
	}
	for _, v := range []float64{least, (least + most) / 2, most} {
		t.Ticks = append(t.Ticks, tick{at(v), l.valueOf(s, &v)})
	}
	if s.Limit != nil {
		y := at(*s.Limit)
		t.LimitAt, t.Wanted = &y, l.Text(*s.Wanted)
	}
	if n := len(s.Bounds); n > 0 {
		y := at(s.Bounds[n-1].Value)
		t.BoundAt, t.Bound = &y, l.boundInWords(s, s.Bounds[n-1])
	}
	edge := edgeTop
	if s.Floor {
		edge = edgeFoot
	}
	all := max(p.Card.Planned.Runs, len(s.Values))
	for i, v := range s.Values {
		r := runs[v.Folder]
		d := dot{X: math.Round(1e4*(float64(i)+0.5)/float64(all)) / 100, Y: edge, From: edge,
			Until: edge, Class: cmp.Or(r.Class, sla.Undecided), Report: r.Report,
			Text: l.Line("named", "name", v.Folder,
				"what", l.List([]string{l.valueWhole(s, v), r.Verdict}))}
		if v.Number != nil && !v.Censored {
			d.Y, d.From, d.Until = at(*v.Number), at(*v.Number+v.Resolution),
				at(*v.Number-v.Resolution)
		} else {
			t.End = true
		}
		t.Dots = append(t.Dots, d)
	}
	if t.End {
		t.Ticks = append(t.Ticks, tick{edge, l.valueOf(s, nil)})
	}
	return t
}

// boundInWords says what bound says.
func (l lines) boundInWords(s campaign.Spread, b campaign.Bound) string {
	line := "page-bound-most"
	if s.Floor {
		line = "page-bound-least"
	}
	return l.Line(line, "share", strconv.Itoa(campaign.Percentile(b.Quantile)),
		"value", l.valueOf(s, &b.Value))
}

// spoken is a spread's row, each cell after its head.
func (l lines) spoken(s campaign.Spread) string {
	said := []string{l.Objective(s.Name)}
	head := l.spreadHead()
	for i, cell := range l.spread(s) {
		if i > 0 && cell != "" {
			said = append(said, head[i]+" "+cell)
		}
	}
	return l.Parts(said)
}

// scaleOf is a scale that all of a spread is on: from none, or, of shares that have to be
// high, from where they can be distinguished from all.
func scaleOf(s campaign.Spread) (least, most float64) {
	low, high := math.Inf(1), math.Inf(-1)
	has := func(v, doubt float64) { low, high = min(low, v-doubt), max(high, v+doubt) }
	for _, v := range s.Values {
		if v.Number != nil && !v.Censored {
			has(*v.Number, v.Resolution)
		}
	}
	if s.Limit != nil {
		has(*s.Limit, 0)
	}
	for _, b := range s.Bounds {
		has(b.Value, 0)
	}
	if s.Unit == "share" && s.Floor && low < 1 {
		return max(0, 1-rounded(1.2*(1-low))), 1
	}
	if high <= 0 || math.IsInf(high, 0) {
		return 0, 1
	}
	return 0, rounded(1.05 * high)
}

// rounded is a number above zero, rounded up to two digits.
func rounded(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Ceil(v/unit-1e-9) * unit
}
