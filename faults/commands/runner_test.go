package commands

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

const patient = 20 * time.Second // nothing here takes so long

// shell is a command that a shell runs in a folder of the test's own.
func shell(t *testing.T, dir, script string) Command {
	t.Helper()
	return Command{Args: []secret.Text{"sh", "-c", secret.Text(script)}, Env: []secret.Text{secret.Text("DIR=" + dir)}, Within: patient}
}

func log(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "log"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(b)), " ")
}

func job(t *testing.T, dir, name, inject string) Job {
	return Job{Fault: name, Inject: shell(t, dir, "echo +"+name+` >>"$DIR/log"; `+inject), Lift: shell(t, dir, "echo -"+name+` >>"$DIR/log"; test ! -e "$DIR/broken"`)}
}

// What is injected is lifted once, successfully, and never again; a lift that
// failed is still pending.
func TestLiftOnce(t *testing.T) {
	dir, r := t.TempDir(), Runner{}
	lift := func() error { return r.Lift(t.Context(), "a") }
	if err := lift(); err != nil || log(t, dir) != "" {
		t.Errorf("without Inject: %v, %q", err, log(t, dir))
	}
	if err := r.Inject(t.Context(), job(t, dir, "a", "")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := lift(); err == nil || !strings.Contains(err.Error(), "sh: exit status 1") {
		t.Errorf("a lift that fails: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "broken")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := lift(); err != nil {
			t.Error(err)
		}
	}
	r.Settle(t.Context(), func(fault string, err error) { t.Errorf("%s was still pending: %v", fault, err) })
	if have, want := log(t, dir), "+a -a -a"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

// A lift comes after an interrupt too, and after an injection that failed half-way
// and said why.
func TestHalfWay(t *testing.T) {
	dir, r := t.TempDir(), Runner{}
	err := r.Inject(t.Context(), job(t, dir, "a", "echo no such table >&2; echo second line >&2; exit 3"))
	if err == nil || !strings.HasSuffix(err.Error(), "sh: exit status 3: no such table; second line") {
		t.Errorf("have error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Lift(ctx, "a"); err != nil || log(t, dir) != "+a -a" {
		t.Errorf("have %v, %q", err, log(t, dir))
	}
}

// Settle runs the pending lifts, the latest first, and goes on past one that fails.
func TestSettle(t *testing.T) {
	dir, r := t.TempDir(), Runner{}
	for _, name := range []string{"a", "b", "c"} {
		if err := r.Inject(t.Context(), job(t, dir, name, "")); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Lift(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var failed []string
	r.Settle(t.Context(), func(fault string, err error) {
		if err != nil {
			failed = append(failed, fault)
		}
	})
	if have, want := log(t, dir), "+a +b +c -c -b -a"; have != want || strings.Join(failed, "") != "ba" {
		t.Errorf("have %q, want %q; failed: %q", have, want, failed)
	}
}

// A lift whose caller goes away meanwhile goes on to its end, and Settle reports it:
// nothing else can say that the fault is gone.
func TestLiftWithoutItsCaller(t *testing.T) {
	dir, r := t.TempDir(), Runner{}
	j := job(t, dir, "a", "")
	j.Lift = shell(t, dir, `echo x >"$DIR/began"; while ! test -e "$DIR/go"; do sleep 0.01; done; echo -a >>"$DIR/log"`)
	if err := r.Inject(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		awaitFile(t, filepath.Join(dir, "began"))
		cancel()
		if err := os.WriteFile(filepath.Join(dir, "go"), nil, 0o600); err != nil {
			t.Error(err)
		}
	}()
	if err := r.Lift(ctx, "a"); err != nil {
		t.Error(err)
	}
	var reported []string
	r.Settle(t.Context(), func(fault string, err error) {
		if reported = append(reported, fault); err != nil {
			t.Error(err)
		}
	})
	if strings.Join(reported, "") != "a" || log(t, dir) != "+a -a" {
		t.Errorf("reported %q; log %q", reported, log(t, dir))
	}
}

// A command over its limit, or whose caller is gone, is ended with the processes
// that it has begun; nothing it was about to do is done any more.
func TestEnded(t *testing.T) {
	const brood = `sleep 100 & echo $! >"$DIR/child"; sleep 100; echo late >>"$DIR/log"`
	for name, c := range map[string]struct {
		within time.Duration
		why    string
	}{"limit": {2 * time.Second, "not done within 2s, and ended with all its processes"}, "caller": {patient, "ended before it was done"}} {
		t.Run(name, func(t *testing.T) {
			dir, r := t.TempDir(), Runner{}
			j := job(t, dir, "a", brood)
			j.Inject.Within = c.within
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			child := filepath.Join(dir, "child")
			if name == "caller" {
				go func() {
					awaitFile(t, child)
					cancel()
				}()
			}
			if err := r.Inject(ctx, j); err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("have error %v, want %q", err, c.why)
			}
			if awaitFile(t, child); !gone(t, child) {
				t.Error("a process that it began lives on")
			}
			if err := r.Lift(t.Context(), "a"); err != nil || log(t, dir) != "+a -a" {
				t.Errorf("have %v, %q", err, log(t, dir))
			}
		})
	}
}

// awaitFile waits until a command has written a file.
func awaitFile(t *testing.T, path string) {
	for deadline := time.Now().Add(patient); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			return
		}
	}
	t.Errorf("no %s", path)
}

// gone reports whether the process that a file names has ended; the process that inherited
// it may not have waited for it yet.
func gone(t *testing.T, path string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pid := strings.TrimSpace(string(b))
	for deadline := time.Now().Add(patient); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return true
		}
	}
	return false
}

