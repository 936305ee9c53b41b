package docker

import (
	"net/netip"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Each disk of each node is a volume of its own, whose name every engine takes.
func TestVolumesOfNodes(t *testing.T) {
	spec := &scenarios.Target{Tmpfs: map[string]quantity.Size{"/var/lib": 1 << 20, "/data": 2 << 20}}
	n := plan.Node{Name: "订单-1", Addr: netip.MustParseAddr("198.18.0.10"), Spec: spec}
	want := []volume{
		{"stormdrill-aa-198.18.0.10-1", "/data", "/disks/198.18.0.10/1", 2 << 20},
		{"stormdrill-aa-198.18.0.10-2", "/var/lib", "/disks/198.18.0.10/2", 1 << 20},
	}
	have := volumesOf("aa", n)
	if len(have) != len(want) || have[0] != want[0] || have[1] != want[1] {
		t.Errorf("have %+v, want %+v", have, want)
	}
	if all := volumesOf("aa", plan.Node{Spec: &scenarios.Target{}}); len(all) > 0 {
		t.Errorf("of none: %+v", all)
	}
}
