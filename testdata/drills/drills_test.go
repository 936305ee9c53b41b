//go:build drill

package drills

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// The shipped drill that a newcomer meets first: it passes, within a minute, and
// takes its phases and at most 8 s more.
func TestDrillDemo(t *testing.T) {
	began := time.Now()
	o := run(t, "bad-lb-node")
	took := time.Since(began)
	o.want(t, sla.Pass, 0)
	h := o.record(t).Header
	// The injection is up to a second later than the baseline's end.
	if planned := h.Phases.Baseline + h.Phases.Hold + h.Phases.Recovery + time.Second; took > min(planned+8*time.Second, time.Minute) {
		t.Errorf("took %s, for phases of %s", took, planned)
	}
	within(t, "detect", o.card.Times.Detect, 0.5, 1.2)
	within(t, "restore", o.card.Times.Restore, 0.5, 1.2)
}

// Every shipped drill passes on embedded targets.
func TestDrillLibrary(t *testing.T) {
	t.Parallel()
	for _, name := range library.Names() {
		if name == "bad-lb-node" {
			continue // TestDrillDemo
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, name).want(t, sla.Pass, 0)
		})
	}
}

// HAProxy's documentation: with inter 500ms and fall 2 a server is down after
// the second bad check: 0.5 to 1 s after it went bad, and one poll of 100 ms.
func TestDrillHAProxyChecks(t *testing.T) {
	t.Parallel()
	for i := range rounds(3, 20) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			o := run(t, "haproxy-check.yaml")
			o.want(t, sla.Pass, 0)
			within(t, "detect", o.card.Times.Detect, 0.5, 1.15)
			within(t, "restore", o.card.Times.Restore, 0.5, 1.15)
			sameCount(t, o)
		})
	}
}

