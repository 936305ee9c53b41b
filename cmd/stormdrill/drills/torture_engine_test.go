//go:build drill

package drills

import (
	"context"
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
)

// ownEngine is a Docker engine of the test's own: its own socket, data, containers' network
// and firewall, so that its end affects no other engine.
type ownEngine struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
}

// group is the control group of its containers.
func (e *ownEngine) group() string { return "stormdrill-" + filepath.Base(e.dir) }

// newEngine starts one.
func newEngine(t *testing.T) *ownEngine {
	t.Helper()
	dir, err := os.MkdirTemp("", "engine") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	e := &ownEngine{t: t, dir: dir}
	t.Cleanup(func() {
		e.stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, "none.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.start()
	return e
}

// host names it to its clients.
func (e *ownEngine) host() string { return "DOCKER_HOST=unix://" + filepath.Join(e.dir, "docker.sock") }

func (e *ownEngine) start() {
	e.t.Helper()
	at := func(name string) string { return filepath.Join(e.dir, name) }
	_ = os.Remove(at("docker.pid")) // of one that was killed
	e.cmd = exec.Command("sh", "-c", fmt.Sprintf("ip link set lo up && exec dockerd --config-file %s --host unix://%s --data-root %s --exec-root %s --pidfile %s --storage-driver vfs --cgroup-parent /%s --log-level error",
		at("none.json"), at("docker.sock"), at("data"), at("exec"), at("docker.pid"), e.group()))
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Setpgid: true}
	if err := e.cmd.Start(); err != nil {
		e.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(e.t.Context(), time.Minute)
	defer cancel()
	for e.docker("version").Run() != nil {
		if ctx.Err() != nil {
			e.t.Fatal("the engine does not answer")
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (e *ownEngine) docker(args ...string) *exec.Cmd {
	c := exec.Command("docker", args...)
	c.Env = append(os.Environ(), e.host())
	return c
}

// kill ends the engine as a crash does; its containers' processes may live on.
func (e *ownEngine) kill() {
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
}

// restart does it as an operator does.
func (e *ownEngine) restart() {
	e.t.Helper()
	_ = e.cmd.Process.Signal(syscall.SIGTERM)
	_ = e.cmd.Wait()
	e.start()
}

// stop ends it with all that it runs.
func (e *ownEngine) stop() {
	if all := strings.Fields(output(e.docker("ps", "-aq"))); len(all) > 0 {
		_ = e.docker(append([]string{"rm", "-f"}, all...)...).Run()
	}
	_ = e.cmd.Process.Signal(syscall.SIGTERM)
	_ = e.cmd.Wait()
	for _, pid := range e.processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	// What a killed engine has not undone: mounts, the last made first, and control groups.
	mounts, _ := os.ReadFile("/proc/self/mountinfo") // there is one wherever engines run
	for _, line := range slices.Backward(strings.Split(string(mounts), "\n")) {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], e.dir+"/") {
			_ = syscall.Unmount(f[4], syscall.MNT_DETACH)
		}
	}
	for _, pattern := range []string{"/*/*", "/*"} {
		groups, _ := filepath.Glob("/sys/fs/cgroup/*" + strings.TrimSuffix("/"+e.group()+pattern, "/*")) // well formed
		for _, g := range groups {
			_ = syscall.Rmdir(g)
		}
	}
}

func output(c *exec.Cmd) string {
	out, _ := c.Output()
	return string(out)
}

// processes are the engine's own, its containerd's and shims', by the folder they work in.
func (e *ownEngine) processes() (all []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is well formed
	for _, path := range paths {
		line, _ := os.ReadFile(path) // of one that has ended there is nothing to read
		if pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path))); pid != os.Getpid() &&
			strings.Contains(string(line), e.dir+"/") {
			all = append(all, pid)
		}
	}
	return all
}

// engineWays end a drill's engine.
var engineWays = []struct {
	name   string
	strike func(e *ownEngine)
	want   string
}{
	{"engine killed, and started again",
		func(e *ownEngine) { e.kill(); time.Sleep(5 * time.Second); e.start() }, "engine"},
	{"engine frozen for 25 s", func(e *ownEngine) {
		_ = e.cmd.Process.Signal(syscall.SIGSTOP)
		time.Sleep(25 * time.Second)
		_ = e.cmd.Process.Signal(syscall.SIGCONT)
	}, ""},
	{"engine restarted", (*ownEngine).restart, ""},
}

// An engine that is killed, frozen or restarted under a drill ends it as an error, which
// says so; once the engine is back, nothing of the drill is left, or clean removes it. An
// engine that was killed may wait for ever for the end of a container that came while it was
// away; clean says then that it has to be restarted, and after that removes the rest.
func TestTortureEngine(t *testing.T) {
	t.Parallel()
	for i := range max(1, tortures()/50) {
		for _, w := range engineWays {
			t.Run(fmt.Sprint(w.name, " ", i+1), func(t *testing.T) {
				t.Parallel()
				e := newEngine(t)
				v := prepare(t, e.host())
				v.restart = e.restart
				v.begin()
				v.await("injected")
				time.Sleep(time.Duration(i) * 700 * time.Millisecond) // the first at once
				v.look()
				v.struck = time.Now()
				w.strike(e)
				v.until = time.Now()
				code := v.wait()
				took, left := v.gone(true)
				amid, verdict, err := v.honest()
				f := fate{took: took, struck: amid, restarts: v.restarts, wanted: code == 4 &&
					strings.Contains(v.out.String(), w.want),
					left: len(left) > 0, falsePass: amid && (verdict == sla.Pass || code == 0),
					unreadable: err != nil}
				t.Logf("%q, exit %d, gone after %s", verdict, code, took.Round(time.Millisecond))
				if !f.well() {
					t.Errorf("exit %d, want 4, and a word of the %s; left %q; record %v; false pass %v\n%s",
						code, w.want, left, err, f.falsePass, v.out)
				}
				fates.add(w.name, f)
			})
		}
	}
}
