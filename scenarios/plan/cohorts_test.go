package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// regions is a drill with two cohorts of one group, and a group beside them.
const regions = `
name: regions
targets: {edge: {lab: {web: {}}, ports: [8080]}}
load:
  page:
    {to: "http://edge:8080/", rate: 200/s, users: 501, sources: 10, connections: {per: request}, dns-cache: 5s,
     cohorts: {east: {share: 30%}, west: {share: 70%, dns-cache: 0s}}}
  other: {to: "http://edge:8080/", rate: 100/s}
phases: {baseline: 10s, hold: 10s, recovery: 10s, confirm: 2s}
faults: {f: FAULT}
watch: {w: {http: {url: "http://edge:8080/"}, as: page/east}}
sla: {recover: 5s, keep: [success of page in run >= 1%, success of page/west in run >= 1%]}
`

func TestCohortsAreGroupsOfTheirOwn(t *testing.T) {
	p := planned(t, parsed(t, strings.Replace(regions, "FAULT",
		"{syn-drop: {link: page/east -> edge}}", 1)), Options{})
	want := []timeline.Group{
		{Name: "other", Rate: 100, Users: 100, Slow: scenarios.DefaultSlow,
			Timeout: scenarios.DefaultTimeout, Expect: "2xx"},
		{Name: "page/east", Rate: 60, Users: 150, Slow: scenarios.DefaultSlow,
			Timeout: scenarios.DefaultTimeout, Connections: "per: request", Expect: "2xx"},
		{Name: "page/west", Rate: 140, Users: 351, Slow: scenarios.DefaultSlow,
			Timeout: scenarios.DefaultTimeout, Connections: "per: request", Expect: "2xx"},
	}
	if !slices.Equal(p.Header.Groups, want) {
		t.Errorf("have %+v, want %+v", p.Header.Groups, want)
	}
	east, west := p.Load.Groups[1], p.Load.Groups[2]
	if len(east.Sources) != 3 || len(west.Sources) != 7 ||
		slices.Contains(east.Sources, p.Load.Checks[0].Source) {
		t.Errorf("sources %s and %s; the check asks from %s", east.Sources, west.Sources,
			p.Load.Checks[0].Source)
	}
	if *east.DNSCache != 5*time.Second || *west.DNSCache != 0 || p.Load.Groups[0].DNSCache != nil {
		t.Errorf("names are kept for %v and %v", *east.DNSCache, *west.DNSCache)
	}
}

func TestCohortsAreSelected(t *testing.T) {
	east, west, other := "page/east -> edge:8080", "page/west -> edge:8080", "other -> edge:8080"
	for _, c := range []struct {
		fault string
		links []string
		share float64
	}{
		{"{syn-drop: {link: page/east -> edge}}", []string{east}, 0.2},
		{"{syn-drop: {link: page -> edge}}", []string{east, west}, 2.0 / 3},
		{`{syn-drop: {link: "page/* -> edge"}}`, []string{east, west}, 2.0 / 3},
		{`{blackhole: {link: "* -> edge"}}`, []string{other, east, west}, 1},
		{"{dns: {from: page/west, answer: nxdomain}}", []string{west}, 1.4 / 3},
		{"{dns: {from: page, answer: nxdomain}}", []string{east, west}, 2.0 / 3},
	} {
		f := planned(t, parsed(t, strings.Replace(regions, "FAULT", c.fault, 1)),
			Options{}).Faults[0]
		if have := linkIDs(f.Site.Links); !slices.Equal(have, c.links) || f.Share < c.share-1e-9 ||
			f.Share > c.share+1e-9 {
			t.Errorf("%s: have %q, share %g; want %q, %g", c.fault, have, f.Share, c.links, c.share)
		}
	}
}
