//go:build drill

package faults_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
)

// At a thousand tries a second a fault that hits a share hits that share, beyond the bounds
// once in a million times; and it counts what it hit. Which packets it hit is counted at
// the link's ends: a connect on a busy machine takes long by itself. A small bias is
// TestDrawIsItsShare's.
func TestSharesAtRate(t *testing.T) {
	t.Parallel()
	const (
		want   = 0.3
		batch  = 100
		rounds = 30 // three seconds in all
		z      = 4.9
	)
	dropped := func(p passed) uint64 { return p.sent - p.arrived }
	for _, r := range []row{
		{name: "http-status", fault: &faults.HTTPStatus{Link: userPath, Code: 503,
			Share: share(want)}, hit: answered(503, "http-status")},
		{name: "syn-drop per packet", fault: &faults.SynDrop{Link: userPath, Share: share(want)},
			hit: failed(timedOut), packets: dropped},
		{name: "syn-drop per flow", fault: &faults.SynDrop{Link: userPath, Share: share(want),
			Per: "flow"}, hit: failed(timedOut), packets: dropped},
		{name: "block-page", fault: &faults.BlockPage{Link: userPath, Share: share(want)},
			hit: answered(403, "block-page")},
		{name: "dns", fault: &faults.DNS{From: "shoppers", Names: []string{"app"},
			Answer: "nxdomain", Share: share(want)}, hit: failed("NXDOMAIN"), asks: true},
		{name: "loss", fault: &faults.Loss{Link: userPath, Share: share(want)},
			hit: failed(timedOut), packets: lost},
		{name: "duplicate", fault: &faults.Duplicate{Link: userPath, Share: share(want)},
			hit: never, packets: doubled},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, specFor(r.fault))
			in := r.bind(l)
			var between *ends
			if r.packets != nil {
				between = l.ends()
			}
			_, err := in.Inject(t.Context())
			l.must(err)
			var busy sync.WaitGroup
			results := make([][]outcome, rounds)
			tick := time.NewTicker(batch * time.Millisecond)
			defer tick.Stop()
			for i := range rounds {
				busy.Go(func() { results[i] = l.try(r.users(batch)) })
				<-tick.C
			}
			busy.Wait()
			n, hits := 0.0, 0.0
			for _, all := range results {
				for _, o := range all {
					n++
					switch {
					case r.hit(o):
						hits++
					case o.Failure != "" || o.Status != 200:
						t.Errorf("neither hit nor well: %+v", o)
					}
				}
			}
			c := l.proof(in)
			if r.packets != nil {
				var p passed
				c, p = l.atRest(in, between)
				hits = float64(r.packets(p))
				if r.name == "loss" || r.name == "duplicate" { // which draw for every packet; a try sends one SYN
					n = float64(p.sent + p.answered)
				}
			}
			if d := math.Abs(hits - want*n); d > z*math.Sqrt(n*want*(1-want)) {
				t.Errorf("%.0f of %.0f hit: beyond the interval around %g", hits, n, want)
			}
			if float64(c.Users) != hits {
				t.Errorf("counted %d, met %.0f", c.Users, hits)
			}
			l.wantLifted(in)
		})
	}
}