// A fault may be a process that goes on: the command that began it is done when it
// ends itself, though its output is still open.
func TestLeftBehind(t *testing.T) {
	dir, r := t.TempDir(), Runner{}
	j := job(t, dir, "a", `sleep 100 & echo $! >"$DIR/child"`)
	j.Lift = shell(t, dir, `kill $(cat "$DIR/child")`)
	if err := r.Inject(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if err := r.Lift(t.Context(), "a"); err != nil || !gone(t, filepath.Join(dir, "child")) {
		t.Errorf("have %v; gone: %v", err, gone(t, filepath.Join(dir, "child")))
	}
}

// What a proof said and how it ended is reported; one that did not end by itself is an
// error.
func TestProve(t *testing.T) {
	r := Runner{}
	said, err := r.Prove(t.Context(), shell(t, "", `echo "  12 things "; echo why >&2; exit 1`))
	if want := (Said{Status: 1, Out: "12 things", Err: "why"}); err != nil || said != want {
		t.Errorf("have %+v, %v, want %+v", said, err, want)
	}
	if _, err := r.Prove(t.Context(), Command{Args: []secret.Text{"/no/such/program"}, Within: patient}); err == nil {
		t.Error("a program that is not there: no error")
	}
	if _, err := r.Prove(t.Context(), shell(t, "", "kill -9 $$")); err == nil || !strings.Contains(err.Error(), syscall.SIGKILL.String()) {
		t.Errorf("one that was killed: %v", err)
	}
}

// A fault that is on past its time is lifted by the runner itself, which reports it; one
// that was lifted in time is not.
func TestLiftedByItself(t *testing.T) {
	dir := t.TempDir()
	reported := make(chan wire.Expired, 8)
	r := Runner{Report: func(event string, body any) error {
		if event == "expired" {
			reported <- body.(wire.Expired)
		}
		return nil
	}}
	for _, name := range []string{"late", "in-time"} {
		j := job(t, dir, name, "")
		j.For = 500 * time.Millisecond
		if err := r.Inject(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Lift(t.Context(), "in-time"); err != nil {
		t.Fatal(err)
	}
	if e := <-reported; e.Name != "late" || e.Error != "" || e.At == 0 {
		t.Errorf("reported %+v", e)
	}
	if err := r.Lift(t.Context(), "late"); err != nil {
		t.Error(err)
	}
	r.Settle(t.Context(), func(fault string, err error) { t.Errorf("%s was still pending: %v", fault, err) })
	if have, want := log(t, dir), "+late +in-time -in-time -late"; have != want || len(reported) > 0 {
		t.Errorf("have %q, want %q; %d more were reported", have, want, len(reported))
	}
}
