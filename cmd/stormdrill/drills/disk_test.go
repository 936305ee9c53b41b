//go:build drill

package drills

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/library"
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

// Changed as its header says, it fails: a check of a page that writes nothing never notices.
func TestLongDiskSibling(t *testing.T) {
	t.Parallel()
	drill, err := os.ReadFile("nginx-disk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := library.SiblingOf(drill)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	conf, err := filepath.Abs("nginx-disk.conf")
	if err == nil {
		err = os.Symlink(conf, filepath.Join(dir, "nginx-disk.conf"))
	}
	file := filepath.Join(dir, "nginx-disk-sibling.yaml")
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	o := run(t, file)
	o.want(t, sla.Fail, 1)
	if d := o.card.Times.Detect; d == nil || !d.Censored {
		t.Errorf("detect: have %+v, want it never noticed", d)
	}
}
