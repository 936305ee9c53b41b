//go:build drill

package drills

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// sibling writes a shipped drill with some of its text replaced.
func sibling(t *testing.T, name string, replace ...string) string {
	t.Helper()
	b, _, err := library.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return rewritten(t, name, b, replace...)
}

// rewritten writes a drill with some of its text replaced.
func rewritten(t *testing.T, name string, b []byte, replace ...string) string {
	t.Helper()
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(string(b), replace[i]) {
			t.Fatalf("%s has no %q", name, replace[i])
		}
	}
	file := filepath.Join(t.TempDir(), name+".yaml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(replace...).Replace(string(b))),
		0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// logged are the ids in a pair's log after a word, with or without their time.
func logged(log, word string) map[string]bool {
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ `+word+` \d+ (\S+)$`).FindAllStringSubmatch(log,
		-1) {
		all[m[1]] = true
	}
	return all
}

// lostExactly checks that the ledger's lost writes are, to the last one, those that
// were acknowledged, that the killed node had and that its standby did not get; it
// gives their ids.
func (o outcome) lostExactly(t *testing.T, r *timeline.Record, had,
	got map[string]bool) map[string]bool {
	t.Helper()
	want, have, acked := map[string]bool{}, map[string]bool{}, map[uint64]string{}
	for q := range r.Requests["clerks"].All() {
		id := load.WriteID(r.Header.Run, "clerks", q.Seq)
		if !q.Acknowledged() {
			continue
		}
		acked[q.Seq] = id
		if had[id] && !got[id] {
			want[id] = true
		}
	}
	for _, f := range r.Findings["clerks"] {
		if f.Lost {
			have[acked[f.Seq]] = true
		}
	}
	if !maps.Equal(have, want) {
		t.Errorf("lost %q, by the targets' logs %q", slices.Sorted(maps.Keys(have)),
			slices.Sorted(maps.Keys(want)))
	}
	d := o.card.Data
	if d.Acknowledged != uint64(len(acked)) || d.Lost != uint64(len(have)) || d.Unknown != 0 ||
		d.There+d.Lost != d.Acknowledged {
		t.Errorf("have %+v, want %d acknowledged, %d lost, none unknown", d, len(acked), len(have))
	}
	return have
}

// recoveryPoint checks the RPO against the writes that were lost, by the record: it is
// from the oldest one's acknowledgement to the fault, or to the youngest one's.
func (o outcome) recoveryPoint(t *testing.T, r *timeline.Record, lost map[string]bool,
	fault string) {
	t.Helper()
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkInject && m.Fault == fault })
	var acked []int64
	for q := range r.Requests["clerks"].All() {
		if lost[load.WriteID(r.Header.Run, "clerks", q.Seq)] {
			acked = append(acked, q.Done)
		}
	}
	if i < 0 || len(acked) == 0 {
		t.Fatalf("%d writes lost, injection of %s %d", len(acked), fault, i)
	}
	oldest, youngest := slices.Min(acked), slices.Max(acked)
	within(t, "rpo, by what was lost", o.card.Data.RPO, float64(youngest-oldest)/1e9,
		float64(max(youngest, r.Marks[i].After)-oldest)/1e9)
}

// What the embedded pair loses is what its own logs say.
func TestDrillPrimaryLost(t *testing.T) {
	t.Parallel()
	o := run(t, "primary-lost")
	o.want(t, sla.Pass, 0)
	r := o.record(t)
	o.recoveryPoint(t, r, o.lostExactly(t, r, logged(o.log(t, "db-1"), "commit"),
		logged(o.log(t, "db-2"), "applied")), "lost")
	d := o.card.Data
	t.Logf("%d of %d acknowledged writes lost, exactly those not replicated; rpo %+v", d.Lost,
		d.Acknowledged, d.RPO)

	for _, strict := range []string{"rpo: 0s", "max-lost-writes: 0"} {
		cmd := exec.Command(stormdrill, "score", "--sla",
			sibling(t, "primary-lost", "rpo: 1s", strict), filepath.Join(o.dir, "record"))
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("%s: exit %d, want 1:\n%s", strict, cmd.ProcessState.ExitCode(), out)
		}
	}
}

// Where a write is acknowledged only once the standby has it, none is lost.
func TestLongPrimaryLostInSync(t *testing.T) {
	t.Parallel()
	o := run(t, sibling(t, "primary-lost", "lag: 500ms", "sync: true", "rpo: 1s",
		"rpo: 0s\n  max-lost-writes: 0"))
	o.want(t, sla.Pass, 0)
	if d := o.card.Data; d.Lost != 0 || d.Unknown != 0 || d.Acknowledged < 3000 {
		t.Errorf("have %+v, want thousands of writes, none lost", d)
	}
	missing, applied := logged(o.log(t, "db-1"), "commit"), logged(o.log(t, "db-2"), "applied")
	maps.DeleteFunc(missing, func(id string, _ bool) bool { return applied[id] })
	t.Logf("%d acknowledged, none lost; %d committed, not replicated and not acknowledged",
		o.card.Data.Acknowledged, len(missing))
}
