//go:build drill

package drills

import (
	"fmt"
	"math/rand/v2"
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
  lb: {lab: {lb: {backend: "app:8080", check: {path: /health, interval: 500ms, fall: 2, rise: 2}}}, ports: [8080, 8404], uses: [app], ready: {http: "http://lb:8080/"}}
  app: {lab: {web: {}}, replicas: 2, ports: [8080]}
  aside: {lab: {web: {}}, ports: [8080]}
load:
  users: {to: "http://lb:8080/", rate: 100/s, users: 50, timeout: 2s}
  others: {to: "http://aside:8080/", rate: 20/s, users: 20, timeout: 2s}
phases: {warm-up: 0s, baseline: 3s, fault: 4s, recovery: 6s, confirm: 2s}
faults:
  bad: {http-status: {link: lb -> app-2, code: 503}, for: 2s}
  dead: {kill: {target: aside, as: process}, at: 2s, for: 2s}
sla:
  thresholds: ["success in run >= 10%"]
`

// tortureFor is how long a tortured drill takes from its first line on, about; ends are
// drawn from it.
const tortureFor = 22 * time.Second

// victim is a drill under torture.
type victim struct {
	t      *testing.T
	dir    string // of the evidence
	tmp    string
	cmd    *exec.Cmd
	out    *tail
	engine []string // the environment that names the engine
	run    string
	struck time.Time
}

// end is one way to end a drill, and what must hold afterwards.
type end struct {
	name   string
	strike func(v *victim)
	// swept: nobody is left who would clear up, until the next run does.
	swept bool
	// passes: the drill goes on, and its result counts.
	passes bool
}

var ends = []end{
	{name: "SIGKILL", strike: signalled(syscall.SIGKILL)},
	{name: "SIGTERM", strike: signalled(syscall.SIGTERM)},
	{name: "SIGINT", strike: signalled(syscall.SIGINT)},
	{name: "SIGHUP", strike: signalled(syscall.SIGHUP)},
	{name: "SIGSTOP for 13 s", strike: func(v *victim) {
		both := append(v.children(), v.cmd.Process.Pid) // the drill's process and its supervisor
		for _, pid := range both {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
		}
		time.Sleep(13 * time.Second)
		for _, pid := range both {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}},
	{name: "SIGKILL of the reaper", strike: func(v *victim) { v.killReaper() }, passes: true},
	{name: "SIGKILL of both", strike: func(v *victim) { v.killReaper(); v.signal(syscall.SIGKILL); v.killReaper() }, swept: true},
	{name: "SIGKILL of the process group, reaper included", strike: func(v *victim) {
		v.killReaper()
		_ = syscall.Kill(-v.cmd.Process.Pid, syscall.SIGKILL)
		v.killReaper()
	}, swept: true},
	{name: "docker kill of a container", strike: func(v *victim) { v.container("kill") }},
	{name: "docker rm -f of a container", strike: func(v *victim) { v.container("rm", "-f") }},
	{name: "docker pause of a container for 15 s", strike: func(v *victim) {
		if id := v.container("pause"); id != "" {
			time.Sleep(15 * time.Second)
			_ = v.docker("unpause", id).Run() // it may be gone
		}
	}, passes: true}, // a frozen target is a matter of the thresholds
}

func signalled(s syscall.Signal) func(*victim) { return func(v *victim) { v.signal(s) } }

func (v *victim) signal(s syscall.Signal) { _ = v.cmd.Process.Signal(s) } // it may have ended by itself

func (v *victim) killReaper() {
	for _, pid := range v.reapers() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// children are the processes that the supervisor has begun.
func (v *victim) children() (all []int) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", v.cmd.Process.Pid)) // the pattern is well formed
	for _, path := range threads {
		text, _ := os.ReadFile(path) // it may have ended
		for _, s := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(s); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}

// reapers are the processes that wait for the drill's end.
func (v *victim) reapers() (all []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, path := range paths {
		line, _ := os.ReadFile(path) // of one that has ended there is nothing to read
		if strings.Contains(string(line), "\x00reap\x00") && strings.Contains(string(line), filepath.Join(v.dir, "ledger.jsonl")) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
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
func (v *victim) lines(args ...string) []string {
	out, _ := v.docker(args...).Output()
	return strings.Fields(string(out))
}

// container does something to a container of the drill, any of them.
func (v *victim) container(do ...string) (id string) {
	v.look()
	if v.run == "" {
		return ""
	}
	all := v.lines("ps", "-q", "--filter", "label="+label+"="+v.run)
	if len(all) == 0 {
		return ""
	}
	id = all[rand.IntN(len(all))]
	_ = v.docker(append(do, id)...).Run() // it may be gone meanwhile
	return id
}

// look finds out the run's id, as soon as the engine knows it.
func (v *victim) look() {
	if v.run != "" {
		return
	}
	if all := v.lines("network", "ls", "--format", fmt.Sprintf("{{.Label %q}}", label),
		"--filter", "label=org.stormdrill.ledger="+filepath.Join(v.dir, "ledger.jsonl")); len(all) > 0 {
		v.run = all[0]
	}
}

// left is what there still is of the drill.
func (v *victim) left() (all []string) {
	v.look()
	if v.run != "" {
		for _, of := range []string{"ps", "network"} {
			args := []string{"ps", "-aq"}
			if of == "network" {
				args = []string{"network", "ls", "-q"}
			}
			for _, id := range v.lines(append(args, "--filter", "label="+label+"="+v.run)...) {
				all = append(all, of+" "+id)
			}
		}
	}
	for _, pid := range v.reapers() {
		all = append(all, fmt.Sprint("reaper ", pid))
	}
	return all
}

// begin starts a drill to be ended.
func begin(t *testing.T, engine ...string) *victim {
	t.Helper()
	root := t.TempDir()
	v := &victim{t: t, dir: filepath.Join(root, "evidence"), tmp: filepath.Join(root, "tmp"), out: &tail{seen: make(chan struct{})}, engine: engine}
	file := filepath.Join(root, "tortured.yaml")
	for _, err := range []error{os.Mkdir(v.tmp, 0o700), os.WriteFile(file, []byte(tortured), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	v.start("run", "--out", v.dir, file)
	return v
}

func (v *victim) start(args ...string) {
	v.cmd = exec.Command(stormdrill, args...)
	v.cmd.Env = append(append(os.Environ(), "TMPDIR="+v.tmp), v.engine...)
	v.cmd.Stdout, v.cmd.Stderr = v.out, v.out
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
}

// endsWithin is how long a drill that was struck may take to end, lifts and removal
// included.
const endsWithin = 3 * time.Minute

// wait waits for the end of the CLI.
func (v *victim) wait() {
	v.t.Helper()
	late := time.AfterFunc(endsWithin, func() {
		v.t.Errorf("not ended within %s", endsWithin)
		_ = v.cmd.Process.Kill()
	})
	_ = v.cmd.Wait()
	late.Stop()
	if v.cmd.ProcessState.ExitCode() == 3 {
		v.t.Fatalf("no drill to torture:\n%s", v.out)
	}
}

// goneBy is how long what is left may take to go: lifts, removal, three seconds without
// anything new, and a busy engine.
const goneBy = 45 * time.Second

// wantNothing wants all of the drill gone: by itself, or, where nobody is left who would
// do it, by the sweep of whoever comes next.
func (v *victim) wantNothing(swept bool) {
	v.t.Helper()
	for died := time.Now(); len(v.left()) > 0 && time.Since(died) < goneBy; time.Sleep(500 * time.Millisecond) {
		if !swept {
			continue
		}
		// It leaves alone what goes on, or may be starting.
		c := exec.Command(stormdrill, "clean")
		c.Env = append(os.Environ(), v.engine...)
		if out, err := c.CombinedOutput(); err != nil {
			v.t.Errorf("clean: %v\n%s", err, out)
		}
	}
	if left := v.left(); len(left) > 0 {
		v.t.Errorf("left behind: %q", left)
	}
	_ = filepath.WalkDir(v.tmp, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			v.t.Errorf("left behind: %s", path)
		}
		return nil
	})
}

// wantHonest wants a record that can be read, and no pass for a drill that was struck
// before its end.
func (v *victim) wantHonest(passes bool) {
	v.t.Helper()
	path := filepath.Join(v.dir, "record")
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return // it had not begun
	}
	r, err := timeline.Open(path)
	if err != nil {
		v.t.Errorf("record of %d bytes: %v", info.Size(), err)
		return
	}
	verdict := sla.Score(r, r.Header.Objectives).Verdict
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	over := i >= 0 && r.Header.Wall.Add(time.Duration(r.Marks[i].After-r.Header.Mono)).Before(v.struck.Add(500*time.Millisecond))
	if verdict == sla.Pass && !over && !passes {
		v.t.Errorf("a false pass: struck at %s", v.struck.Sub(r.Header.Wall))
	}
	v.t.Logf("%s, exit %d", verdict, v.cmd.ProcessState.ExitCode())
}

// tortures is how many drills are ended.
func tortures(short int) int {
	if n, err := strconv.Atoi(os.Getenv("TORTURE")); err == nil {
		return n
	}
	return short
}

// seeded draws when and how, the same for a seed: TORTURE_SEED, or one that is logged.
func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if s, err := strconv.ParseUint(os.Getenv("TORTURE_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("TORTURE_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// Drills are ended in every way, at random moments of all stages. Nothing stays: no
// container, network, process or temporary file; what was struck before its end is no
// pass; what was recorded can be read.
func TestTorture(t *testing.T) {
	draw := seeded(t)
	for i := range tortures(3) {
		e := ends[(i+draw.IntN(len(ends)))%len(ends)]
		after := time.Duration(draw.Int64N(int64(tortureFor)))
		t.Run(fmt.Sprintf("%s after %s", e.name, after.Round(time.Millisecond)), func(t *testing.T) {
			t.Parallel()
			v := begin(t)
			time.Sleep(after)
			v.look()
			v.struck = time.Now()
			e.strike(v)
			v.wait()
			v.wantNothing(e.swept)
			v.wantHonest(e.passes)
			if t.Failed() {
				t.Log(v.out)
			}
		})
	}
}

// A disk that is full ends a drill as an error, whatever could be kept of it.
func TestTortureDiskFull(t *testing.T) {
	t.Parallel()
	v := &victim{t: t, tmp: t.TempDir(), out: &tail{seen: make(chan struct{})}}
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(small, syscall.MNT_DETACH) })
	v.dir = filepath.Join(small, "evidence")
	file := filepath.Join(v.tmp, "tortured.yaml")
	if err := os.WriteFile(file, []byte(tortured), 0o600); err != nil {
		t.Fatal(err)
	}
	v.start("run", "--out", v.dir, file)
	v.struck = time.Now()
	v.wait()
	_ = os.Remove(file)
	v.wantNothing(false)
	if code := v.cmd.ProcessState.ExitCode(); code != 4 || !strings.Contains(v.out.String(), "no space left on device") {
		t.Errorf("exit %d, want 4, for the disk:\n%s", code, v.out)
	}
}

// A folder for temporary files that is not there, or no home, is told, or does not matter.
func TestTortureSurroundings(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]string{"TMPDIR": "TMPDIR=/nowhere/at/all", "HOME": "HOME="} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := begin(t, env)
			v.wait()
			v.wantNothing(false)
			if code := v.cmd.ProcessState.ExitCode(); code != 0 && !strings.Contains(v.out.String(), name) {
				t.Errorf("exit %d, want 0, or an error that names %s:\n%s", code, name, v.out)
			}
		})
	}
}
