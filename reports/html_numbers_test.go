package reports

import (
	"bytes"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// whole is a scorecard in which each number has a place: card, and what it has not.
func whole() sla.Scorecard {
	c := card()
	took := func(s float64) *sla.Time { return &sla.Time{Seconds: s, Resolution: s / 64} }
	some, port := func(v float64) *float64 { return &v }, uint16(8443)
	c.Times.Mitigate, c.Times.Recover, c.Times.Calm, c.Times.Restore = took(6.1), took(7.2),
		took(8.3), took(9.4)
	f := &c.Faults[0]
	f.Outage, f.Mitigate, f.Recover, f.Calm = took(12.6), took(10.7), took(2.8), took(5.9)
	f.Detectable, f.DetectableGroup = some(0.0123), some(0.0456)
	c.Faults = append(c.Faults, sla.Fault{Name: "slow", Kind: "delay", Link: "edge -> lb",
		Inject: 16, Effect: 16.125, Lift: 26, Clear: 26.5, Proof: sla.Proof{Unit: "requests held",
			Total: 321, Own: true, Detail: "of its own", Effective: "too few"}, Faint: 3,
		Calm: took(4.1)})
	c.Groups = []sla.Group{{Name: "shoppers", Phases: []sla.Phase{{Name: "baseline", Due: 2001,
		Sent: 2000, Failed: 12, Success: 0.994, P50: some(0.011), P95: some(0.022), P99: some(0.033),
		Connections: sla.Connections{New: sla.Served{Sent: 600, Failed: 9, Success: 0.985},
			Established: sla.Served{Sent: 1400, Failed: 3, Success: 0.997}, Differ: true}}}}}
	c.Outages = append(c.Outages, sla.Outage{Group: "shoppers", By: []string{"bad-node"}, Onset: 15.3,
		Recovery: 27.7, Resolution: 0.041, Share: 0.43, Flaps: 3})
	c.Strays = []sla.Stray{{From: "app-1", To: "192.0.2.7", Protocol: "tcp", Port: &port,
		Packets: 11}}
	c.StraysDropped, c.Uncontained = 17, []string{"it cannot drop packets"}
	c.Generator.Machine = &sla.Machine{Load: 0.77, CPU: some(0.021), Memory: some(0.031),
		IO: some(0.041)}
	c.Nodes[0].Injected = 1233
	return c
}

// eachNumber visits every number and yes or no of a value, with its place.
func eachNumber(v reflect.Value, place string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Float64, reflect.Int, reflect.Uint16, reflect.Uint64, reflect.Bool:
		visit(place, v)
	case reflect.Pointer:
		eachNumber(v.Elem(), place, visit)
	case reflect.Interface:
		if n, ok := v.Interface().(float64); ok {
			inner := reflect.New(reflect.TypeFor[float64]()).Elem()
			inner.SetFloat(n)
			visit(place, inner)
			v.Set(inner)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				eachNumber(v.Field(i), place+"."+f.Name, visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachNumber(v.Index(i), fmt.Sprintf("%s[%d]", place, i), visit)
		}
	}
}

// another puts another value of its kind there.
func another(v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64:
		v.SetFloat(1.37*v.Float() + 0.0625)
	case reflect.Int:
		v.SetInt(v.Int() + 3)
	case reflect.Uint16, reflect.Uint64:
		v.SetUint(v.Uint() + 7)
	case reflect.Bool:
		v.SetBool(!v.Bool())
	}
}

var markup = regexp.MustCompile(`<[^>]*>`)

// read is what a person reads of a page: no script, no data, no attribute.
func read(page string) string {
	_, body, _ := strings.Cut(page, "<body>")
	body, _, _ = strings.Cut(body, "<script")
	return html.UnescapeString(markup.ReplaceAllString(body, "\n"))
}

func pageOf(t *testing.T, c sla.Scorecard, in *words.Language) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, Report{Card: c, Language: in}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wordily(t *testing.T, c sla.Scorecard) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, c, TextOptions{Verbose: true, Width: 1000}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// drawn are the numbers of the text's own picture: the page has charts.
var drawn = []string{".Picture.Step", ".Picture.Bad"}

// unsaid are numbers of the scorecard that no person is told as such.
var unsaid = []string{
	".Jitter",                                  // two runs beside each other need it
	".Groups.Phases.Due", ".Groups.Dispersion", // what is said of both rests on them
	".Groups.Phases.Connections.New.Sent", ".Groups.Phases.Connections.New.Failed", // the share is
	".Groups.Phases.Connections.Established.Sent", ".Groups.Phases.Connections.Established.Failed",
	".Links.Phases.Requests", ".Links.Phases.Asked", // their quotient is
	".Faults.Lift", ".Faults.Clear", ".Chains.Impact", ".Chains.Clear", // what happened when has them
	".Watchers.Asked", ".Data.RPO.Censored", // with unknown writes, it is a bound anyway
	".Watchers.Told", ".Watchers.Alerts.Told", ".Watchers.Alerts.Detect.Seconds", // the matrix has
	".Watchers.Alerts.Detect.Resolution", ".Watchers.Alerts.Detect.Censored", // alerts by name
	".Watchers.Alerts.FalseAlarms", ".Watchers.Alerts.WrongTarget",
	".Chains.Well.Resolution",                        // mitigated
	".Objectives.Resolution", ".Objectives.Censored", // what was measured has them in it
}

