package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A gateway is sent a run's metrics, or a campaign's and not those of its runs; one that is
// not there is said in a line.
func TestPush(t *testing.T) {
	var sent []string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		sent = append(sent, r.URL.Path+" "+string(b))
	}))
	defer s.Close()
	var said strings.Builder
	say := func(format string, a ...any) { fmt.Fprintf(&said, format+"\n", a...) }
	card := sla.Scorecard{Scenario: "x", Verdict: sla.Pass}
	record := &timeline.Record{}
	p := publishing{gateway: s.URL}
	p.run(t.Context(), reports.Report{Card: card}, record, false, say)
	p.run(t.Context(), reports.Report{Card: card}, record, true, say)
	p.campaign(t.Context(), campaign.Card{Scenario: "x", Verdict: sla.Fail}, say)
	if len(sent) != 2 || said.Len() > 0 ||
		!strings.HasPrefix(sent[0], "/metrics/job/stormdrill/scenario/x # HELP") ||
		!strings.Contains(sent[0], `verdict="pass"} 1`) ||
		!strings.HasPrefix(sent[1], "/metrics/job/stormdrill_campaign/scenario/x # HELP") {
		t.Errorf("sent %q, said %q", sent, said.String())
	}
	s.Close()
	p.run(t.Context(), reports.Report{Card: card}, record, false, say)
	p.grafana = s.URL
	record.Marks = []timeline.Mark{{Name: timeline.MarkStart}, {Name: timeline.MarkEnd}}
	p.run(t.Context(), reports.Report{Card: card}, record, true, say)
	if strings.Count(said.String(), "changes no verdict") != 2 {
		t.Errorf("said %q", said.String())
	}
}

// A token stands nowhere but in the environment, and has to have a Grafana to go to.
func TestPublishingIsChecked(t *testing.T) {
	t.Setenv("TOKEN", "glsa_secret")
	for _, p := range []publishing{{}, {grafana: "https://g"}, {grafana: "https://g",
		token: "${env:TOKEN}"}, {gateway: "http://${env:TOKEN}@g:9091/x"}} {
		if err := p.check(); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []publishing{{grafana: "g:3000"}, {token: "${env:TOKEN}"},
		{grafana: "https://g", token: "glsa_secret"}, {grafana: "https://g", token: "${env:NONE}"},
		{gateway: "x"}} {
		if p.check() == nil {
			t.Errorf("%+v is taken", p)
		}
	}
}
