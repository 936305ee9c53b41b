//go:build drill

package drills

import (
	"encoding/json"
	"errors"
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
	data, failed := os.MkdirTemp("", "history")
	if err = errors.Join(err, failed); err == nil {
		err = errors.Join(os.Setenv("LC_ALL", "C"), // what they print is read in English
			os.Setenv("XDG_DATA_HOME", data),                  // the history is not the user's
			os.Chdir(filepath.Join(root, "testdata", "live"))) // where the scenarios are
	}
	if err != nil {
		panic(err)
	}
	stormdrill = filepath.Join(root, "bin", "stormdrill")
	if _, err := os.Stat(stormdrill); err != nil {
		fmt.Fprintln(os.Stderr, "no bin/stormdrill: run these tests by make containers, which builds it")
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(data)
	fmt.Print(&runs, "\n", fates.table())
	if file := os.Getenv("RELIABILITY"); file != "" {
		if err := keepTables(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// keepTables puts what was counted into the document.
func keepTables(file string) error {
	for _, s := range []string{fates.table(), runs.table()} {
		if s == "" {
			continue
		}
		if err := writeSection(file, s); err != nil {
			return err
		}
	}
	return nil
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

// mostAgain is how often a run that is void for the machine's sake is run again.
const mostAgain = 2

// run runs one scenario to its end and checks what holds for every run: its exit status
// is its verdict's, its evidence is there, nothing is left. A run that is void for the
// machine's sake proves nothing either way: it is run again, and counted.
func run(t *testing.T, args ...string) outcome {
	t.Helper()
	return again(t, func() outcome {
		o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
		cmd := exec.CommandContext(t.Context(), stormdrill,
			append([]string{"run", "--verbose", "--out", o.dir}, args...)...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		out, _ := cmd.CombinedOutput()
		o.output, o.code = string(out), cmd.ProcessState.ExitCode()
		t.Logf("run %v: exit %d\n%s", args, o.code, o.output)
		o.read(t)
		if left := engineHolds(t, o.card.Run); o.card.Run == "" || len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
		return o
	})
}

// again runs a drill, and again where it was void for the machine's sake.
func again(t *testing.T, once func() outcome) outcome {
	t.Helper()
	for n := 0; ; n++ {
		began := time.Now()
		o := once()
		void := machineVoid(o.card)
		runs.add(t, time.Since(began), void)
		if !void || n == mostAgain {
			return o
		}
		t.Logf("void for the machine's sake, run again: %q", o.card.Reasons)
	}
}

// machineVoid reports whether a run proves nothing for what the machine did to the load
// generator, to users whom no fault touches, or to answers after the recovery. The
// scorecard says so by how busy it was, which it gives as a reason then and only then.
func machineVoid(c sla.Scorecard) bool {
	return c.Verdict == sla.Inconclusive &&
		slices.ContainsFunc(c.Reasons, func(r sla.Said) bool { return r.Code == "machine-busy" })
}

// read takes the scorecard from the evidence.
func (o *outcome) read(t *testing.T) {
	t.Helper()
	card, err := cardOf(o.dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, o.output)
	}
	o.card = card
	for _, f := range []string{"record", "junit.xml", "summary.md", "ledger.jsonl"} {
		if _, err := os.Stat(filepath.Join(o.dir, f)); err != nil {
			t.Errorf("evidence: %v", err)
		}
	}
}

// cardOf is the scorecard in an evidence folder.
func cardOf(dir string) (card sla.Scorecard, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "scorecard.json"))
	if err != nil {
		return card, err
	}
	return card, json.Unmarshal(b, &card)
}

// want checks verdict and exit status.
func (o outcome) want(t *testing.T, v sla.Verdict, code int) {
	t.Helper()
	if o.card.Verdict != v || o.code != code {
		t.Fatalf("have %s, exit %d, want %s, exit %d: %q", o.card.Verdict, o.code, v, code,
			o.card.Reasons)
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

// process is a run under way, and what it prints.
type process struct {
	*exec.Cmd
	out   *tail
	ended chan struct{}
}

// Wait waits for its end.
func (p *process) Wait() { <-p.ended }

// start begins a run and returns once its output holds the text.
func start(t *testing.T, until string, args ...string) *process {
	t.Helper()
	p := launch(t, until, exec.CommandContext(t.Context(), stormdrill,
		append([]string{"run"}, args...)...))
	select {
	case <-p.out.seen:
	case <-p.ended:
		t.Fatalf("never said %q:\n%s", until, p.out)
	}
	return p
}

// launch begins a command.
func launch(t *testing.T, until string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: cmd, out: &tail{seen: make(chan struct{}), until: until},
		ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // the exit status is in ProcessState
	}()
	return p
}
