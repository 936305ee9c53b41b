//go:build drill

package drills

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// turns is how many requests a balancer surely needs to come to each of its three
// servers: two rounds.
const turns = 6

// turned says when a balancer took a server out and in again, by the requests of users
// who came to it in turn: not before it last sent one there, and not after it first
// passed the server's turn over; not before it last did that, and not after it sent one
// there again. Each is from the start of the run, in seconds.
func turned(t *testing.T, r *timeline.Record, node string) (out, in [2]float64) {
	t.Helper()
	var all []load.Request
	for q := range r.Requests["shoppers"].All() {
		if !q.Unsent {
			all = append(all, *q)
		}
	}
	slices.SortFunc(all, func(a, b load.Request) int { return cmp.Compare(a.Sent, b.Sent) })
	last := -1 // that a fault answered in the server's stead
	for i, q := range all {
		if q.Injected {
			last = i
		}
	}
	if last < 0 {
		t.Fatal("no user was sent to the bad server")
	}
	again := slices.IndexFunc(all[last+1:], func(q load.Request) bool { return q.Node == node }) +
		last + 1
	if again == last {
		t.Fatalf("no user was sent to %s again", node)
	}
	start, seconds := startOf(t, r), func(from, at int64) float64 { return float64(at-from) / 1e9 }
	out[0], in[1] = seconds(start, all[last].Sent), seconds(start, all[again].Done)
	passed := 0
	for _, q := range all[last+1:] {
		if q.Sent > all[last].Done && passed < turns {
			passed++
			out[1] = max(out[1], seconds(start, q.Done))
		}
	}
	passed, in[0] = 0, math.Inf(1)
	for _, q := range slices.Backward(all[:again]) {
		if q.Done < all[again].Sent && passed < turns {
			passed++
			in[0] = min(in[0], seconds(start, q.Sent))
		}
	}
	return out, in
}

// followed checks that a balancer's watcher measured what the balancer did, by the
// users' own record: whenever it did it, on a busy machine too.
func followed(t *testing.T, o outcome, node string) {
	t.Helper()
	out, in := turned(t, o.record(t), node)
	f := o.card.Faults[0]
	from, clear := float64(f.Effect), float64(f.Clear)
	for _, x := range o.card.Outages {
		if slices.Contains(x.By, f.Name) {
			from = min(from, x.Onset)
		}
	}
	within(t, "detect, beside the users' record", o.card.Times.Detect, out[0]-from, out[1]-from)
	within(t, "restore, beside the users' record", o.card.Times.Restore, in[0]-clear, in[1]-clear)
	t.Logf("%s: out %.3f to %.3f s after the effect, noticed after %+v; in %.3f to %.3f s after the end, noticed after %+v",
		node, out[0]-from, out[1]-from, o.card.Times.Detect, in[0]-clear, in[1]-clear,
		o.card.Times.Restore)
}

// twice checks that a balancer which takes a server out after the second bad check, two
// of them 500 ms apart, and in after the second good one, had those checks.
func twice(t *testing.T, o outcome) {
	t.Helper()
	if n := o.card.Faults[0].Proof.Checks; n < 2 {
		t.Errorf("the fault answered %d checks, and the balancer wants two", n)
	}
	// On a busy machine the first may be late, and the second not.
	apart := 0.5 - o.card.Generator.LagP99
	within(t, "detect, by the second check", o.card.Times.Detect, apart, math.Inf(1))
	within(t, "restore, by the second check", o.card.Times.Restore, apart, math.Inf(1))
}
