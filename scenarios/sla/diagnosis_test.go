package sla

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// trouble is what goes wrong, by what a network and a server do and by no rule of the
// diagnosis: it bends a request that is due while it is so.
type trouble struct {
	name  string
	cause diagnosis.Cause
	least int // per cent of the worlds, each with its own parameters, in which it has to be found
	bend  func(w *troubled, q *load.Request)
}

// troubled has the parameters of one.
type troubled struct {
	*rand.Rand
	share float64 // of what it hits, where it is a share
	nodes int
	bad   string        // the node that it hits, where it is one
	delay time.Duration // where it is one
	queue float64       // s of work that waits
	last  int64
}

// lost sends a packet again until it gets through, at first after a time that doubles.
func (w *troubled) lost(share float64, after time.Duration) (took time.Duration) {
	for w.Float64() < share && took < 4*time.Second {
		took, after = took+after, 2*after
	}
	return took
}

// fails ends a request without an answer.
func fails(q *load.Request, class load.Class, after time.Duration) {
	q.Class, q.Status, q.Node, q.Done = class, 0, "", q.Sent+int64(after)
}

func status(q *load.Request, code uint16) { q.Class, q.Status = load.Status, code }

const patience = 2 * time.Second

// waits makes an answer later; beyond the users' patience there is none.
func waits(q *load.Request, for_ time.Duration) {
	if q.Done += int64(for_); q.Done-q.Sent > int64(patience) {
		fails(q, load.Timeout, patience)
	}
}

var troubles = []trouble{
	{"SYNs dropped by a share", diagnosis.PathDrops, 95, func(w *troubled, q *load.Request) {
		if q.Reused {
			return
		}
		switch took := w.lost(w.share, time.Second); {
		case took >= patience:
			q.Handshake = load.StepOf(patience, false)
			fails(q, load.DialTimeout, patience)
		case took > 0:
			q.Handshake = load.StepOf(took, true)
			waits(q, took)
		}
	}},
	{"packets lost", diagnosis.LossyPath, 80, func(w *troubled, q *load.Request) {
		share := 0.2 + 0.2*w.share
		took := w.lost(share, 200*time.Millisecond) // request or answer
		if !q.Reused {
			syn := w.lost(share, time.Second)
			if syn >= patience {
				q.Handshake = load.StepOf(patience, false)
				fails(q, load.DialTimeout, patience)
				return
			}
			q.Handshake, took = load.StepOf(syn+time.Millisecond, true), took+syn
		}
		waits(q, took)
	}},
	{"names do not exist for a share", diagnosis.DNS, 95, func(w *troubled, q *load.Request) {
		if q.Lookup.Tried() && w.Float64() < w.share {
			q.Lookup, q.Handshake = load.StepOf(time.Millisecond, false), 0
			fails(q, load.NXDomain, time.Millisecond)
		}
	}},
	{"the server is gone", diagnosis.ServerDown, 95, func(_ *troubled, q *load.Request) {
		q.Reused, q.Handshake = false, load.StepOf(time.Millisecond, false)
		fails(q, load.Refused, time.Millisecond)
	}},
	{"a node answers errors", diagnosis.BadNode, 95, func(w *troubled, q *load.Request) {
		if q.Node == w.bad && w.Float64() < w.share {
			status(q, 503)
		}
	}},
	{"a node is dead behind a gateway", diagnosis.NodeDown, 95,
		func(w *troubled, q *load.Request) {
			if q.Node == w.bad {
				q.Node = "" // it is the gateway that answers
				status(q, []uint16{502, 504}[w.IntN(2)])
			}
		}},
	{"a node hangs behind a gateway", diagnosis.NodeDown, 95,
		func(w *troubled, q *load.Request) {
			if q.Node == w.bad {
				fails(q, load.Timeout, patience)
			}
		}},
	{"a node is slow", diagnosis.SlowNode, 95, func(w *troubled, q *load.Request) {
		if q.Node == w.bad {
			waits(q, w.delay+time.Duration(w.Float64()*float64(w.delay)/2))
		}
	}},
	{"a detour", diagnosis.SlowPath, 95, func(w *troubled, q *load.Request) {
		waits(q, w.delay+time.Duration(w.NormFloat64()*float64(w.delay)/10))
	}},
	// A queue that is served at 0.8 of what comes, which users leave who have waited for
	// too long.
	{"overloaded", diagnosis.Overload, 80, func(w *troubled, q *load.Request) {
		if w.last != 0 {
			w.queue = max(0, w.queue-time.Duration(q.Due-w.last).Seconds())
		}
		w.last = q.Due
		wait := w.queue
		if wait < patience.Seconds()*1.2 {
			w.queue += 0.01 / 0.8 * 2 * w.Float64()
		}
		waits(q, time.Duration(wait*(0.5+w.Float64())*float64(time.Second)))
	}},
	{"connections that stood are forgotten", diagnosis.IdleFlows, 95,
		func(w *troubled, q *load.Request) {
			if q.Reused && w.Float64() < w.share {
				fails(q, load.Timeout, patience)
			}
		}},
	{"connections are reset", diagnosis.Intercepted, 95,
		func(w *troubled, q *load.Request) {
			if w.Float64() < w.share {
				fails(q, load.Reset, 3*time.Millisecond)
			}
		}},
}

