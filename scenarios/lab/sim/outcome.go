package sim

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// State is what is in force when something is asked.
type State struct {
	Plan   *plan.Plan
	Faults []timeline.Fault // by their rules, floods or targets
	Moved  []string         // names of steers
}

// Request is what a user asks for.
type Request struct {
	State
	Group string
	Seq   uint64 // the n-th of its group, from 0
	User  uint32
}

// Outcome is what becomes of a request.
type Outcome struct {
	Status uint16
	Class  load.Class
	Took   time.Duration
	Node   string // that answered
	Fault  string // that it met, and that counts it
	Answer bool   // the fault itself answered
}

// Felt is the outcome for users that can meet a fault, and that no steer leads elsewhere:
// of its share, each request is refused. All others are answered within 2 ms.
func Felt(r Request) Outcome {
	for _, f := range r.Faults {
		if r.meets(f) && draws(r.Seq, r.share(f)) {
			return Outcome{Class: load.Refused, Took: time.Millisecond, Fault: f.Name}
		}
	}
	return Outcome{Status: 200, Took: 2 * time.Millisecond}
}

// meets reports whether a fault can touch the request.
func (r Request) meets(f timeline.Fault) bool {
	if f.Unmet || len(f.Groups) > 0 && !slices.Contains(f.Groups, r.Group) {
		return false
	}
	return !slices.ContainsFunc(r.Plan.Steers, func(s plan.Steer) bool {
		return slices.Contains(r.Moved, s.Name) && slices.Contains(s.Askers, r.Group)
	})
}

// share is how many of the requests that can meet a fault do: what is planned is its share
// of all users.
func (s State) share(f timeline.Fault) float64 {
	all, of := 0.0, 0.0
	for _, g := range s.Plan.Header.Groups {
		all += g.Rate
		if len(f.Groups) == 0 || slices.Contains(f.Groups, g.Name) {
			of += g.Rate
		}
	}
	return min(1, f.Share*all/of)
}

// draws is even: of a share of 0.3, three requests of each ten in a row.
func draws(seq uint64, share float64) bool {
	return uint64(float64(seq+1)*share) > uint64(float64(seq)*share)
}

// Noticed is what watchers find: all is well unless a fault is in force that they can meet.
func Noticed(c load.Check, s State) bool {
	return !slices.ContainsFunc(s.Faults, func(f timeline.Fault) bool {
		return slices.ContainsFunc(s.Plan.Header.Watch, func(w timeline.Watcher) bool {
			return w.Name == c.Name && !slices.Contains(w.Unmet, f.Name)
		})
	})
}

// state is what is in force now; l.mu is held.
func (l *Lab) state() State {
	s := State{Plan: l.o.Plan}
	for _, f := range l.o.Plan.Header.Faults {
		if l.rules[f.Name].active() || l.floods[f.Name].active() || f.State && l.broken(f.Nodes) {
			s.Faults = append(s.Faults, f)
		}
	}
	for _, x := range l.o.Plan.Steers {
		if l.rules[x.Rule.Name].active() {
			s.Moved = append(s.Moved, x.Name)
		}
	}
	return s
}

// broken reports whether any of the named targets is not as it was started.
func (l *Lab) broken(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		n := l.nodes[name]
		return n != nil && (!n.running || n.paused || n.cpus > 0 || n.memory > 0)
	})
}
