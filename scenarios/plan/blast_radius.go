package plan

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// blastRadius is what a fault can hit at most.
type blastRadius struct {
	share  float64       // of the load, by requests
	fewest float64       // bad requests per second, of the group that would have the fewest
	groups []string      // that are hit
	stands time.Duration // until the first of their outages stands out; 0: none can be hit
}

// blastRadii measures what faults can hit.
type blastRadii struct {
	*diagnostics
	affected affected
	steers   []Steer
	phases   scenarios.Phases
}

// of follows the load's requests over the links that the fault hits. It takes
// replicas to share their work evenly, and a node to ask everything it uses for each
// request: an upper bound.
func (p blastRadii) of(f *Fault) (out blastRadius) {
	w, load := p.affected.wayOf(f), p.affected.groups
	ph, judged := p.phases, load.judged()
	var rate, touched float64
	p.sparesReferences(f, w)
	for _, name := range judged {
		g := load[name]
		r := w.onward(name, p.reached(name))
		for _, to := range p.ledTo(name) {
			r = max(r, w.onward(name, to))
		}
		rate += float64(g.Rate)
		touched += float64(g.Rate) * r
		if r > 0 {
			out.groups = append(out.groups, name)
		}
		bad := float64(g.Rate) * r * part(f.Fault)
		if bad <= 0 {
			continue
		}
		if out.fewest == 0 || bad < out.fewest {
			out.fewest = bad
		}
		stands := sla.AlarmAfter(float64(g.Rate), bad/float64(g.Rate), ph.Baseline,
			ph.Baseline+ph.Hold+ph.Recovery, len(judged))
		if out.stands == 0 || stands < out.stands {
			out.stands = stands
		}
	}
	if rate > 0 {
		out.share = touched / rate
	}
	return out
}

// part is the share of what crosses its links that a fault hits.
func part(f faults.Fault) float64 {
	if partial, ok := f.(faults.Partial); ok {
		return partial.Part()
	}
	return 1
}

// reached lists the nodes that the load of a group goes to: those its URL
// names, not those that only a watcher asks in its place.
func (p blastRadii) reached(group string) []string {
	return p.affected.nodesOf(hostOf(p.affected.groups[group].To))
}

// ledTo lists where steers may lead a group's requests, each the nodes of one.
func (p blastRadii) ledTo(group string) (all [][]string) {
	host := hostOf(p.affected.groups[group].To)
	for _, s := range p.steers {
		if slices.Contains(s.Askers, group) && slices.Contains(s.Names, host) {
			all = append(all, s.To)
		}
	}
	return all
}
