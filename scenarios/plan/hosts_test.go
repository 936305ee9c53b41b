package plan

import (
	"slices"
	"strings"
	"testing"
)

const namedHosts = `
name: hosts
targets:
  prometheus: {image: p, files: {/t.json: drill:targets.json}, ports: [9090], uses: ["*"]}
  web_app: {lab: {lb: {backend: "商店.corp:8080"}}, ports: [8080, 8404], uses: [商店.corp]}
  商店.corp: {lab: {web: {}}, replicas: 2, ports: [8080], ready: {http: "http://商店.corp:8080/health"}}
  新店.corp: {lab: {web: {}, tls: true}, ports: [8443]}
load:
  page: {to: "http://web_app:8080/", rate: 100/s, connections: {live: 5s}}
  direct: {to: "http://xn--czrs0t.CORP:8080/", rate: 100/s, connections: {live: 5s}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults:
  one: {refuse: {link: web_app -> 商店-2.corp}}
  held: {connection-flood: {to: "http://商店.corp:8080/", connections: 10, rate: 10/s, send: partial}}
sla: {recover: 5s}
`

// A name of other scripts is as people write it wherever they read it, and as the wire has it
// in what other programs are given.
func TestHosts(t *testing.T) {
	p := planned(t, parsed(t, namedHosts), Options{})
	var nodes []string
	for _, n := range p.Nodes {
		nodes = append(nodes, n.Name+" "+n.Host())
	}
	slices.Sort(nodes)
	if want := []string{"prometheus prometheus", "web_app web_app",
		"商店-1.corp xn---1-gf7cj76a.corp", "商店-2.corp xn---2-gf7cj76a.corp",
		"新店.corp xn--hxtw1n.corp"}; !slices.Equal(nodes, want) {
		t.Errorf("nodes %q, want %q", nodes, want)
	}
	have, err := p.Scraped("prometheus")
	if err != nil || !strings.Contains(string(have),
		`{"targets":["xn---1-gf7cj76a.corp:8080"],"labels":{"job":"商店.corp"}}`) {
		t.Errorf("%v: targets %s", err, have)
	}
	var links []string
	for _, l := range p.Switchboard.Links {
		if l.From == "direct" || l.From == "web_app" {
			links = append(links, l.ID)
		}
	}
	if want := []string{"direct -> 商店-1.corp:8080", "direct -> 商店-2.corp:8080",
		"web_app -> 商店-1.corp:8080", "web_app -> 商店-2.corp:8080"}; !slices.Equal(links, want) {
		t.Errorf("links %q, want %q", links, want)
	}
	for _, n := range p.Nodes {
		if n.Target == "商店.corp" {
			want := []string{n.Host(), "xn--czrs0t.corp"}
			if hosts := n.Hosts(); !slices.Equal(hosts, want) {
				t.Errorf("%s has a certificate for %q, want %q", n.Name, hosts, want)
			}
			if url := string(n.Ready[0].HTTP.URL); url != "http://"+n.Name+":8080/health" {
				t.Errorf("%s is asked at %s", n.Name, url)
			}
		}
	}
	if w := p.Load.Swarms[0]; !strings.Contains(w.Begin, "Host: xn--czrs0t.corp:8080\r\n") {
		t.Errorf("a flood begins %q", w.Begin)
	}
	i := slices.IndexFunc(p.Faults, func(f Fault) bool { return f.Name == "one" })
	if site := p.Faults[i].Site; len(site.Links) != 1 || site.Links[0].To != "商店-2.corp" {
		t.Errorf("fault one hits %+v", site)
	}
}
