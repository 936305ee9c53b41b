package plan

import (
	"maps"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// answerTTL says how long a client may keep answers about names, from the start; 0: as
// ever. The keys are of what says so.
type answerTTL struct {
	keys   []string
	client string
	names  []string
	ttl    time.Duration
}

// setTTLs is the pass that sets how long clients may keep answers: of two that say so of
// one name, both have to say the same.
func setTTLs(d *diagnostics, clients []link.Client, all []answerTTL) []link.Client {
	out := slices.Clone(clients)
	for _, k := range all {
		for i := range out {
			c := &out[i]
			if c.Name != k.client || k.ttl == 0 {
				continue
			}
			ttl := maps.Clone(c.TTL)
			if ttl == nil {
				ttl = map[string]uint32{}
			}
			for _, n := range k.names {
				if have, ok := ttl[n]; ok && have != uint32(k.ttl/time.Second) {
					d.problem(k.keys, "ttl %s: answers about %s to %s may be kept for %ds "+
						"already: want the same", k.ttl, n, k.client, have)
				}
				ttl[n] = uint32(k.ttl / time.Second)
			}
			c.TTL = ttl
		}
	}
	return out
}
