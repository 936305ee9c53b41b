package plan

import "slices"

// way follows requests through a drill's links.
type way struct {
	topology
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
	for _, used := range w.nodes[node].Spec.Uses {
		others := slices.DeleteFunc(slices.Clone(w.nodesOf(used)),
			func(n string) bool { return n == node })
		spared *= 1 - w.onward(node, others)
	}
	w.down[node] = 1 - spared
	return w.down[node]
}

// wayOf follows requests past what a fault hits.
func (p affected) wayOf(f *Fault) way {
	w := way{topology: p.topology, hit: map[string]map[string]bool{}, down: map[string]float64{}}
	for _, l := range p.linksOf(f) {
		if w.hit[l.From] == nil {
			w.hit[l.From] = map[string]bool{}
		}
		w.hit[l.From][l.To] = true
	}
	return w
}