// The diagnosis finds causes in worlds that no record was made of: shares, delays, and
// numbers of nodes are drawn. It is not to be right in all of them, and where it is not, it
// says so, or names the cause among those that look the same, but for a few.
func TestDiagnosisOfWorlds(t *testing.T) {
	const many = 40
	for _, x := range troubles {
		t.Run(x.name, func(t *testing.T) {
			found, named, open := 0, 0, 0
			taken := map[string]int{}
			for seed := range uint64(many) {
				d := diagnosed(x, seed)
				cause := string(d.Cause)
				taken[cause]++
				switch {
				case cause == string(x.cause):
					found++
				case cause == string(diagnosis.Undetermined):
					open++
				default:
					for _, c := range d.Also {
						if string(c) == string(x.cause) {
							named++
						}
					}
				}
			}
			t.Logf("found in %d, named in %d, undetermined in %d of %d: %v", found, named, open,
				many, taken)
			if wrong := many - found - named - open; 100*found < x.least*many || wrong > many/20 {
				t.Errorf("found in %d, want %d %%; wrong in %d of %d: %v", found, x.least, wrong, many,
					taken)
			}
		})
	}
}

// diagnosed is the first diagnosis of a world with parameters by a seed.
func diagnosed(x trouble, seed uint64) Diagnosis {
	random := rand.New(rand.NewPCG(seed, 77))
	w := &troubled{Rand: random, share: 0.3 + 0.7*random.Float64(), nodes: 2 + random.IntN(4),
		delay: 600*time.Millisecond + time.Duration(random.IntN(600))*time.Millisecond}
	w.bad = "app-1"
	s := usual()
	s.seed, s.downs, s.rate, s.timeout = seed, nil, 100, patience
	s.adjust = func(q *load.Request) {
		q.Node = fmt.Sprintf("app-%d", 1+random.IntN(w.nodes))
		if q.Reused = random.IntN(10) < 6; !q.Reused {
			q.Handshake = load.StepOf(time.Duration(random.IntN(1000))*time.Microsecond, true)
			if random.IntN(2) == 0 {
				q.Lookup = load.StepOf(time.Duration(random.IntN(1000))*time.Microsecond, true)
			}
		}
		if at := q.Due - t0; at >= s.inject && at < s.lift {
			x.bend(w, q)
		}
	}
	r := s.record()
	all := Score(r, r.Header.Objectives).Diagnosis
	if len(all) == 0 {
		return Diagnosis{Cause: "none"}
	}
	return all[0]
}

// A node's part in the baseline is of the requests of all groups that an outage hit, in
// whichever order these come.
func TestUsualNodes(t *testing.T) {
	of := func(node string) *stream {
		a := &answers{of: map[string]*answered{node: {in: [3]float64{100}}}}
		a.total[0] = 100
		return &stream{before: a}
	}
	c := witness{Seen: &diagnosis.Seen{}, nodes: map[string]int{}}
	c.usual(of("app-1"))
	c.usual(of("app-2"))
	for _, n := range c.Nodes {
		if n.Before != (diagnosis.Share{Count: 100, Of: 200}) || c.Nodes[c.nodes[n.Name]].Name != n.Name {
			t.Errorf("%s: %+v", n.Name, n.Before)
		}
	}
}
