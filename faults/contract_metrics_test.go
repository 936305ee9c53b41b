//go:build drill

package faults_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// A switchboard that is asked for metrics shows the counters of its links, kernel ones and
// proxied ones; one that is not asked has no such port.
func TestMetricsOverTheWire(t *testing.T) {
	t.Parallel()
	page := fmt.Sprintf("http://%s:%d/metrics", boardAddr, link.MetricsPort)
	for _, proxied := range []bool{false, true} {
		s := spec(proxied)
		s.Metrics = link.MetricsPort
		l := newLab(t, s)
		var out []outcome
		l.call(l.client, "try", attempt{From: userAddr, To: netip.AddrPortFrom(userLink.Addr(), 8080),
			N: 3, Timeout: time.Second, Trace: run}, &out)
		var r ran
		l.call(l.client, "run", []string{"curl", "-sS", "--max-time", "5", page}, &r)
		want := []string{
			`stormdrill_link_connections_total{from="shoppers",port="8080",to="app"} 3`,
			`stormdrill_link_connections_total{from="lb",port="8080",to="app"} 0`,
			"stormdrill_stray_packets_total 0"}
		if proxied {
			want = append(want, `stormdrill_link_requests_total{from="shoppers",port="8080",to="app"} 3`)
		}
		for _, w := range want {
			if r.Exit != 0 || !strings.Contains(r.Output, w+"\n") {
				t.Errorf("proxied %t: they lack %s: %d\n%s", proxied, w, r.Exit, r.Output)
			}
		}
	}
	l := newLab(t, spec(false))
	var r ran
	if l.call(l.client, "run", []string{"curl", "-sS", "--max-time", "5", page}, &r); r.Exit != 7 {
		t.Errorf("unasked: %d, %s", r.Exit, r.Output) // 7: refused
	}
}
