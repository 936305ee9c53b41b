package plan

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Every fault says which team repairs it, and what it counts.
func TestEveryFaultHasTraits(t *testing.T) {
	kinds := reflect.TypeFor[faults.Kinds]()
	for i := range kinds.NumField() {
		f := reflect.New(kinds.Field(i).Type.Elem()).Interface().(faults.Fault)
		x := f.Traits()
		if a := sla.AlertOf([]timeline.Fault{{Traits: x}}); !slices.Contains([]link.Cause{link.Network,
			link.Server, link.Attack},
			x.Cause) ||
			len(a.Teams) != 1 {
			t.Errorf("%T: cause %q, teams %q", f, x.Cause, a.Teams)
		}
		if !slices.Contains([]link.Counted{link.Requests, link.Connections, link.Lookups,
			link.Packets}, x.Counts) {
			t.Errorf("%T: counts %q", f, x.Counts)
		}
	}
}

// Port connectivity is judged by each tcp watcher, and the plan says so; without one it
// says that nothing judges it.
func TestPlanSaysWhatJudgesPorts(t *testing.T) {
	const note = "port connectivity is a key indicator, and no tcp watcher checks it"
	for text, judged := range map[string]bool{
		`{port: {tcp: {address: "lb:8080"}}}`:      true,
		`{port: {http: {url: "http://lb:8080/"}}}`: false,
	} {
		p := planned(t, parsed(t, strings.Replace(profiled, "WATCH", text, 1)), Options{})
		noted := strings.Contains(strings.Join(english(p.Notes), "\n"), note)
		listed := slices.ContainsFunc(p.Objectives(),
			func(o Objective) bool { return o.Name == sla.Port("port") })
		if noted == judged || listed != judged {
			t.Errorf("%s: judged %t, noted %t: want it judged %t", text, listed, noted, judged)
		}
	}
}

const profiled = `
name: ports
targets: {lb: {lab: {web: {}}, ports: [8080]}}
load: {users: {to: "http://lb:8080/", rate: 300/s, connections: {per: request}, dns-cache: 0s}}
phases: {baseline: 15s, hold: 10s, recovery: 15s}
faults: {f: {refuse: {link: users -> lb}}}
watch: WATCH
sla: {profile: handbook}
`

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
