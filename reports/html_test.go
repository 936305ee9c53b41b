package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

var languages = []*words.Language{words.English, words.Chinese}

// Measured and limit stand on one scale.
func TestBars(t *testing.T) {
	of := func(op string, limit, value, resolution float64) sla.Objective {
		return sla.Objective{Op: op, Limit: &limit, Value: &value, Resolution: resolution}
	}
	for _, c := range []struct {
		sla.Objective
		value, limit float64
	}{
		{of("<=", 3, 6, 0), 83.3, 41.7}, {of("<=", 3, 0.6, 0), 16.7, 83.3},
		{of(">=", 0.99, 0.98, 0), 33.3, 66.7}, {of(">=", 0.95, 1, 0), 100, 33.3},
	} {
		b := barOf(c.Objective)
		if b == nil || math.Abs(b.Value-c.value) > 0.11 || math.Abs(b.Limit-c.limit) > 0.11 {
			t.Errorf("%s %v, measured %v: have %+v", c.Op, *c.Limit, *c.Objective.Value, b)
		}
	}
	if barOf(sla.Objective{}) != nil || barOf(of("<=", 0, 0, 0)) != nil {
		t.Error("a bar without a scale")
	}
}

// hour is a record of an hour with groups and nodes as many as are told apart, half of it a
// flapping outage: what makes columns long.
func hour(groups, rate int) *timeline.Record {
	const start = int64(time.Hour)
	r := &timeline.Record{Header: timeline.Header{Version: timeline.Version, Scenario: "hour",
		Mono: start, Phases: timeline.Phases{Baseline: 20 * time.Minute, Hold: 20 * time.Minute,
			Recovery: 20 * time.Minute, Confirm: 5 * time.Second}},
		Marks: []timeline.Mark{{Name: timeline.MarkStart, Before: start, After: start},
			{Name: timeline.MarkEnd, Before: 2 * start, After: 2 * start}},
		Requests: map[string]*timeline.Requests{}}
	each := int64(time.Second) * int64(groups) / int64(rate)
	for g := range groups {
		rs := make([]load.Request, 0, int64(time.Hour)/each)
		for due := start; due < 2*start; due += each {
			n := len(rs)
			took := int64(time.Millisecond) + int64(n*7919%997_001)*331
			q := load.Request{Seq: uint64(n), Due: due, Sent: due, Done: due + took,
				Node: fmt.Sprint("app-", n%12), Status: 200, Attempts: 1, Reused: n%3 > 0}
			if due%(20*int64(time.Second)) < 9*int64(time.Second) && n%4 == 0 {
				q.Class, q.Status = load.Status, uint16(500+n%11)
			}
			rs = append(rs, q)
		}
		name := fmt.Sprint("group-", g)
		r.Header.Groups = append(r.Header.Groups, timeline.Group{Name: name,
			Rate: float64(rate) / float64(groups), Users: 100, Slow: 500 * time.Millisecond})
		r.Requests[name] = timeline.Pack(rs)
	}
	return r
}

// An hour's report is sent by mail: it stays small, however much was sent in the hour.
func TestAnHourIsSmall(t *testing.T) {
	for _, groups := range []int{1, 30} {
		r := hour(groups, 120)
		var b bytes.Buffer
		if err := HTML(&b, Of(r, sla.Score(r, r.Header.Objectives), words.English)); err != nil {
			t.Fatal(err)
		}
		if have := b.Len(); have > 2_000_000 { // a higher rate's counts have a digit more
			t.Errorf("%d groups: have %d bytes", groups, have)
		}
	}
}

// BenchmarkHTMLOfAnHour writes the report of an hour at 2,000 requests/s from its record,
// judged before. It should take about a second.
func BenchmarkHTMLOfAnHour(b *testing.B) {
	r := hour(2, 2000)
	card := sla.Score(r, r.Header.Objectives)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := HTML(&out, Of(r, card, words.English)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1e6, "MB")
}

