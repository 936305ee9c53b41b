//go:build linux

package loadgen

import (
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

func TestProcessors(t *testing.T) {
	group := func(url string, rate float64, perRequest bool) load.Group {
		return load.Group{URL: secret.Text(url), Rate: rate, PerRequest: perRequest}
	}
	for what, c := range map[string]struct {
		spec load.Spec
		want int
	}{
		"checks alone": {load.Spec{}, 1},
		"what a drill asks": {load.Spec{Groups: []load.Group{group("http://a/", 1000, false)}},
			1},
		"5,000/s": {load.Spec{Groups: []load.Group{group("http://a/", 5000, false)}},
			1},
		"12,000/s": {load.Spec{Groups: []load.Group{group("http://a/", 12000,
			false)}}, 2},
		"in two groups": {load.Spec{Groups: []load.Group{group("http://a/", 6000, false),
			group("http://b/", 6000, false)}}, 2},
		"a flood": {load.Spec{Groups: []load.Group{group("http://a/", 9000, false)},
			Floods: []load.Group{group("http://a/", 4000, false)}}, 2},
		"a connection each": {load.Spec{Groups: []load.Group{group("http://a/", 4000, true)}},
			2},
		"and a handshake": {load.Spec{Groups: []load.Group{group("https://a/", 1000, true)}},
			3},
		"TLS that stands": {load.Spec{Groups: []load.Group{group("https://a/", 1000,
			false)}}, 1},
		"connections, held open": {load.Spec{Swarms: []load.Swarm{{Rate: 4000}}}, 2},
		"more than there are": {load.Spec{Groups: []load.Group{group("http://a/", 90000,
			false)}}, 4},
	} {
		if have := processorsFor(c.spec, 4); have != c.want {
			t.Errorf("%s: have %d processors, want %d", what, have, c.want)
		}
	}
}
