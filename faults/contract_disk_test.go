//go:build drill

package faults_test

import (
	"testing"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// A full disk hurts requests that need a write, which no row of the contract can hold: others
// are well, the disk is full for as long as the fault is on, and the packets that its target
// was sent meanwhile are counted.
func TestContractDiskFull(t *testing.T) {
	t.Parallel()
	r := row{name: "disk-full", fault: &faults.DiskFull{Target: "app", Path: "/data",
		Leave: partsDisk / 4}, hit: never}
	l, in := r.lab(t)
	between := l.ends()
	taken := func(when string, want int64) {
		t.Helper()
		if s, err := l.Disk(t.Context(), "app", "/data"); err != nil || s.Held != want {
			t.Errorf("%s: %d of the disk are taken, want %d, %v", when, s.Held, want, err)
		}
	}
	held{lab: l, in: in, bite: r.fault.Bite(), well: func(when string) {
		taken(when, 0)
		r.wantWell(l, when)
		l.atRest(in, between)
		between.begin(l)
	}, bitten: func(b link.Bracket) {
		taken("during the fault", partsDisk*3/4)
		r.wantWell(l, "during the fault")
		c, p := l.atRest(in, between)
		if c.Users != p.arrived || c.Total != c.Users || !c.Active || c.First < b.Before ||
			c.Detail != "256KiB of 1MiB were free" {
			t.Errorf("proof %+v, want %d packets: %+v", c, p.arrived, p)
		}
		l.wantTouched(r.name, c.First)
	}}.hold()
	taken("after the last lift", 0)
}
