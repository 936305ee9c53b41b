//go:build drill

package drills

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// tortured is the drill that is ended: a fault of a stream and the death of a target, one
// after the other, so that both the switchboard and the engine have something to undo.
const tortured = `name: tortured
targets:
  app: {lab: {web: {}}, ports: [8080]}
  aside: {lab: {web: {}}, ports: [8080]}
load:
  users: {to: "http://app:8080/", rate: 100/s, users: 50, timeout: 1s}
  others: {to: "http://aside:8080/", rate: 20/s, users: 20, timeout: 1s}
phases: {warm-up: 0s, baseline: 3s, fault: 3s, recovery: 3s, confirm: 1s}
faults:
  bad: {http-status: {link: users -> app, code: 503}, for: 1500ms}
  dead: {kill: {target: aside, as: process}, at: 1500ms, for: 1500ms}
sla:
  thresholds: ["success in run >= 10%"]
`

// victimNodes are its containers.
var victimNodes = []string{"switchboard", "load", "app", "aside"}

// victim is a drill under torture.
type victim struct {
	*process
	t      *testing.T
	dir    string // of the evidence
	tmp    string
	file   string   // the scenario
	engine []string // the environment that names the engine
	run    string

	// What is around it: more of its environment, and what a shell does before it.
	env    []string
	before string

	// restart is what a person does to the engine where clean says so; nil: it is another's.
	restart  func()
	restarts int

	struck time.Time // zero: there was nothing to strike
	until  time.Time // when the strike was over
}

