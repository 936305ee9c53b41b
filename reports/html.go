package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"

	"github.com/tsenart/vegeta/v12/lib/plot"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

var (
	//go:embed page/report.html
	pageHTML string
	//go:embed page/report.css
	pageStyle string
	//go:embed page/report.js
	pageScript string
	//go:embed page/LICENSE-uPlot
	uPlotLicence string
)

var pageTemplate = template.Must(template.New("report").Parse(pageHTML))

// page is what the template is filled with. All text in it is plain; the template
// escapes it for where it stands.
type page struct {
	*words.Language
	Card       sla.Scorecard
	Images     []Image
	Command    string
	Beside     []string
	Series     series.Series
	Title      string
	Verdict    string
	Lead       string
	When       string
	Reasons    []string
	Tiles      []tile
	Marks      []pageMark
	Objectives []pageObjective
	Data       template.JS
	UPlot      template.JS
	Script     template.JS
	UPlotStyle template.CSS
	Style      template.CSS
	Policy     string
	Licence    template.JS
}

// pageMark is an instant of the run in the page's words.
type pageMark struct {
	At   float64  `json:"at"`
	What sla.Code `json:"what"`
	Of   string   `json:"of"` // the fault, watcher or steer; empty: the only one
	Text string   `json:"text"`
}

// pageObjective is a row of objectives.
type pageObjective struct {
	sla.Objective
	Sign, Is                 string // the result as a sign, and in a word
	Wanted, Measured, Margin string
	Why                      string
	Bar                      *bar
}

// resultLines are the words for a result.
var resultLines = map[string]string{sla.Met: "page-met", sla.Missed: "page-missed",
	sla.Undecided: "page-undecided"}

// bar is a measure on a scale that its limit is on too, all in per cent of the scale.
type bar struct {
	Title                    string
	Value, From, Give, Limit float64
}

// pageData is what the page's script draws from.
type pageData struct {
	Series series.Series     `json:"series"`
	Card   sla.Scorecard     `json:"card"`
	Marks  []pageMark        `json:"marks"`
	Words  map[string]string `json:"words"`
}

// HTML writes a report that opens from disk in any browser: one file, which asks for
// nothing else.
func HTML(w io.Writer, r Report) error {
	card, s := plainly(r.Card), plainly(r.Series)
	p := &page{Language: cmp.Or(r.Language, words.English), Card: card, Series: s,
		Images: plainly(r.Images), Command: plainly(r.Command),
		Beside: plainly(r.Beside), Marks: []pageMark{}}
	l := lines{p.Language}
	p.Title, p.Verdict = l.title(card), l.verdict(card.Verdict)
	p.Lead, p.When = l.lead(card), l.when(r)
	p.Reasons, p.Tiles = p.Texts(card.Reasons), p.tiles()
	for _, m := range card.Picture.Marks {
		of := ""
		for _, v := range m.What.Values { // it has one
			of, _ = v.Is.(string)
		}
		p.Marks = append(p.Marks, pageMark{m.At, m.What.Code, of, p.Text(m.What)})
	}
	for _, o := range card.Objectives {
		row := pageObjective{Objective: o, Sign: resultSigns[o.Result],
			Is: p.Line(resultLines[o.Result]), Wanted: p.Text(o.Wanted),
			Measured: l.measured(o), Margin: l.margin(o), Bar: barOf(o)}
		if o.Why != nil {
			row.Why = p.Text(*o.Why)
		}
		if row.Bar != nil {
			row.Bar.Title = row.Measured + " " + row.Wanted
		}
		p.Objectives = append(p.Objectives, row)
	}
	if err := p.assets(); err != nil {
		return err
	}
	for i, c := range s.Classes {
		s.Classes[i].Name = l.failure(c.Name)
	}
	for i, n := range s.Nodes {
		s.Nodes[i].Name = l.node(n.Name)
	}
	data, err := json.Marshal(pageData{s, card, p.Marks, p.Under("chart-")})
	if err != nil {
		return err
	}
	p.Data = template.JS(data) // <, > and & are escaped in it
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// assets are the charts' library, as vegeta carries it, and what the page may run: these
// scripts, and nothing that got into it by a name.
func (p *page) assets() error {
	for name, put := range map[string]func([]byte){
		"uPlot.min.js":  func(b []byte) { p.UPlot = template.JS(b) },
		"uPlot.min.css": func(b []byte) { p.UPlotStyle = template.CSS(b) },
	} {
		f, err := plot.Assets.Open(name)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(f)
		_ = f.Close() // it was read to its end
		if err != nil {
			return err
		}
		put(b)
	}
	p.Style, p.Script = template.CSS(pageStyle), template.JS(pageScript)
	p.Licence = template.JS(uPlotLicence)
	hash := func(s template.JS) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	p.Policy = fmt.Sprintf("default-src 'none'; style-src 'unsafe-inline'; script-src %s %s",
		hash(p.UPlot), hash(p.Script))
	return nil
}

// barOf draws what was measured beside its limit; nil where one of them is no number. Of
// shares that have to be high, the scale begins where both can be told from all.
func barOf(o sla.Objective) *bar {
	if o.Limit == nil || o.Value == nil {
		return nil
	}
	least, most := 0.0, 1.2*max(*o.Limit, *o.Value+o.Resolution)
	if o.Op == ">=" && most > 1 && *o.Limit <= 1 {
		short := max(1-*o.Limit, 1-*o.Value)
		least, most = max(0, 1-1.5*short), 1
	}
	if !(most > least) {
		return nil
	}
	at := func(v float64) float64 {
		return math.Round(1000*min(1, max(0, (v-least)/(most-least)))) / 10
	}
	b := &bar{Value: at(*o.Value), From: at(*o.Value - o.Resolution), Limit: at(*o.Limit)}
	b.Give = max(0.4, at(*o.Value+o.Resolution)-b.From)
	return b
}
