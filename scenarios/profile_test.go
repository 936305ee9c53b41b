package scenarios

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Every fault has a team that mends it.
func TestEveryFaultIsOwned(t *testing.T) {
	for _, k := range FaultKinds() {
		if !sla.Owned(k.Name) {
			t.Errorf("%s has no row in the failures of scenarios/sla/handbook.go", k.Name)
		}
	}
}

func TestScope(t *testing.T) {
	const drill = `
name: scope
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, replicas: 3, ports: [8080], uses: [db]}
  db: {lab: {web: {}}, ports: [5432]}
load:
  east: {to: "http://lb:8080/", rate: 200/s, connections: {per: request}}
  west: {to: "http://lb:8080/", rate: 200/s, connections: {per: request}}
phases: {baseline: 15s, hold: 10s, recovery: 15s}
faults: {f: FAULT}
sla: {recover: 5s}
`
	for fault, want := range map[string]string{
		"{http-status: {link: lb -> app-2, code: 503}}": sla.ScopeNode,
		"{kill: {target: app-3}}":                       sla.ScopeNode,
		"{refuse: {link: app-1 -> db}}":                 sla.ScopeNode,
		"{refuse: {link: east -> lb}}":                  sla.ScopeRegion,
		"{dns: {from: west, answer: nxdomain}}":         sla.ScopeRegion,
		"{refuse: {link: '* -> lb'}}":                   sla.ScopeCore,
		"{kill: {target: app}}":                         sla.ScopeCore,
		"{refuse: {link: app -> db}}":                   sla.ScopeCore,
		"{flood: {to: 'http://lb:8080/', rate: 100/s}}": sla.ScopeCore,
	} {
		p := planned(t, parsed(t, strings.Replace(drill, "FAULT", fault, 1)), Options{})
		if have := p.Header.Faults[0].Scope; have != want {
			t.Errorf("%s: have %s, want %s", fault, have, want)
		}
	}
}
