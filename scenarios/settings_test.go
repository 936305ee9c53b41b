package scenarios

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Settings are what was said, as it would be written, and nothing that may be a secret.
func TestSettings(t *testing.T) {
	share, half := quantity.Share(0.3), quantity.Share(0.5)
	for _, c := range []struct {
		of   faults.Fault
		want map[string]string
	}{
		{&faults.Refuse{}, map[string]string{}},
		{&faults.HTTPStatus{Link: "a -> b", Code: 503, Share: &share, RetryAfter: 2 * time.Second,
			Flap: &faults.Flap{Period: time.Second, Duty: &half}, Body: strings.Repeat("long", 100),
			Selection: faults.Selection{Spare: []string{"/a", "/b"}, Only: &faults.Only{
				Headers: map[string]string{"X-B": "2", "X-A": "1"}}}},
			map[string]string{"link": "a -> b", "code": "503", "share": "30%", "retry-after": "2s",
				"flap.period": "1s", "flap.duty": "50%", "spare": "/a, /b",
				"only.headers": "X-A: 1, X-B: 2"}},
		{&faults.BlockPage{Selection: faults.Selection{Spare: slices.Repeat([]string{"/ä"}, 60)}},
			map[string]string{"spare": strings.Repeat("/ä, ", 40) + "…"}},
		{&faults.Bandwidth{Rate: 1 << 16}, map[string]string{"rate": "64KiB/s"}},
		{&faults.CPUStarve{CPUs: 0.05}, map[string]string{"cpus": "0.05"}},
		{&faults.Flood{PerRequest: true, Mix: []faults.Portion{{Get: "/", Weight: 1}},
			Rate: quantity.Pace{}}, map[string]string{"per-request": "true"}},
		{&faults.Exec{Target: "app", Inject: []secret.Text{"a ${env:KEY}"},
			Env: map[string]secret.Text{"KEY": "${env:KEY}"}}, map[string]string{"target": "app"}},
	} {
		if have := Settings(c.of); !maps.Equal(have, c.want) {
			t.Errorf("%T: have %q, want %q", c.of, have, c.want)
		}
	}
}
