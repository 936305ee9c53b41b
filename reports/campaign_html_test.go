package reports

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

func campaignPageOf(t *testing.T, c campaign.Card, done []campaign.Outcome,
	in *words.Language) string {
	t.Helper()
	var b bytes.Buffer
	if err := CampaignHTML(&b, c, done, "", in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	ofDots = regexp.MustCompile(`(?s)<svg class="dots[^>]*>.*?</svg>`)
	ofDot  = regexp.MustCompile(`<use class="([a-z]+)" href="#([a-z]+)" ` +
		`x="([\d.]+)%" y="([\d.]+)%"/>`)
	ofLimit = regexp.MustCompile(`<line class="(limit|bound)" x1="0" x2="100%" y1="([\d.]+)%"`)
	ofLink  = regexp.MustCompile(`<a href="([^"]*)"`)
)

// Each run is a dot, at the height of its value beside the limit and the bound, in the shape
// and the colour of its verdict, and leads to its own page.
func TestCampaignDots(t *testing.T) {
	c, done := rehearsed(2)
	done[3].Length = 0 // it has no record, and so no page
	page := campaignPageOf(t, c, done, words.English)
	strips := ofDots.FindAllString(page, -1)
	if len(strips) != 2 {
		t.Fatalf("have %d strips, want those of detect balancer and outage", len(strips))
	}
	lines := map[string]float64{}
	for _, m := range ofLimit.FindAllStringSubmatch(strips[0], -1) {
		lines[m[1]], _ = strconv.ParseFloat(m[2], 64)
	}
	dots, values := ofDot.FindAllStringSubmatch(strips[0], -1), c.Spreads[0].Values
	if len(dots) != 12 || len(values) != 12 {
		t.Fatalf("have %d dots of %d values", len(dots), len(values))
	}
	shapes := map[string]int{}
	per := (lines["bound"] - lines["limit"]) / (1.05 - 1) // of the height, a second
	for i, d := range dots {
		if shapes[d[1]]++; d[1] != d[2] {
			t.Errorf("a dot has the colour %s and the shape %s", d[1], d[2])
		}
		x, _ := strconv.ParseFloat(d[3], 64)
		y, _ := strconv.ParseFloat(d[4], 64)
		if want := 100 * (float64(i) + 0.5) / 12; math.Abs(x-want) > 0.01 {
			t.Errorf("dot %d is at %v%%, want %v%%", i, x, want)
		}
		want := edgeTop
		if v := values[i]; v.Number != nil && !v.Censored {
			want = lines["limit"] + per*(*v.Number-1)
		}
		if math.Abs(y-want) > 0.5 {
			t.Errorf("dot %d is at a height of %v%%, want %v%%", i, y, want)
		}
	}
	if shapes["met"] != 10 || shapes["missed"] != 1 || shapes["undecided"] != 1 {
		t.Errorf("shapes: %v", shapes)
	}
	links := map[string]int{}
	for _, m := range ofLink.FindAllStringSubmatch(page, -1) {
		links[m[1]]++
	}
	for i, o := range done {
		want := 3 // on two strips, and in the table
		if o.Control {
			want = 1
		}
		if i == 3 {
			want = 0
		}
		if have := links[o.Folder()+"/report.html"]; have != want {
			t.Errorf("%d links to the page of %s, want %d", have, o.Folder(), want)
		}
	}
}

// What changes a campaign's text changes its page.
func TestCampaignPageSaysWhatTheTextSays(t *testing.T) {
	first, done := rehearsed(2)
	places := 0
	eachNumber(reflect.ValueOf(&first).Elem(), "", func(string, reflect.Value) { places++ })
	fresh, _ := rehearsed(2)
	text := func(c campaign.Card) string {
		var b bytes.Buffer
		if err := CampaignText(&b, c, TextOptions{Width: 1000}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	page, before := read(campaignPageOf(t, fresh, done, words.English)), text(fresh)
	said := 0
	for k := range places {
		c, _ := rehearsed(2)
		n, place := 0, ""
		eachNumber(reflect.ValueOf(&c).Elem(), "", func(at string, v reflect.Value) {
			if n == k {
				another(v)
				place = at
			}
			n++
		})
		if text(c) == before {
			continue
		}
		if said++; read(campaignPageOf(t, c, done, words.English)) == page {
			t.Errorf("%s is in a campaign's text, and not on its page", place)
		}
	}
	if said < 20 {
		t.Errorf("%d numbers are in its text", said)
	}
}

// It runs nothing, asks for nothing, and says in words what it draws, in each language.
func TestCampaignPageIsReadAloud(t *testing.T) {
	c, done := rehearsed(2)
	for _, in := range languages {
		page := campaignPageOf(t, c, done, in)
		wantHeads(t, page)
		for _, live := range []string{"<script", "src=", "url(", "@import", "http:", "https:"} {
			if strings.Contains(page, live) {
				t.Errorf("%s: %q is in it", in.Tag(), live)
			}
		}
		for _, s := range ofDots.FindAllString(page, -1) {
			if !ofLabel.MatchString(s) || !strings.Contains(s, `aria-describedby="runs"`) ||
				strings.Count(s, "<title>") != 12 {
				t.Errorf("%s: without a text: %.300s", in.Tag(), s)
			}
		}
		if !strings.Contains(page, `<html lang="`+in.Tag()+`">`) ||
			!strings.Contains(page, `id="runs"`) {
			t.Errorf("%s: %.200s", in.Tag(), page)
		}
		for _, s := range in.Texts(append(c.Says, c.Reasons...)) {
			if !strings.Contains(read(page), s) {
				t.Errorf("%s: it does not say %q", in.Tag(), s)
			}
		}
	}
}

// A campaign of a thousand runs stays small enough to be sent, and one of none has a page.
func TestCampaignPageIsSmall(t *testing.T) {
	d := campaign.Design{Runs: 1000, Allowed: 3, Controls: 100, Seed: 7}
	var done []campaign.Outcome
	for _, turn := range d.Turns() {
		c := sla.Scorecard{Verdict: sla.Fail, Reasons: []sla.Said{sla.Say(sla.Harness,
			strings.Repeat("it said so ", 1000))}}
		for i := range 6 {
			v := float64(turn.Number*(i+3)%997) / 77
			c.Objectives = append(c.Objectives, sla.Objective{Name: fmt.Sprint("detect ", i),
				Op: "<=", Wanted: sla.Say(sla.WantTime, "<=", 5.0), Limit: &v, Value: &v, Unit: "s",
				Resolution: 0.0123, Result: sla.Missed})
		}
		done = append(done, campaign.Outcome{Turn: turn, Card: c, Length: 40})
	}
	page := campaignPageOf(t, campaign.Judge(d, "x", done, false), done, words.Chinese)
	if have := len(page); have > 3_000_000 {
		t.Errorf("have %d bytes", have)
	}
	if n := len(ofDot.FindAllString(page, -1)); n != 7000 { // the outage's, too
		t.Errorf("have %d dots", n)
	}
	campaignPageOf(t, campaign.Judge(campaign.Design{Runs: 3}, "x", nil, true), nil, nil)
}

// Of what has to be high, the scale begins where it can be distinguished from all, and what
// has no end is below.
func TestCampaignScale(t *testing.T) {
	v := func(f float64) *float64 { return &f }
	for _, c := range []struct {
		campaign.Spread
		least, most float64
	}{
		{campaign.Spread{Unit: "s", Limit: v(3), Values: []campaign.Value{{Number: v(0.8)}}}, 0, 3.2},
		{campaign.Spread{Unit: "s", Values: []campaign.Value{{Number: v(9), Censored: true},
			{Number: v(2), Resolution: 0.1}}}, 0, 2.3},
		{campaign.Spread{Unit: "share", Floor: true, Limit: v(0.99), Values: []campaign.Value{
			{Number: v(0.97)}}}, 0.964, 1},
		{campaign.Spread{Unit: "s", Values: []campaign.Value{{Number: v(0)}}}, 0, 1},
	} {
		least, most := scaleOf(c.Spread)
		if math.Abs(least-c.least) > 1e-9 || math.Abs(most-c.most) > 1e-9 {
			t.Errorf("%+v: have %v to %v, want %v to %v", c.Spread, least, most, c.least, c.most)
		}
	}
}
