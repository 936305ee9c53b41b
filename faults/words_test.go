package faults_test

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// What plan and scorecard say of a fault has all its settings.
func TestWords(t *testing.T) {
	some, all := quantity.Share(0.3), quantity.Share(1)
	for _, c := range []struct {
		fault faults.Fault
		want  string
	}{
		{&faults.HTTPStatus{Code: 429, RetryAfter: 5 * time.Second},
			"answers 429 to all of requests, asking to come again after 5s"},
		{&faults.Latency{Delay: time.Second, Jitter: time.Millisecond, Share: &some},
			"delays 30% of answers by 1s ± 1ms"},
		{&faults.Latency{Delay: time.Second, Share: &all}, "delays answers by 1s"},
		{&faults.Bandwidth{Rate: 1 << 16}, "narrows each connection to 64KiB/s"},
		{&faults.Bandwidth{Rate: 1 << 16, Direction: "upload"},
			"narrows what each connection sends to 64KiB/s"},
		{&faults.Bandwidth{Rate: 1 << 16, Direction: "both"},
			"narrows each connection to 64KiB/s, both ways"},
		{&faults.TLS{As: "incomplete-chain"},
			"shows a certificate without its intermediate one"},
		{&faults.DiskFull{Path: "/data"}, "fills the target's disk /data"},
		{&faults.DiskFull{Path: "/data", Leave: 1 << 20}, "fills the target's disk /data but for 1MiB"},
		{&faults.DNS{Answer: "none", Names: []string{"shop"}, Share: &some},
			"the resolver answers nothing for shop, in 30% of lookups"},
	} {
		if have := c.fault.String(); have != c.want {
			t.Errorf("have %q, want %q", have, c.want)
		}
	}
}
