//go:build linux

package loadgen

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What requests take of a processor, roughly, with what the kernel does for them: the
// first as docs/benchmarks.md has it, the others what one costs more that opens a
// connection for itself, and one that has a TLS handshake on it, at 1,000/s and 500/s.
const (
	perRequest    = 40 * time.Microsecond
	perConnection = 150 * time.Microsecond
	perHandshake  = 800 * time.Microsecond
)

// filled is how much of a processor is planned for; the rest is for what comes at
// once, and for what a slower machine takes.
const filled = 0.4

// processorsFor is how many the node works with: as many as its load takes, of those
// that there are. Between two requests Go has idle ones look for work and sleep
// again, which is taken from the drill's own targets where they share a machine: with
// one instead of two a request costs three quarters as much at 5,000/s, and half at
// 1,000/s, and is no later.
func processorsFor(s load.Spec, available int) int {
	var busy float64 // seconds per second
	for _, g := range slices.Concat(s.Groups, s.Floods) {
		each := perRequest
		if g.PerRequest {
			each += perConnection
			if strings.HasPrefix(string(g.URL), "https:") {
				each += perHandshake
			}
		}
		busy += g.Rate * each.Seconds()
	}
	for _, w := range s.Swarms {
		busy += w.Rate * perConnection.Seconds()
	}
	return min(max(int(math.Ceil(busy/filled)), 1), available)
}