var index = regexp.MustCompile(`\[\d+\]`)

// No number that the text of a run has is missing on its page: what changes the one changes
// what is read on the other. And each number of a scorecard is read on the page somewhere.
func TestPageSaysWhatTheTextSays(t *testing.T) {
	places := 0
	first := whole()
	eachNumber(reflect.ValueOf(&first).Elem(), "", func(string, reflect.Value) { places++ })
	page, text := read(pageOf(t, whole(), words.English)), wordily(t, whole())
	said := map[string]bool{}
	for k := range places {
		c, n, place := whole(), 0, ""
		eachNumber(reflect.ValueOf(&c).Elem(), "", func(at string, v reflect.Value) {
			if n == k {
				another(v)
				place = at
			}
			n++
		})
		kind := index.ReplaceAllString(place, "")
		if slices.Contains(drawn, kind) {
			continue
		}
		changed := read(pageOf(t, c, words.English)) != page
		said[kind] = said[kind] || changed
		if !changed && wordily(t, c) != text {
			t.Errorf("%s is in the text of a run, and not on its page", place)
		}
	}
	for kind, is := range said {
		if is == slices.Contains(unsaid, kind) {
			t.Errorf("%s is read on the page: %v, and the list of what is not says otherwise",
				kind, is)
		}
	}
	if places < 300 {
		t.Errorf("%d numbers were tried", places)
	}
}

var (
	ofTable  = regexp.MustCompile(`(?s)<table.*?</table>`)
	ofHead   = regexp.MustCompile(`<th[ >][^>]*>`)
	ofLevel  = regexp.MustCompile(`<h([1-6])([^>]*)>`)
	ofChart  = regexp.MustCompile(`<div class="chart"[^>]*>`)
	ofID     = regexp.MustCompile(` id="([^"]*)"`)
	ofLabel  = regexp.MustCompile(` aria-label="[^"]+"`)
	ofMore   = regexp.MustCompile(` aria-describedby="([^"]+)"`)
	ofResult = regexp.MustCompile(`<span class="(?:met|missed|undecided)"[^>]*>`)
)

// Who cannot see the charts has what they show as text: each names itself and what on the
// page tells the same in words; each table says what its cells are; no result is a sign or a
// colour alone.
func TestPageIsReadAloud(t *testing.T) {
	for _, in := range languages {
		page := pageOf(t, whole(), in)
		ids := map[string]bool{}
		for _, m := range ofID.FindAllStringSubmatch(page, -1) {
			if ids[m[1]] {
				t.Errorf("two have id %s", m[1])
			}
			ids[m[1]] = true
		}
		charts := ofChart.FindAllString(page, -1)
		for _, c := range charts {
			more := ofMore.FindStringSubmatch(c)
			if !ofLabel.MatchString(c) || !strings.Contains(c, `role="img"`) || more == nil {
				t.Errorf("without a text: %s", c)
				continue
			}
			for _, id := range strings.Fields(more[1]) {
				if !ids[id] {
					t.Errorf("%s: there is no %s", c, id)
				}
			}
		}
		wantHeads(t, page)
		results := ofResult.FindAllString(page, -1)
		for _, r := range results {
			if !ofLabel.MatchString(r) {
				t.Errorf("a sign alone: %s", r)
			}
		}
		if len(charts) < 5 || len(results) != 3 {
			t.Errorf("%d charts, %d results", len(charts), len(results))
		}
	}
}

// wantHeads holds that each table has heads, and each head says of what; and that no
// heading is more than a level below the one before.
func wantHeads(t *testing.T, page string) {
	t.Helper()
	tables := ofTable.FindAllString(page, -1)
	for _, table := range tables {
		heads := ofHead.FindAllString(table, -1)
		for _, h := range heads {
			if !strings.Contains(h, ` scope="`) {
				t.Errorf("a head of nothing: %s", h)
			}
		}
		if len(heads) == 0 {
			t.Errorf("a table without heads: %.200s", table)
		}
	}
	if len(tables) == 0 {
		t.Error("no table")
	}
	before := "0"
	for _, m := range ofLevel.FindAllStringSubmatch(page, -1) {
		level := m[1]
		if _, other, ok := strings.Cut(m[2], `aria-level="`); ok {
			level = other[:1]
		}
		if level[0] > before[0]+1 {
			t.Errorf("%s: level %s comes after %s", m[0], level, before)
		}
		before = level
	}
}
