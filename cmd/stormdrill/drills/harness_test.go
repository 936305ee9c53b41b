//go:build drill

package drills

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// stormdrill is the binary under test.
var stormdrill string

func TestMain(m *testing.M) {
	root, err := filepath.Abs("../../..")
	if err == nil {
		err = os.Chdir(filepath.Join(root, "testdata", "live")) // where the scenarios are
	}
	if err != nil {
		panic(err)
	}
	stormdrill = filepath.Join(root, "bin", "stormdrill")
	if _, err := os.Stat(stormdrill); err != nil {
		fmt.Fprintln(os.Stderr, "no bin/stormdrill: run these tests by make containers, which builds it")
		os.Exit(1)
	}
	restore := containersFirst()
	code := m.Run()
	restore()
	os.Exit(code)
}

// containersFirst has containers come before the engine that makes others. Where all
// of them are one control group beside the engine's processes (version 1, without
// systemd), they have together no more weight than each of these, and a drill that is
// measured waits while the next one's containers are made: by 60 ms, as against 20 ms.
// Elsewhere each container has a weight of its own, and nothing is changed.
func containersFirst() (restore func()) {
	const group = "/sys/fs/cgroup/cpu/docker/cpu.shares"
	before, err := os.ReadFile(group)
	if err != nil {
		return func() {}
	}
	_ = os.WriteFile(group, []byte("8192"), 0) // it is there; without the right to, all is as it was
	return func() { _ = os.WriteFile(group, bytes.TrimSpace(before), 0) }
}

// rounds is how often a drill with a random phase is run: the long runs of
// `make drills` ask for more.
func rounds(short, long int) int {
	if os.Getenv("STORMDRILL_LONG") != "" {
		return long
	}
	return short
}

// engineHolds lists what the engine has of a run, containers and networks; of
// all runs where none is named, as only a test that runs by itself can ask.
func engineHolds(t *testing.T, run string) []string {
	t.Helper()
	which := "label=" + label
	if run != "" {
		which += "=" + run
	}
	var all []string
	for _, args := range [][]string{
		{"ps", "-a", "--format", "container {{.ID}} {{.Image}} {{.Status}}", "--filter", which},
		{"network", "ls", "--format", "network {{.Name}}", "--filter", which},
	} {
		out, err := exec.Command("docker", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("docker %s: %v\n%s", args[0], err, out)
		}
		if s := strings.TrimSpace(string(out)); s != "" {
			all = append(all, strings.Split(s, "\n")...)
		}
	}
	slices.Sort(all)
	return all
}

// outcome is one finished run.
type outcome struct {
	dir    string
	code   int
	output string
	card   sla.Scorecard
}

// run runs one scenario to its end and checks what holds for every run: its
// exit status is its verdict's, its evidence is there, nothing is left.
func run(t *testing.T, args ...string) outcome {
	t.Helper()
	o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, stormdrill, append([]string{"run", "--out", o.dir}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, _ := cmd.CombinedOutput()
	o.output, o.code = string(out), cmd.ProcessState.ExitCode()
	t.Logf("run %v: exit %d\n%s", args, o.code, o.output)
	o.read(t)
	if left := engineHolds(t, o.card.Run); o.card.Run == "" || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	return o
}

// read takes the scorecard from the evidence.
func (o *outcome) read(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, "scorecard.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, o.output)
	}
	if err := json.Unmarshal(b, &o.card); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"record", "junit.xml", "summary.md", "ledger.jsonl"} {
		if _, err := os.Stat(filepath.Join(o.dir, f)); err != nil {
			t.Errorf("evidence: %v", err)
		}
	}
}

// want checks verdict and exit status.
func (o outcome) want(t *testing.T, v sla.Verdict, code int) {
	t.Helper()
	if o.card.Verdict != v || o.code != code {
		t.Fatalf("have %s, exit %d, want %s, exit %d: %q", o.card.Verdict, o.code, v, code, o.card.Reasons)
	}
}

// record reads the run's record.
func (o outcome) record(t *testing.T) *timeline.Record {
	t.Helper()
	r, err := timeline.Open(filepath.Join(o.dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// log reads a target's own log.
func (o outcome) log(t *testing.T, node string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(o.dir, "logs", node+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// within checks a measured time, with its resolution, against an interval.
func within(t *testing.T, what string, have *sla.Time, lo, hi float64) {
	t.Helper()
	switch {
	case have == nil:
		t.Errorf("%s: not measured", what)
	case have.Censored, have.Seconds+have.Resolution < lo, have.Seconds-have.Resolution > hi:
		t.Errorf("%s: have %+v, want within [%g s, %g s]", what, *have, lo, hi)
	}
}

// start begins a run and returns once its output holds the text.
func start(t *testing.T, until string, args ...string) (*exec.Cmd, *tail) {
	t.Helper()
	cmd := exec.Command(stormdrill, append([]string{"run"}, args...)...)
	out := &tail{seen: make(chan struct{}), until: until}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-out.seen:
	case <-time.After(2 * time.Minute):
		_ = cmd.Process.Kill()
		t.Fatalf("never said %q:\n%s", until, out.String())
	}
	return cmd, out
}