// prepare makes the folders of a drill to be ended.
func prepare(t *testing.T, engine ...string) *victim {
	t.Helper()
	root := t.TempDir()
	v := &victim{t: t, dir: filepath.Join(root, "evidence"), tmp: filepath.Join(root, "tmp"),
		file: filepath.Join(root, "tortured.yaml"), engine: engine}
	for _, err := range []error{os.Mkdir(v.tmp, 0o700), os.WriteFile(v.file, []byte(tortured), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// begin starts it.
func (v *victim) begin() {
	v.t.Helper()
	cmd := exec.CommandContext(v.t.Context(), "sh", "-c", v.before+`exec "$@"`, "sh", stormdrill,
		"run", "--out", v.dir, v.file)
	cmd.Env = slices.Concat(os.Environ(), []string{"TMPDIR=" + v.tmp}, v.engine, v.env)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	v.process = launch(v.t, "", cmd)
}

// await waits until it has said something, or has ended.
func (v *victim) await(text string) {
	for !strings.Contains(v.out.String(), text) {
		select {
		case <-v.ended:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// alive reports whether it goes on.
func (v *victim) alive() bool {
	select {
	case <-v.ended:
		return false
	default:
		return true
	}
}

// signal gives one to its supervisor.
func (v *victim) signal(s syscall.Signal) bool { return v.Process.Signal(s) == nil }

// signalReaper sends one to the process that waits for the drill's end.
func (v *victim) signalReaper(s syscall.Signal) bool { return signalAll(v.reapers(), s) }

func signalAll(pids []int, s syscall.Signal) (any bool) {
	for _, pid := range pids {
		any = syscall.Kill(pid, s) == nil || any // else it has ended by itself
	}
	return any
}

// reapers are the processes that wait for the drill's end.
func (v *victim) reapers() (all []int) {
	return processes(func(pid int, line []byte) bool {
		return bytes.Contains(line, []byte("\x00reap\x00")) &&
			bytes.Contains(line, []byte(filepath.Join(v.dir, "ledger.jsonl")))
	})
}

// processes are those that a question about their command line picks out.
func processes(pick func(pid int, line []byte) bool) (all []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, path := range paths {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		line, _ := os.ReadFile(path) // of one that has ended there is nothing to read
		if pick(pid, line) {
			all = append(all, pid)
		}
	}
	return all
}

func (v *victim) docker(args ...string) *exec.Cmd {
	c := exec.Command("docker", args...)
	c.Env = append(os.Environ(), v.engine...)
	return c
}

// lines are what docker prints; none where the engine does not answer.
func (v *victim) lines(args ...string) []string { return strings.Fields(output(v.docker(args...))) }

// container waits until a node of the drill runs, and does something to it.
func (v *victim) container(node string, do ...string) (id string, done bool) {
	for v.alive() {
		v.look()
		if all := v.lines("ps", "-q", "--filter", "label="+label+"="+v.run, "--filter",
			"label=org.stormdrill.node="+node); v.run != "" && len(all) > 0 {
			id = all[0]
			return id, v.docker(append(do, id)...).Run() == nil // it may be gone, or going
		}
		time.Sleep(50 * time.Millisecond)
	}
	return "", false
}

// look finds out the run's id, as soon as the engine has it.
func (v *victim) look() {
	if v.run != "" {
		return
	}
	if all := v.lines("network", "ls", "--format", fmt.Sprintf("{{.Label %q}}", label),
		"--filter", "label=org.stormdrill.ledger="+filepath.Join(v.dir,
			"ledger.jsonl")); len(all) > 0 {
		v.run = all[0]
	}
}

// left is what there still is of the drill: containers, its network, processes that it
// began, itself or by others.
func (v *victim) left() (all []string) {
	v.look()
	if v.run != "" {
		for _, args := range [][]string{{"ps", "-aq"}, {"network", "ls", "-q"}} {
			for _, id := range v.lines(append(args, "--filter", "label="+label+"="+v.run)...) {
				all = append(all, args[0]+" "+id)
			}
		}
	}
	for _, pid := range processes(func(pid int, line []byte) bool {
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)) // it may have ended
		return bytes.Contains(line, []byte(v.dir)) ||
			bytes.Contains(env, []byte("TMPDIR="+v.tmp+"\x00"))
	}) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		all = append(all, fmt.Sprintf("process %d %q", pid, line))
	}
	return all
}

// endsWithin is how long a drill that was struck may take to end, lifts and removal
// included.
const endsWithin = 3 * time.Minute

// wait waits for the end of the CLI, and gives its exit status.
func (v *victim) wait() int {
	v.t.Helper()
	late := time.AfterFunc(endsWithin, func() {
		v.t.Errorf("not ended within %s", endsWithin)
		_ = v.Process.Kill()
	})
	v.Wait()
	late.Stop()
	code := v.ProcessState.ExitCode()
	if code == 3 {
		v.t.Fatalf("no drill to torture:\n%s", v.out)
	}
	return code
}

// goneBy is how long what is left may take to go: lifts, removal, three seconds without
// anything new, and a busy engine. The table says how long it took.
const goneBy = time.Minute

// gone waits until all of the drill has gone: by itself, or, where no process is left that
// would do it, by the sweep of the next run. It says how long that took, and what is left.
func (v *victim) gone(swept bool) (took time.Duration, left []string) {
	v.t.Helper()
	died := time.Now()
	for left = v.left(); len(left) > 0 && time.Since(died) < goneBy; left = v.left() {
		time.Sleep(500 * time.Millisecond)
		if !swept {
			continue
		}
		// It leaves alone what goes on, or may be starting.
		c := exec.Command(stormdrill, "clean")
		c.Env = append(os.Environ(), v.engine...)
		out, err := c.CombinedOutput()
		switch {
		case err == nil:
		case v.restart != nil && v.restarts == 0 && bytes.Contains(out, []byte("has to be restarted")):
			v.restarts++
			v.restart()
			died = time.Now()
		default:
			v.t.Errorf("clean: %v\n%s", err, out)
		}
	}
	took = time.Since(died)
	_ = filepath.WalkDir(v.tmp, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			left = append(left, path)
		}
		return nil
	})
	return took, left
}

// honest reads the record, where one has begun, and reports whether a strike came before
// its end, and the verdict of what was recorded.
func (v *victim) honest() (amid bool, verdict sla.Verdict, err error) {
	path := filepath.Join(v.dir, "record")
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0:
		return !v.struck.IsZero(), "", nil // it had not begun
	case err != nil:
		return false, "", err
	}
	r, err := timeline.Open(path)
	if err != nil {
		return false, "", fmt.Errorf("record of %d bytes: %w", info.Size(), err)
	}
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	over := i >= 0 && r.Header.Wall.Add(time.Duration(r.Marks[i].After-r.Header.Mono)).Before(v.struck.Add(500*time.Millisecond))
	yet := v.until.Before(r.Header.Wall) // it was over before anything was measured
	return !v.struck.IsZero() && !over && !yet, sla.Score(r, r.Header.Objectives).Verdict, nil
}
