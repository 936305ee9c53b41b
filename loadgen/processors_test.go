package loadgen

import (
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
)

func TestProcessors(t *testing.T) {
	group := func(url string, rate float64, perRequest bool) Group {
		return Group{URL: secret.Text(url), Rate: rate, PerRequest: perRequest}
	}
	for what, c := range map[string]struct {
		spec Spec
		want int
	}{
		"checks alone":           {Spec{}, 1},
		"what a drill asks":      {Spec{Groups: []Group{group("http://a/", 1000, false)}}, 1},
		"5,000/s":                {Spec{Groups: []Group{group("http://a/", 5000, false)}}, 1},
		"12,000/s":               {Spec{Groups: []Group{group("http://a/", 12000, false)}}, 2},
		"in two groups":          {Spec{Groups: []Group{group("http://a/", 6000, false), group("http://b/", 6000, false)}}, 2},
		"a flood":                {Spec{Groups: []Group{group("http://a/", 9000, false)}, Floods: []Group{group("http://a/", 4000, false)}}, 2},
		"a connection each":      {Spec{Groups: []Group{group("http://a/", 4000, true)}}, 2},
		"and a handshake":        {Spec{Groups: []Group{group("https://a/", 1000, true)}}, 3},
		"TLS that stands":        {Spec{Groups: []Group{group("https://a/", 1000, false)}}, 1},
		"connections, held open": {Spec{Swarms: []Swarm{{Rate: 4000}}}, 2},
		"more than there are":    {Spec{Groups: []Group{group("http://a/", 90000, false)}}, 4},
	} {
		if have := c.spec.processors(4); have != c.want {
			t.Errorf("%s: have %d processors, want %d", what, have, c.want)
		}
	}
}
