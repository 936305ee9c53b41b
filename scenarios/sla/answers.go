package sla

import (
	"maps"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// answers share out the requests of each phase among the nodes that answered them.
type answers struct {
	of    map[string]*answered
	met   [64]*answered // those met lately, by the end of their name; it spares the map
	total [3]float64    // of baseline, fault, recovery
}

// answered is what one of them did.
type answered struct {
	name     string
	in       [3]float64
	failed   uint64 // in fault and recovery
	injected uint64 // given by a fault in its stead
}

func newAnswers() *answers { return &answers{of: map[string]*answered{}} }

// answersIn counts those of one phase.
type answersIn struct {
	*answers
	phase int
}

// in counts those of the k-th phase.
func (a *answers) in(k int) answersIn { return answersIn{a, k} }

func (a answersIn) add(r *load.Request, bad bool) {
	if r.Unsent {
		return
	}
	by := a.by(answeredBy(r))
	by.in[a.phase]++
	a.total[a.phase]++
	if r.Injected {
		by.injected++
	}
	if a.phase > 0 && bad {
		by.failed++
	}
}

// by is the one of a name, which is not empty.
func (a *answers) by(name string) *answered {
	met := &a.met[name[len(name)-1]%64]
	if *met != nil && (*met).name == name {
		return *met
	}
	by := a.of[name]
	if by == nil {
		by = &answered{name: name}
		a.of[name] = by
	}
	*met = by
	return by
}

// partOf is the share of all requests of the first phase that nodes answered.
func (a *answers) partOf(nodes []string) float64 {
	sum := 0.0
	for _, n := range nodes {
		if by := a.of[n]; by != nil {
			sum += by.in[0]
		}
	}
	return sum / max(1, a.total[0])
}

// nodes are those that answered, by name.
func (a *answers) nodes() []Node {
	out := []Node{}
	for _, name := range slices.Sorted(maps.Keys(a.of)) {
		by := a.of[name]
		var share [3]float64
		for i, n := range by.in {
			share[i] = round(n / max(1, a.total[i]))
		}
		out = append(out, Node{Name: name, Baseline: share[0], Fault: share[1], Recovery: share[2],
			Failed: by.failed, Injected: by.injected})
	}
	return out
}

// answeredBy names the node that answered, or that a fault answered for; the
// switchboard where a fault's answer names none, as in older records.
func answeredBy(r *load.Request) string {
	switch {
	case r.Node != "":
		return r.Node
	case r.Injected:
		return "switchboard"
	case r.Status != 0:
		return "unnamed"
	}
	return "none"
}
