package plan

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/library"
)

const scrapedDrill = `
name: scraped
targets:
  prometheus: {image: p, files: {/t.json: drill:targets.json}, ports: [9090], uses: ["*", load]}
  graph: {image: g, ports: [3000], uses: [prometheus]}
  lb: {lab: {lb: {backend: app:8080}}, ports: [8080, 8404], uses: [app]}
  app: {lab: {web: {}}, replicas: 2, ports: [8080, 9000]}
  site: {lab: {web: {}, tls: true}, ports: [8443]}
  cache: {image: redis, ports: [6379]}
  shop: {image: shop, ports: [8080, 7000]}
load:
  visitors: {to: "http://lb:8080/", rate: 100/s, connections: {live: 5s}}
  buyers: {to: "http://shop:8080/", rate: 100/s, connections: {live: 5s}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults: {closed: {refuse: {link: visitors -> lb}}}
sla: {recover: 5s}
`

// A target that uses all has a link to each target that does not use it, and a list of
// those to scrape, replica by replica, with none of what is known to have no metrics.
func TestScraped(t *testing.T) {
	p := planned(t, parsed(t, scrapedDrill), Options{})
	var to []string
	for _, l := range p.Switchboard.Links {
		if l.From == "prometheus" {
			to = append(to, strings.TrimPrefix(l.ID, "prometheus -> "))
		}
	}
	if want := []string{"app-1:8080", "app-1:9000", "app-2:8080", "app-2:9000", "cache:6379", "lb:8080",
		"lb:8404", "shop:7000", "shop:8080", "site:8443"}; !slices.Equal(to, want) {
		t.Errorf("links to %q, want %q", to, want)
	}
	have, err := p.Scraped("prometheus")
	const want = `[
  {"targets":["app-1:8080"],"labels":{"job":"app"}},
  {"targets":["app-2:8080"],"labels":{"job":"app"}},
  {"targets":["lb:8404"],"labels":{"job":"lb"}},
  {"targets":["shop:8080"],"labels":{"job":"shop"}},
  {"targets":["site:8443"],"labels":{"__scheme__":"https","job":"site"}}
]
`
	if string(have) != want || err != nil {
		t.Errorf("%v: have %s", err, have)
	}
	if p.Load.Metrics != 9100 || p.Switchboard.Metrics != 0 || len(p.Switchboard.Names) != 1 ||
		p.Switchboard.Names["load"] != p.LoadAddr {
		t.Errorf("metrics at %d and %d, names %v", p.Load.Metrics, p.Switchboard.Metrics,
			p.Switchboard.Names)
	}
}

// Drills that do not ask for metrics have none, and names as before.
func TestNothingIsScrapedUnasked(t *testing.T) {
	for _, name := range library.Names() {
		s, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		p := planned(t, s[0], Options{})
		if p.Load.Metrics != 0 || p.Switchboard.Metrics != 0 || len(p.Switchboard.Names) > 0 {
			t.Errorf("%s: %+v", name, p.Switchboard.Names)
		}
	}
}

// Two that use all do not use each other, and a hook where metrics are is refused.
func TestScrapedProblems(t *testing.T) {
	p := planned(t, parsed(t, strings.Replace(scrapedDrill, "uses: [prometheus]}", `uses: ["*", switchboard]}`,
		1)), Options{})
	for _, l := range p.Switchboard.Links {
		if l.From == "prometheus" && l.To == "graph" || l.From == "graph" && l.To == "prometheus" {
			t.Errorf("a circle: %s", l.ID)
		}
	}
	if p.Switchboard.Names["switchboard"] == (netip.Addr{}) || p.Switchboard.Metrics != 9101 {
		t.Errorf("have %v", p.Switchboard.Names)
	}
	for _, c := range []struct{ from, to, want string }{
		{"sla:", "watch: {alerts: {webhook: {port: 9100}}}\nsla:",
			"port 9100 is where the load node shows its metrics"},
		{`uses: ["*", load]`, `uses: ["*", laod]`, `prometheus uses "laod", and no target`},
	} {
		s, err := Parse("own.yaml", []byte(strings.Replace(scrapedDrill, c.from, c.to, 1)))
		if err == nil {
			_, err = New(s, Options{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}
