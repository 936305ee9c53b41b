package plan

import (
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// away is a drill whose two cohorts may be led to either of two standbys.
const away = `
name: away
targets:
  edge: {lab: {web: {}}, ports: [8080, 9090]}
  standby: {lab: {web: {}}, replicas: 2, ports: [8080]}
load:
  page: {to: "http://edge:8080/", rate: 200/s, cohorts: {east: {share: 30%}, west: {share: 70%}}}
phases: {baseline: 10s, hold: 10s, recovery: 10s, confirm: 2s}
faults: {f: FAULT}
watch:
  probe: {http: {url: "http://edge:9090/"}, as: page/east}
  user: {http: {url: "http://edge:8080/"}, as: page/east}
  own: {tcp: {address: "edge:8080"}}
steer: {s: STEER}
sla: {keep: [success in run >= 1%]}
`

func steeredPlan(t *testing.T, steer, fault string) *Plan {
	t.Helper()
	return planned(t, parsed(t, strings.NewReplacer("STEER", steer, "FAULT", fault).Replace(away)),
		Options{})
}

const slowEast = "{latency: {link: page/east -> edge, delay: 1s}}"

// A client that may be led away has links there from the start, and a TTL for its answers;
// the watcher that decides is not led, one that asks beside it is.
func TestSteerIsBound(t *testing.T) {
	p := steeredPlan(t, "{when: probe, from: page/east, names: [edge], to: standby, ttl: 4s}",
		slowEast)
	links := linkIDs(p.Switchboard.Links)
	var to []netip.Addr
	for _, id := range []string{"page/east -> standby-1:8080", "page/east -> standby-2:8080"} {
		i := slices.Index(links, id)
		if i < 0 || !p.Switchboard.Links[i].Users {
			t.Fatalf("links %q: want the users' own %s", links, id)
		}
		to = append(to, p.Switchboard.Links[i].Addr)
	}
	if slices.Contains(links, "page/west -> standby-1:8080") {
		t.Errorf("links %q: the west is not led anywhere", links)
	}
	s := p.Steers[0]
	if !reflect.DeepEqual(s.Rule.Steer.To, map[string][]netip.Addr{"page/east": to}) ||
		!slices.Equal(s.Rule.Steer.Names, []string{"edge"}) {
		t.Errorf("rule %+v, want page/east to %s", s.Rule.Steer, to)
	}
	var probe netip.Addr
	for _, c := range p.Load.Checks {
		if c.Name == "probe" {
			probe = c.Source
		}
	}
	if !slices.Equal(s.Rule.Steer.Except, []netip.Addr{probe}) {
		t.Errorf("not led are %s, want the probe at %s alone", s.Rule.Steer.Except, probe)
	}
	for _, c := range p.Switchboard.Clients {
		want := map[string]map[string]uint32{"page/east": {"edge": 4}}[c.Name]
		if !reflect.DeepEqual(c.TTL, want) {
			t.Errorf("%s keeps %v, want %v", c.Name, c.TTL, want)
		}
	}
	if h := p.Header.Steers; len(h) != 1 ||
		h[0].What != "page/east gets standby-1, standby-2 for edge" || h[0].When != "probe" {
		t.Errorf("header %+v", h)
	}
	for _, n := range p.Nodes {
		want := map[string][]string{"edge": {"edge"}, "standby-1": {"standby-1", "standby", "edge"},
			"standby-2": {"standby-2", "standby", "edge"}}[n.Name]
		if have := n.Names(); !slices.Equal(have, want) {
			t.Errorf("%s is asked as %q, want %q", n.Name, have, want)
		}
	}
}

// A steer is no fault, and is at work in a control run.
func TestSteerInAControlRun(t *testing.T) {
	s := parsed(t, strings.NewReplacer("STEER",
		"{when: own, from: page, names: [edge], to: standby-2}", "FAULT", slowEast).Replace(away))
	p := planned(t, s, Options{Control: true})
	if len(p.Faults) != 0 || len(p.Steers) != 1 || len(p.Steers[0].Rule.Steer.To) != 2 ||
		p.Steers[0].TTL != time.Second {
		t.Errorf("faults %+v, steers %+v", p.Faults, p.Steers)
	}
}

// What is behind the standby can hit those that may be led there, and only them.
func TestSteerReaches(t *testing.T) {
	for _, c := range []struct {
		steer, fault string
		share        float64
	}{
		{"{when: own, from: page/east, names: [edge], to: standby}", slowEast, 0.3},
		{"{when: own, from: page/east, names: [edge], to: standby}", "{pause: {target: standby}}",
			0.3},
		{"{when: own, from: page/east, names: [edge], to: standby}", "{pause: {target: standby-1}}",
			0.15},
		{"{when: own, from: page, names: [edge], to: standby-1}", "{pause: {target: standby-1}}",
			1},
	} {
		if f := steeredPlan(t, c.steer, c.fault).Faults[0]; math.Abs(f.Share-c.share) > 1e-9 {
			t.Errorf("%s: %s can hit %g, want %g", c.steer, c.fault, f.Share, c.share)
		}
	}
}

func TestSteerNotes(t *testing.T) {
	for steer, want := range map[string]string{
		"{when: own, from: page, names: [edge], to: standby, ttl: 42s}": "a client that has just asked does not see the move",
		"{when: own, from: page, names: [edge], to: standby, ttl: 2s}":  "",
	} {
		notes := strings.Join(english(steeredPlan(t, steer, slowEast).Notes), "\n")
		if has := strings.Contains(notes, "a client that has just asked"); has != (want != "") {
			t.Errorf("%s: notes %s", steer, notes)
		}
	}
	text := strings.NewReplacer("STEER", "{when: alert, from: page, names: [edge], to: standby}",
		"FAULT", slowEast,
		"watch:\n", "watch:\n  alert: {webhook: {port: 9000}}\n").Replace(away)
	if notes := english(planned(t, parsed(t, text), Options{}).Notes); !slices.ContainsFunc(notes,
		func(n string) bool { return strings.Contains(n, "content only where it sends Alertmanager") }) {
		t.Errorf("notes %q", notes)
	}
}
