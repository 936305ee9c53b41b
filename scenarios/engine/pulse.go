package engine

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// leastPulse is how many requests say whether a group is served: fewer end no run.
const leastPulse = 30

// Pulse counts how the users fare in the baseline: a system of which most requests fail
// then is dead, and nothing is injected into it.
type Pulse struct {
	mu     sync.Mutex
	from   int64 // requests due before do not count
	groups []pulse
}

type pulse struct {
	group     string
	sent, bad int
}

// Begin begins the baseline at an instant of the record's clock.
func (p *Pulse) Begin(at int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.from, p.groups = at, nil
}

// See takes requests of a group, with slow as its τ.
func (p *Pulse) See(group string, rs []load.Request, slow time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := 0
	for i < len(p.groups) && p.groups[i].group != group {
		i++
	}
	if i == len(p.groups) {
		p.groups = append(p.groups, pulse{group: group})
	}
	for k := range rs {
		if r := &rs[k]; !r.Unsent && r.Due >= p.from {
			p.groups[i].sent++
			if r.Bad(slow) {
				p.groups[i].bad++
			}
		}
	}
}

// Dead says of which groups most requests were bad; empty where of none.
func (p *Pulse) Dead() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, g := range p.groups {
		if g.sent >= leastPulse && 2*g.bad > g.sent {
			all = append(all, fmt.Sprintf("%d of %d requests of %s", g.bad, g.sent, g.group))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return strings.Join(all, ", and ") + " were bad in the baseline"
}
