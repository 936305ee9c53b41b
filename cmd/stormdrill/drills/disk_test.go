//go:build drill

package drills

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// A server whose disk is full says so in the kernel's words, fails its users for as long, and
// is well when the disk has room again.
func TestDrillDisk(t *testing.T) {
	t.Parallel()
	o := run(t, "nginx-disk.yaml")
	o.want(t, sla.Pass, 0)
	if !strings.Contains(o.log(t, "shop"), "(28: No space left on device)") {
		t.Error("the log of the shop has no ENOSPC")
	}
	f := o.card.Faults[0]
	if f.Outage == nil || f.Outage.Seconds < 7 || !f.Proof.Gone || !strings.HasSuffix(string(f.Proof.Detail),
		" of 8MiB were free") {
		t.Errorf("have %+v", f)
	}
}
