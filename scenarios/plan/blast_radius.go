package plan

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// blastRadius is what a fault can hit at most.
type blastRadius struct {
	share  float64       // of the load, by requests
	fewest float64       // bad requests per second, of the group that would have the fewest
	groups []string      // that are hit
	stands time.Duration // until the first of their outages stands out; 0: none can be hit
}

// blastRadiusOf follows the load's requests over the links that the fault hits. It takes
// replicas to share their work evenly, and a node to ask everybody it uses for each
// request: an upper bound.
func (p *planner) blastRadiusOf(f *Fault) (out blastRadius) {
	w := p.wayOf(f)
	ph, judged := p.s.Phases, p.judgedGroups()
	var rate, touched float64
	p.sparesReferences(f, w)
	for _, name := range judged {
		g := p.load[name]
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

// wayOf follows requests past what a fault hits.
func (p *planner) wayOf(f *Fault) way {
	w := way{p: p, hit: map[string]map[string]bool{}, down: map[string]float64{}}
	for _, l := range p.affectedLinks(f) {
		if w.hit[l.From] == nil {
			w.hit[l.From] = map[string]bool{}
		}
		w.hit[l.From][l.To] = true
	}
	return w
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
func (p *planner) reached(group string) []string {
	end, _ := p.quietly(p.load[group].To)
	return p.nodesOf(end)
}

// way follows requests through a drill's links.
type way struct {
	p    *planner
	hit  map[string]map[string]bool // from → to
	down map[string]float64         // node → share of its requests that are hit further on
}

// onward is the share of from's requests that are hit, where each goes to one
// of the nodes.
func (w *way) onward(from string, nodes []string) float64 {
	if len(nodes) == 0 {
		return 0
	}
	var sum float64
	for _, n := range nodes {
		if w.hit[from][n] {
			sum++
			continue
		}
		sum += w.beyond(n)
	}
	return sum / float64(len(nodes))
}

// comesTo reports whether anything that goes to a node is hit on its way.
func (w *way) comesTo(node string) bool {
	for _, to := range w.hit {
		if to[node] {
			return true
		}
	}
	return false
}

// beyond is the share of a node's requests that are hit on the way to those it
// uses.
func (w *way) beyond(node string) float64 {
	if r, ok := w.down[node]; ok {
		return r
	}
	w.down[node] = 0 // a circle, which is reported elsewhere, ends here
	spared := 1.0
	for _, used := range w.p.nodes[node].Spec.Uses {
		others := slices.DeleteFunc(slices.Clone(w.p.nodesOf(used)),
			func(n string) bool { return n == node })
		spared *= 1 - w.onward(node, others)
	}
	w.down[node] = 1 - spared
	return w.down[node]
}