// Users' own answers take the server out well before the checks would.
func TestDrillHAProxyObserve(t *testing.T) {
	t.Parallel()
	o := run(t, "haproxy-observe.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "detect", o.card.Times.Detect, 0, 0.4)
	sameCount(t, o)
}

// Without checks it is never noticed: censored, and a failed SLA.
func TestDrillHAProxyNoCheck(t *testing.T) {
	t.Parallel()
	o := run(t, "haproxy-nocheck.yaml")
	o.want(t, sla.Fail, 1)
	if d := o.card.Times.Detect; d == nil || !d.Censored || d.Seconds < 7 {
		t.Errorf("detect: have %+v, want it censored after 8 s", d)
	}
	sameCount(t, o)
}

// sameCount checks that the 503s which carry the switchboard's header are as
// many in the users' record, in the switchboard's count of users' requests, and
// in HAProxy's log.
func sameCount(t *testing.T, o outcome) {
	t.Helper()
	var users, logged int
	r := o.record(t)
	for _, q := range r.Requests["shoppers"] {
		if q.Injected && q.Status == 503 {
			users++
		}
	}
	for line := range strings.SplitSeq(o.log(t, "lb"), "\n") {
		if strings.Contains(line, "status=503") && !strings.Contains(line, "fault=- ") {
			logged++
		}
	}
	counted := int(o.card.Faults[0].Proof.Users)
	if users == 0 || users != counted || users != logged {
		t.Errorf("503s: users' record %d, switchboard %d, HAProxy's log %d: want the same", users, counted, logged)
	}
	t.Logf("503s: %d everywhere", users)
}

func TestDrillNginx(t *testing.T) {
	t.Parallel()
	o := run(t, "nginx-passive.yaml")
	o.want(t, sla.Pass, 0)
	if n := strings.Count(o.log(t, "lb"), "status=502"); n == 0 || uint64(n) != o.card.Requests.Failed {
		t.Errorf("nginx logged %d answers of 502, users saw %d fail", n, o.card.Requests.Failed)
	}
	o = run(t, "nginx-retry.yaml")
	o.want(t, sla.Pass, 0)
	if !o.card.Faults[0].Absorbed {
		t.Errorf("a balancer that asks the next node: have %+v, want the fault absorbed", o.card.Faults[0])
	}
}

// A dropped SYN is silence: dial time-outs, packets in the counter, sent again
// by the clients' kernels; connections that stand go on.
func TestDrillSynDrop(t *testing.T) {
	t.Parallel()
	o := run(t, "syn-drop.yaml")
	o.want(t, sla.Pass, 0)
	c := classes(o)
	if c["dial-timeout"] < 300 || c["refused"]+c["timeout"] > 0 {
		t.Errorf("classes %v: want dial time-outs", c)
	}
	if p := o.card.Faults[0].Proof; p.Users < 2*c["dial-timeout"] {
		t.Errorf("%d SYNs dropped for %d dial time-outs: each should have been sent again", p.Users, c["dial-timeout"])
	}
}

// A refusal is told at once.
func TestDrillRefuse(t *testing.T) {
	t.Parallel()
	o := run(t, "refuse.yaml")
	o.want(t, sla.Pass, 0)
	if c := classes(o); c["refused"] < 500 || len(c) != 1 {
		t.Errorf("classes %v: want refusals only", c)
	}
}

func classes(o outcome) map[string]uint64 {
	all := map[string]uint64{}
	for _, c := range o.card.Classes {
		all[c.Name] = c.Count
	}
	return all
}

// HAProxy's own TCP check sees a dead host time out, a dead process refuse, and
// both come back.
func TestDrillKill(t *testing.T) {
	t.Parallel()
	o := run(t, "kill-host.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "detect a dead host", o.card.Times.Detect, 1, 2.5)
	if c := classes(o); c["slow"]+c["http 503"]+c["http 504"] == 0 {
		t.Errorf("classes %v: want users who waited", c)
	}
	o = run(t, "kill-process.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "detect a dead process", o.card.Times.Detect, 0.4, 1.3)
}

// Thirty-two sources are thirty-two addresses in the target's own log.
func TestDrillSources(t *testing.T) {
	t.Parallel()
	o := run(t, "sources.yaml")
	o.want(t, sla.Pass, 0)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ (\S+):\d+ GET / 200 00-`).FindAllStringSubmatch(o.log(t, "shop"), -1) {
		seen[m[1]] = true
	}
	if len(seen) != 32 {
		t.Errorf("%d addresses in the target's log, want 32", len(seen))
	}
}

// HAProxy tells a flood's 32 sources from the users by their rate: each is told so
// once and dropped from then on, no user is, and they are well while it goes on.
// Without the list they are not.
func TestDrillHAProxyFlood(t *testing.T) {
	t.Parallel()
	o := run(t, "haproxy-flood.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "mitigate", o.card.Times.Mitigate, 1, 5)
	blocked, customers := map[string]bool{}, map[string]bool{}
	line := regexp.MustCompile(`(?m)^request (\S+):\d+ GET \S+ status=(\S+) server=\S+ fault=- trace=(\S+)`)
	for _, m := range line.FindAllStringSubmatch(o.log(t, "lb"), -1) {
		switch {
		case m[3] != "-": // a flood's requests carry no trace
			if customers[m[1]] = true; m[2] == "429" {
				t.Errorf("a user's request was blocked: %s", m[0])
			}
		case m[2] == "429":
			blocked[m[1]] = true
		}
	}
	if len(blocked) != 32 || len(customers) != 20 {
		t.Errorf("%d sources blocked, %d addresses of users, want 32 and 20", len(blocked), len(customers))
	}
	for a := range blocked {
		if customers[a] {
			t.Errorf("%s is blocked, and a user's", a)
		}
	}
	if n := classes(o)["http 429"]; n > 0 {
		t.Errorf("%d users were told 429", n)
	}
	o = run(t, "haproxy-flood-open.yaml")
	o.want(t, sla.Fail, 1)
	if m := o.card.Times.Mitigate; m == nil || !m.Censored {
		t.Errorf("mitigate without the list: have %+v, want it censored", m)
	}
}

// A fault that no user's request crosses proves nothing.
func TestDrillWithoutEffect(t *testing.T) {
	t.Parallel()
	o := run(t, "no-effect.yaml")
	o.want(t, sla.Inconclusive, 2)
}

// A kept record is judged again with the same result, byte for byte.
func TestDrillScoredAgain(t *testing.T) {
	t.Parallel()
	o := run(t, "sources.yaml")
	first, err := os.ReadFile(filepath.Join(o.dir, "scorecard.json"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := exec.Command(stormdrill, "score", "--format", "json", filepath.Join(o.dir, "record")).Output()
	if err != nil || string(again) != string(first) {
		t.Errorf("judged again: error %v, same bytes: %v", err, string(again) == string(first))
	}
}

// No engine: exit 4, and one line with the cure.
func TestDrillNoEngine(t *testing.T) {
	cmd := exec.Command(stormdrill, "run", "--out", filepath.Join(t.TempDir(), "x"), "bad-lb-node")
	cmd.Env = append(os.Environ(), "DOCKER_HOST=unix:///nonexistent/docker.sock")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 4 || strings.Count(strings.TrimSpace(string(out)), "\n") != 0 || !strings.Contains(string(out), "start one") {
		t.Errorf("exit %d, want 4 and one line:\n%s", cmd.ProcessState.ExitCode(), out)
	}
}

// doctor finds this machine fit, and leaves nothing.
func TestDrillDoctor(t *testing.T) {
	out, err := exec.Command(stormdrill, "doctor").CombinedOutput()
	t.Logf("%s", out)
	if err != nil || strings.Contains(string(out), "missing ") {
		t.Errorf("doctor: %v", err)
	}
	if left := engineHolds(t, ""); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// clean removes what a dead run left, and leaves a living one alone.
func TestDrillClean(t *testing.T) {
	const dead = "00000000deadbeef"
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("docker", "network", "create", "--label", label+"="+dead,
		"--label", "org.stormdrill.host="+host, "stormdrill-test-left").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	cmd, said := start(t, "baseline", "--out", dir, "bad-lb-node")
	out, err := exec.Command(stormdrill, "clean").CombinedOutput()
	if err != nil || !strings.Contains(string(out), dead+": removed") || !strings.Contains(string(out), "it is running") {
		t.Errorf("clean: %v\n%s", err, out)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("the living run was disturbed:\n%s", said)
	}
	if left := engineHolds(t, ""); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
