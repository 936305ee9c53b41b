package scenarios

import "testing"

func TestNearest(t *testing.T) {
	for _, c := range [][2]string{{"balancr", "balancer"}, {"http_status", "http-status"}, {"kil", "kill"}, {"zzz", ""}, {"", ""},
		{"bad-lb", "bad-lb-node"}, {"lb-node", "bad-lb-node"}, {"ba", ""}, {"http", ""}} {
		if have, _ := nearest(c[0], []string{"balancer", "http-status", "kill", "bad-lb-node", "http-redirect"}); have != c[1] {
			t.Errorf("%q: have %q, want %q", c[0], have, c[1])
		}
	}
}
