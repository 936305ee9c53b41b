//go:build drill

package drills

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// way is one way to end a drill, and what must hold afterwards.
type way struct {
	name string
	// around makes its surroundings bad before it starts; n is drawn.
	around func(v *victim, n uint64)
	// strike does it, to the node where one is meant, and reports whether there was
	// something to strike. A way without one is a matter of the surroundings.
	strike func(v *victim, node string) bool
	exits  []int // of a drill that was struck before its end, or has such surroundings
	// swept: no process is left that would clear up, until the next run does.
	swept bool
	// passes: the drill may go on, and its result counts.
	passes func(node string) bool
}

func always(string) bool { return true }

// goesOn are the exits of a drill that is not hindered, on a machine that may be busy.
var goesOn = []int{0, 2}

// frozenFor is longer than the beat allows.
const frozenFor = 13 * time.Second

func signalled(s syscall.Signal) func(*victim, string) bool {
	return func(v *victim, _ string) bool { return v.signal(s) }
}

func reaper(s syscall.Signal) func(*victim, string) bool {
	return func(v *victim, _ string) bool { return v.signalReaper(s) }
}

// ways are all of them.
var ways = []way{
	{name: "SIGKILL", strike: signalled(syscall.SIGKILL), exits: []int{-1}},
	{name: "SIGTERM", strike: signalled(syscall.SIGTERM), exits: []int{130}},
	{name: "SIGINT", strike: signalled(syscall.SIGINT), exits: []int{130}},
	{name: "SIGHUP", strike: signalled(syscall.SIGHUP), exits: []int{130}},
	{name: "SIGKILL of the supervised process", exits: []int{4},
		strike: func(v *victim, _ string) bool { return signalAll(v.own(), syscall.SIGKILL) }},
	{name: "SIGSTOP for 13 s", exits: []int{2, 4},
		strike: func(v *victim, _ string) bool {
			all := append(v.own(), v.Process.Pid)
			did := v.alive() && signalAll(all, syscall.SIGSTOP)
			time.Sleep(frozenFor)
			signalAll(all, syscall.SIGCONT)
			return did
		}},
	{name: "SIGKILL of the reaper", strike: reaper(syscall.SIGKILL), exits: goesOn, passes: always},
	{name: "SIGTERM of the reaper", strike: reaper(syscall.SIGTERM), exits: goesOn, passes: always},
	{name: "SIGSTOP of the reaper for 13 s", exits: goesOn, passes: always,
		strike: func(v *victim, _ string) bool {
			all := v.reapers()
			did := signalAll(all, syscall.SIGSTOP)
			time.Sleep(frozenFor)
			signalAll(all, syscall.SIGCONT)
			return did
		}},
	{name: "SIGKILL of both", exits: []int{-1}, swept: true,
		strike: func(v *victim, _ string) bool {
			v.signalReaper(syscall.SIGKILL)
			did := v.signal(syscall.SIGKILL)
			v.signalReaper(syscall.SIGKILL)
			return did
		}},
	{name: "SIGKILL of the process group and the reaper", exits: []int{-1}, swept: true,
		strike: func(v *victim, _ string) bool {
			v.signalReaper(syscall.SIGKILL)
			did := v.alive() && signalAll([]int{-v.Process.Pid}, syscall.SIGKILL)
			v.signalReaper(syscall.SIGKILL)
			return did
		}},
	{name: "docker kill of a node", exits: []int{4},
		strike: func(v *victim, node string) bool { _, did := v.container(node, "kill"); return did }},
	{name: "docker rm -f of a node", exits: []int{4},
		strike: func(v *victim, node string) bool { _, did := v.container(node, "rm", "-f"); return did }},
	{name: "docker pause of a node for 15 s", exits: []int{0, 1, 2, 4},
		strike: func(v *victim, node string) bool {
			id, did := v.container(node, "pause")
			if did {
				time.Sleep(15 * time.Second)
				_ = v.docker("unpause", id).Run() // it may be gone
			}
			return did
		},
		// A frozen target is a matter of the thresholds.
		passes: func(node string) bool { return node == "app" || node == "aside" }},
	{name: "evidence on a full disk", exits: []int{0, 2, 4}, passes: always,
		around: func(v *victim, n uint64) { v.dir = filepath.Join(v.small(8+n%56), "evidence") }},
	{name: "temporary files on a full disk", exits: []int{0, 2, 4}, passes: always,
		around: func(v *victim, n uint64) { v.tmp = v.small(4 + n%60) }},
	{name: "no TMPDIR", exits: []int{0, 2, 4}, passes: always,
		around: func(v *victim, _ uint64) { v.env = append(v.env, "TMPDIR=/nowhere/at/all") }},
	{name: "no HOME", exits: []int{0, 2, 4}, passes: always,
		around: func(v *victim, _ uint64) { v.before = "unset HOME; " }},
	{name: "HTTP_PROXY of a port that is closed", exits: goesOn, passes: always,
		around: func(v *victim, _ uint64) {
			for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
				v.env = append(v.env, name+"=http://127.0.0.1:9")
			}
		}},
	{name: "few descriptors", exits: []int{0, 2, 4}, passes: always,
		around: func(v *victim, n uint64) { v.before = fmt.Sprintf("ulimit -n %d; ", 8+n%40) }},
	{name: "little memory", exits: []int{0, 2, 4, -1}, passes: always, swept: true, // its supervisor and its reaper have no more
		around: func(v *victim, n uint64) { v.before = v.limited(8<<20 + n%(40<<20)) }},
}

// own is the supervised process.
func (v *victim) own() []int { return children(v.Process.Pid) }

// small is a disk of so many KiB.
func (v *victim) small(kib uint64) string {
	v.t.Helper()
	dir := v.t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// limited puts a shell, and what it becomes and begins, into a control group of so many
// bytes; beyond them the kernel kills.
func (v *victim) limited(bytes uint64) string {
	v.t.Helper()
	at, limit := "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
	if _, err := os.Stat(at); err != nil {
		at, limit = "/sys/fs/cgroup", "memory.max"
	}
	group := filepath.Join(at, "stormdrill-torture-"+strings.ReplaceAll(filepath.Base(filepath.Dir(v.dir)),
		"/", "-")+fmt.Sprint(os.Getpid(), "-", bytes))
	if err := os.Mkdir(group, 0o755); err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() {
		if err := os.Remove(group); err != nil {
			v.t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(group, limit), fmt.Append(nil, bytes), 0o644); err != nil {
		v.t.Fatal(err)
	}
	return "echo $$ >" + filepath.Join(group, "cgroup.procs") + "; "
}