// Hostile text is text: none of it ends the page's data, an attribute or a script, and
// the page runs nothing but its own two.
func TestHTMLIsInert(t *testing.T) {
	r := Report{Card: card()}
	const bad = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">` +
		"\x1b[31m\u202e\xff"
	r.Card.Scenario, r.Card.Run = bad, bad
	r.Card.Nodes[0].Name, r.Card.Faults[0].Name, r.Card.Watchers[0].Name = bad, bad, bad
	r.Card.Reasons[0], r.Card.Objectives[0].Name = sla.Say(sla.Harness, bad), bad
	r.Card.Picture.Marks[0].What = sla.Say(sla.MarkInject, bad)
	for _, r.Language = range languages {
		var b bytes.Buffer
		if err := HTML(&b, r); err != nil {
			t.Fatal(err)
		}
		inertText(t, strings.NewReplacer("::", "").Replace(b.String())) // CSS and script have them
		if n := strings.Count(b.String(), "<script"); n != 4 {
			t.Errorf("%s: %d scripts, want 4", r.Language.Tag(), n)
		}
		if strings.Contains(b.String(), "<img") {
			t.Errorf("%s: an element came out of a name", r.Language.Tag())
		}
		_, data, _ := strings.Cut(b.String(), `type="application/json">`)
		data, _, _ = strings.Cut(data, "</script>")
		var page struct{ Marks []pageMark }
		if err := json.Unmarshal([]byte(data), &page); err != nil ||
			!strings.Contains(page.Marks[0].Of, "window.hacked") {
			t.Errorf("%s: the data: %v, %+v", r.Language.Tag(), err, page.Marks)
		}
		if !strings.Contains(b.String(), `<html lang="`+r.Language.Tag()+`">`) {
			t.Errorf("%s is not what the page says it is written in", r.Language.Tag())
		}
	}
}

// Each image is said once, with whom it is of and how registries know it; what stands in a
// name stays text.
func TestPageHasImages(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, Report{Card: card(), Images: []Image{
		{Nodes: []string{"lb", "app-1"}, Name: "haproxy:3.0", ID: "sha256:aa",
			Digests: []string{"haproxy@sha256:bb"}}, {Nodes: []string{"<b>x</b>"}, Name: "y"}},
	}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	panel := page[strings.Index(page, "10 · "):]
	for _, want := range []string{"image of lb, app-1", "haproxy:3.0, sha256:aa, haproxy@sha256:bb",
		"image of &lt;b&gt;x"} {
		if !strings.Contains(panel, want) {
			t.Errorf("no %q in %.1500s", want, panel)
		}
	}
}

var (
	ofRow  = regexp.MustCompile(`(?s)<tr>(.*?)</tr>`)
	ofCell = regexp.MustCompile(`(?s)<t[dh][^>]*>(.*?)</t[dh]>`)
)

// cells are the rows of the table below a chart, as a person reads them.
func cells(page, below string) (rows [][]string) {
	_, after, _ := strings.Cut(page, `<div id="`+below+`">`)
	for _, row := range ofRow.FindAllStringSubmatch(ofTable.FindString(after), -1) {
		var all []string
		for _, cell := range ofCell.FindAllStringSubmatch(row[1], -1) {
			all = append(all, strings.Join(strings.Fields(read("<body>"+cell[1])), " "))
		}
		rows = append(rows, all)
	}
	return rows
}

// A page says of each watcher how long after the fault was gone it was content again, or that it
// was not to the end, or that it was before.
func TestPageSaysWhenWatchersWereContent(t *testing.T) {
	c := card()
	c.Watchers = []sla.Watcher{
		{Name: "late", Restore: &sla.Time{Seconds: 2.25, Resolution: 0.05}},
		{Name: "never", Restore: &sla.Time{Seconds: 15, Censored: true}},
		{Name: "early", Restore: &sla.Time{}}, {Name: "deaf"},
	}
	c.Picture.Marks = append(c.Picture.Marks, sla.Point{At: 3.26, What: sla.Say(sla.MarkContent,
		sla.Word("early"))})
	for in, want := range map[*words.Language][]string{
		words.English: {"content after clear", "2.25 s ± 50 ms", "> 15 s",
			"0 s content again at 3.3 s, before the fault was gone", "–"},
		words.Chinese: {"清除后告警多久解除", "2.25 s ± 50 ms", "> 15 s",
			"0 s 第 3.3 s 告警解除，当时故障尚未清除", "–"},
	} {
		var have []string
		for _, row := range cells(pageOf(t, c, in), "knew") {
			have = append(have, row[3])
		}
		if !slices.Equal(have, want) {
			t.Errorf("%s: have %q, want %q", in.Tag(), have, want)
		}
	}
}
