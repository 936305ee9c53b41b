package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
)

// What a target's uses may say besides targets and replicas.
const (
	useAll         = "*"           // all other targets
	useLoad        = "load"        // the load node's metrics
	useSwitchboard = "switchboard" // the switchboard's
)

// writtenOut is a scenario where each "*" in uses is followed by the targets that it stands
// for: all others, but for those that use this one, or "*" themselves, as no circle could start.
func writtenOut(s *scenarios.Scenario) *scenarios.Scenario {
	all := map[string]*scenarios.Target{}
	for name, t := range s.Targets {
		if all[name] = t; !slices.Contains(t.Uses, useAll) {
			continue
		}
		with := *t
		with.Uses = slices.Clone(t.Uses)
		for _, other := range sortedKeys(s.Targets) {
			o := s.Targets[other]
			if other != name && !slices.Contains(with.Uses, other) &&
				!slices.Contains(o.Uses, useAll) &&
				!leadsTo(s.Targets, other, name, map[string]bool{}) {
				with.Uses = append(with.Uses, other)
			}
		}
		all[name] = &with
	}
	if maps.Equal(all, s.Targets) {
		return s
	}
	out := *s
	out.Targets = all
	return &out
}

// leadsTo reports whether a target uses another, or one that does.
func leadsTo(all map[string]*scenarios.Target, from, to string, seen map[string]bool) bool {
	if seen[from] || all[from] == nil {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(all[from].Uses, func(used string) bool {
		return used == to || leadsTo(all, used, to, seen)
	})
}

// scraped is the pass that lets the drill's own nodes show metrics, to targets that ask.
type scraped struct {
	*diagnostics
	targets map[string]*scenarios.Target
	hooks   []load.Hook
}

// asked reports whether a target uses one of the drill's own nodes.
func (p scraped) asked(node string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(p.targets)),
		func(t *scenarios.Target) bool { return slices.Contains(t.Uses, node) })
}

// ports are those that metrics are shown at; 0: none are.
func (p scraped) ports() (ofLoad, ofSwitchboard uint16) {
	if p.asked(useLoad) {
		ofLoad = load.MetricsPort
	}
	if p.asked(useSwitchboard) {
		ofSwitchboard = link.MetricsPort
	}
	for _, h := range p.hooks {
		if ofLoad != 0 && h.Port == int(ofLoad) {
			p.problem(at("watch", h.Name), "port %d is where the load node shows its metrics, "+
				"which a target uses: choose another", h.Port)
		}
	}
	return ofLoad, ofSwitchboard
}

// show gives the nodes that are asked their metrics, and names that lead there.
func (p *Plan) show(ofLoad, ofSwitchboard uint16) {
	p.Load.Metrics, p.Switchboard.Metrics = ofLoad, ofSwitchboard
	for name, at := range map[string]struct {
		port uint16
		addr netip.Addr
	}{useLoad: {ofLoad, p.LoadAddr}, useSwitchboard: {ofSwitchboard, p.SwitchboardAddr}} {
		if at.port == 0 {
			continue
		}
		if p.Switchboard.Names == nil {
			p.Switchboard.Names = map[string]netip.Addr{}
		}
		p.Switchboard.Names[name] = at.addr
	}
}

// fileSD is one entry of what Prometheus reads by file_sd_configs.
type fileSD struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// Scraped lists the targets that a node uses as Prometheus's file_sd_configs read them (JSON):
// a line for each port at which one of their nodes is known to serve HTTP, of embedded targets
// the one with metrics, with the target's name as job.
func (p *Plan) Scraped(node string) ([]byte, error) {
	specs := map[string]*scenarios.Target{}
	for _, n := range p.Nodes {
		specs[n.Name] = n.Spec
	}
	out := []byte("[")
	for i, l := range p.scrapedLinks(node, specs) {
		one := fileSD{Targets: []string{fmt.Sprintf("%s:%d", hostname.Wire(l.To), l.Port)},
			Labels: map[string]string{"job": l.Name}}
		if l.Protocol == link.Encrypted {
			one.Labels["__scheme__"] = "https"
		}
		line, err := json.Marshal(one)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, "\n  "...), line...)
	}
	return append(out, "\n]\n"...), nil
}

func (p *Plan) scrapedLinks(node string, specs map[string]*scenarios.Target) (all []link.Link) {
	for _, l := range p.Switchboard.Links {
		if l.From != node {
			continue
		}
		if e := specs[l.To].Lab; e == nil && l.Protocol != "" || e != nil &&
			l.Port == metricsPort(specs[l.To]) {
			all = append(all, l)
		}
	}
	return all
}

// metricsPort is where an embedded target shows its metrics: a balancer's requests pass what
// asks for /metrics on.
func metricsPort(t *scenarios.Target) uint16 {
	if b := t.Lab.LB; b != nil {
		return orElse(b.State, defaultState)
	}
	return t.Ports[0]
}
