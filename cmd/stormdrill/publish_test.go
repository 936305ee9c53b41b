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
)

// A gateway is told a run's metrics, or a campaign's and not those of its runs; one that is
// not there is said in a line.
func TestPush(t *testing.T) {
	var told []string
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		told = append(told, r.URL.Path+" "+string(b))
	}))
	defer s.Close()
	var said strings.Builder
	say := func(format string, a ...any) { fmt.Fprintf(&said, format+"\n", a...) }
	card := sla.Scorecard{Scenario: "x", Verdict: sla.Pass}
	p := publishing{gateway: s.URL}
	p.run(t.Context(), reports.Report{Card: card}, false, say)
	p.run(t.Context(), reports.Report{Card: card}, true, say)
	p.campaign(t.Context(), campaign.Card{Scenario: "x", Verdict: sla.Fail}, say)
	if len(told) != 2 || said.Len() > 0 ||
		!strings.HasPrefix(told[0], "/metrics/job/stormdrill/scenario/x # HELP") ||
		!strings.Contains(told[0], `verdict="pass"} 1`) ||
		!strings.HasPrefix(told[1], "/metrics/job/stormdrill_campaign/scenario/x # HELP") {
		t.Errorf("told %q, said %q", told, said.String())
	}
	s.Close()
	p.run(t.Context(), reports.Report{Card: card}, false, say)
	if !strings.Contains(said.String(), "changes no verdict") {
		t.Errorf("said %q", said.String())
	}
}
