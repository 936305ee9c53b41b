//go:build drill

package drills

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// The HTTP stage, in the shipped drill that a newcomer meets first: it passes, its phases
// are as long as planned, and its record is judged again with the same result, byte for
// byte.
func TestDrillDemo(t *testing.T) {
	t.Parallel()
	o := run(t, "bad-lb-node")
	o.want(t, sla.Pass, 0)
	first, err := os.ReadFile(filepath.Join(o.dir, "scorecard.json"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := exec.Command(stormdrill, "score", "--format", "json",
		filepath.Join(o.dir, "record")).Output()
	if err != nil || string(again) != string(first) {
		t.Errorf("judged again: error %v, same bytes: %v", err, string(again) == string(first))
	}
	r := o.record(t)
	end := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	if end < 0 {
		t.Fatalf("no end: %+v", r.Marks)
	}
	p := r.Header.Phases
	planned, took := p.Baseline+p.Hold+p.Recovery, time.Duration(r.Marks[end].After-startOf(t, r))
	if took < planned {
		t.Errorf("the phases took %s, and at least %s are planned", took, planned)
	}
	twice(t, o)
	followed(t, o, "app-2")
	wantLink(t, o, "lb -> app-2:8080")
}

// wantLink wants the requests on a link to one of three nodes to be counted: a third of the
// users' in the baseline and the recovery.
func wantLink(t *testing.T, o outcome, name string) {
	t.Helper()
	i := slices.IndexFunc(o.card.Links, func(l sla.Link) bool { return l.Name == name })
	if i < 0 || o.card.Links[i].Blind || len(o.card.Links[i].Phases) != 3 {
		t.Errorf("links: %+v", o.card.Links)
		return
	}
	for _, p := range o.card.Links[i].Phases {
		if p.Name != "fault" && (p.Each == nil || *p.Each < 0.2 || *p.Each > 0.4) {
			t.Errorf("%s in %s: %+v, want a third", name, p.Name, p)
		}
	}
}

// A fault in a byte stream: answers are cut off after so many bytes.
func TestDrillStream(t *testing.T) {
	t.Parallel()
	run(t, "cut-answers").want(t, sla.Pass, 0)
}

// Every shipped drill passes on embedded targets. A drill that cannot fail is not
// shipped: changed as its header says, each fails.
func TestLongLibrary(t *testing.T) {
	const rounds = 3
	for _, alone := range []bool{true, false} {
		for _, name := range library.Names() {
			if crowds(name) != alone {
				continue
			}
			t.Run(name, func(t *testing.T) {
				if !alone {
					t.Parallel()
				}
				for range rounds {
					run(t, name).want(t, sla.Pass, 0)
				}
			})
			t.Run(name+"-sibling", func(t *testing.T) {
				if !alone {
					t.Parallel()
				}
				run(t, kept{drill: name, sibling: true}.write(t)).want(t, sla.Fail, 1)
			})
		}
	}
}

// HAProxy's documentation: with inter 500ms and fall 2 a server is down after
// the second bad check: 0.5 to 1 s after it went bad where nothing waits for the machine.
// When it really was, its users' requests show.
func TestDrillHAProxyChecks(t *testing.T) {
	t.Parallel()
	haproxyChecks(t)
}

// As often as it takes for every phase between injection and check.
func TestLongHAProxyChecks(t *testing.T) {
	t.Parallel()
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			haproxyChecks(t)
		})
	}
}

func haproxyChecks(t *testing.T) {
	t.Helper()
	o := run(t, "haproxy-check.yaml")
	o.want(t, sla.Pass, 0)
	twice(t, o)
	followed(t, o, "app-2")
	sameCount(t, o)
}

// Users' own answers take the server out well before the checks would: the tenth bad one
// does, and those bad besides were under way by then.
func TestLongHAProxyObserve(t *testing.T) {
	t.Parallel()
	o := run(t, "haproxy-observe.yaml")
	o.want(t, sla.Pass, 0)
	followed(t, o, "app-2")
	var bad []load.Request
	for q := range o.record(t).Requests["shoppers"].All() {
		if q.Injected {
			bad = append(bad, *q)
		}
	}
	slices.SortFunc(bad, func(a, b load.Request) int { return cmp.Compare(a.Done, b.Done) })
	if len(bad) < 10 || slices.ContainsFunc(bad[10:],
		func(q load.Request) bool { return q.Sent > bad[9].Done }) {
		t.Errorf("%d bad answers: want ten, and of more only those of requests sent before the tenth",
			len(bad))
	}
	sameCount(t, o)
}

// Without checks it is never noticed: censored, and a failed SLA.
func TestLongHAProxyNoCheck(t *testing.T) {
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
	for q := range r.Requests["shoppers"].All() {
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
		t.Errorf("503s: users' record %d, switchboard %d, HAProxy's log %d: want the same", users,
			counted, logged)
	}
	t.Logf("503s: %d everywhere", users)
}

func TestDrillNginx(t *testing.T) {
	t.Parallel()
	o := run(t, "nginx-passive.yaml")
	o.want(t, sla.Pass, 0)
	users := met(o.record(t), "shoppers")
	if n := uint64(strings.Count(o.log(t, "lb"), "status=502")); n == 0 || n != users["http 502"] ||
		len(users) != 1 {
		t.Errorf("nginx logged %d answers of 502, users met %v", n, users)
	}
}

// A balancer that asks the next node absorbs the fault.
func TestLongNginxRetry(t *testing.T) {
	t.Parallel()
	o := run(t, "nginx-retry.yaml")
	o.want(t, sla.Pass, 0)
	if !o.card.Faults[0].Absorbed {
		t.Errorf("a balancer that asks the next node: have %+v, want the fault absorbed",
			o.card.Faults[0])
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
		t.Errorf("%d SYNs dropped for %d dial time-outs: each should have been sent again", p.Users,
			c["dial-timeout"])
	}
}

// A refusal comes at once: a lost SYN would cost a second.
func TestLongRefuse(t *testing.T) {
	t.Parallel()
	o := run(t, "refuse.yaml")
	o.want(t, sla.Pass, 0)
	if c := classes(o); c["refused"] < 500 || len(c) != 1 {
		t.Errorf("classes %v: want refusals only", c)
	}
	refused, waited := 0, 0
	for q := range o.record(t).Requests["newcomers"].All() {
		if q.Class == load.Refused {
			if refused++; q.Done-q.Sent >= int64(time.Second) {
				waited++
			}
		}
	}
	if 10*waited > refused {
		t.Errorf("%d of %d requests waited for their refusal", waited, refused)
	}
}

func classes(o outcome) map[string]uint64 {
	all := map[string]uint64{}
	for _, c := range o.card.Classes {
		all[c.Name] = c.Count
	}
	return all
}

// met is what a group met, by class. The scorecard's classes are of the requests
// due since the injection; one that was due just before it may meet the fault all
// the same, and every other counter has counted it.
func met(r *timeline.Record, group string) map[string]uint64 {
	all := map[string]uint64{}
	for q := range r.Requests[group].All() {
		switch {
		case q.Unsent || q.Class == load.OK:
		case q.Class == load.Status:
			all[fmt.Sprintf("http %d", q.Status)]++
		default:
			all[q.Class.String()]++
		}
	}
	return all
}

// HAProxy's own TCP check sees a dead host time out, which takes at least a second, a
// dead process refuse, which takes the time between two checks, and both come back. How
// long it may take is in the drills' SLA; that it is measured as it was, in
// TestDrillHAProxyChecks.
func TestDrillKill(t *testing.T) {
	t.Parallel()
	o := run(t, "kill-process.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "detect a dead process", o.card.Times.Detect, 0.4, math.Inf(1))
}

func TestLongKillHost(t *testing.T) {
	t.Parallel()
	o := run(t, "kill-host.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "detect a dead host", o.card.Times.Detect, 1, math.Inf(1))
	if c := classes(o); c["slow"]+c["http 503"]+c["http 504"] == 0 {
		t.Errorf("classes %v: want users who waited", c)
	}
}

// Thirty-two sources are thirty-two addresses in the target's own log.
func TestLongSources(t *testing.T) {
	t.Parallel()
	o := run(t, "sources.yaml")
	o.want(t, sla.Pass, 0)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ (\S+):\d+ GET / 200 00-`).FindAllStringSubmatch(o.log(t,
		"shop"),
		-1) {
		seen[m[1]] = true
	}
	if len(seen) != 32 {
		t.Errorf("%d addresses in the target's log, want 32", len(seen))
	}
}

// HAProxy distinguishes a flood's 32 sources from the users by their rate: each gets 429
// once and is dropped from then on, no user is, and they are well while it goes on. It runs
// before those that run at once: others would be late by what it takes, and it by what they
// do.
func TestDrillHAProxyFlood(t *testing.T) {
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
		t.Errorf("%d sources blocked, %d addresses of users, want 32 and 20", len(blocked),
			len(customers))
	}
	for a := range blocked {
		if customers[a] {
			t.Errorf("%s is blocked, and a user's", a)
		}
	}
	if n := classes(o)["http 429"]; n > 0 {
		t.Errorf("%d users got 429", n)
	}
}

// Without the list they are not.
func TestLongHAProxyFloodOpen(t *testing.T) {
	o := run(t, "haproxy-flood-open.yaml")
	o.want(t, sla.Fail, 1)
	if m := o.card.Times.Mitigate; m == nil || !m.Censored {
		t.Errorf("mitigate without the list: have %+v, want it censored", m)
	}
}

// A target resolves through the engine's resolver, which asks the drill's: given a wrong
// address, a balancer leaves its servers until it is given the right one again.
func TestLongTargetAsks(t *testing.T) {
	t.Parallel()
	o := run(t, "target-asks.yaml")
	o.want(t, sla.Pass, 0)
	if len(o.card.Outages) != 1 || !slices.Equal(o.card.Outages[0].By, []string{"slip"}) {
		t.Fatalf("want one outage, of slip: %+v", o.card.Outages)
	}
	if n := classes(o)["http 502"]; n < 600 {
		t.Errorf("%d requests were answered that there is no way to a server", n)
	}
}

// A name has moved, and nginx keeps to the old address for what is left of the answer's
// TTL: for so long its users get 502, and no longer. nginx counts whole seconds, and the
// last one in (ngx_resolver.c: valid = ngx_time() + ttl, good while valid >= ngx_time()), so
// that a TTL of 6 s lasts up to 7 s. At the lift it is the new address that it still has,
// which nothing takes away.
func TestDrillNginxStale(t *testing.T) {
	t.Parallel()
	o := run(t, "nginx-stale.yaml")
	o.want(t, sla.Pass, 0)
	within(t, "mitigate", o.card.Times.Mitigate, 0, 7.2+o.card.Generator.LagP99)
	if n := classes(o)["http 502"]; n == 0 {
		t.Error("no user got the refusal of the old address")
	}
}

// With a TTL that outlasts the drill it is never well.
func TestLongNginxStale(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("nginx-stale.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := rewritten(t, "nginx-stale", text, "ttl: 6s", "ttl: 60s")
	conf, err := filepath.Abs("nginx-stale.conf")
	if err == nil {
		err = os.Symlink(conf, filepath.Join(filepath.Dir(file), "nginx-stale.conf"))
	}
	if err != nil {
		t.Fatal(err)
	}
	run(t, file).want(t, sla.Fail, 1)
}

// What reaches a server by its address goes round the switchboard: void, and the scorecard
// says which client does so, though the fault on another link had its effect.
func TestLongWentRound(t *testing.T) {
	t.Parallel()
	o := run(t, "haproxy-address.yaml")
	o.want(t, sla.Inconclusive, 2)
	want := "went-round-node node=app-3"
	if have := fmt.Sprint(o.card.Reasons); !o.card.Void ||
		!strings.Contains(have, want) || strings.Contains(have, "app-1") ||
		o.card.Faults[0].Proof.Effective != "yes" {
		t.Errorf("have %q, want it void by %q alone", have, want)
	}
	if c := o.card.Clock; c == nil || !c.Own() || c.Measured < 3 {
		t.Errorf("clock: have %+v, want it measured before, in and after the load, as one", c)
	}
}

// A fault that no user's request crosses proves nothing.
func TestLongWithoutEffect(t *testing.T) {
	t.Parallel()
	o := run(t, "no-effect.yaml")
	o.want(t, sla.Inconclusive, 2)
}

// No engine: exit 4, and one line with the cure.
func TestDrillNoEngine(t *testing.T) {
	cmd := exec.Command(stormdrill, "run", "--out", filepath.Join(t.TempDir(), "x"), "bad-lb-node")
	cmd.Env = append(os.Environ(), "DOCKER_HOST=unix:///nonexistent/docker.sock")
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 4 ||
		strings.Count(strings.TrimSpace(string(out)), "\n") != 0 ||
		!strings.Contains(string(out), "start one") {
		t.Errorf("exit %d, want 4 and one line:\n%s", cmd.ProcessState.ExitCode(), out)
	}
}

// doctor finds this machine fit, and leaves nothing.
func TestDrillDoctor(t *testing.T) {
	out, err := exec.Command(stormdrill, "doctor").CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "\nDrills can run here") {
		t.Errorf("doctor: %v", err)
	}
	for _, want := range []string{"ok    Docker engine: ", "ok    containment of a drill's network: ",
		"ok    nftables of the engine's kernel: works\n", "ok    net.ipv4.ip_forward: 1\n",
		" load of the engine's machine: "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("doctor does not say %q", want)
		}
	}
	if left := engineHolds(t, ""); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// clean removes what a dead run left, names what its own commands may have left in
// force, and leaves a living one alone.
func TestDrillClean(t *testing.T) {
	const dead = "00000000deadbeef"
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	p := start(t, "baseline", "--out", dir, "bad-lb-node") // first: a run removes at its start what dead ones left
	ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
	if err := os.WriteFile(ledger, []byte(`{"fault":"mine","what":"inject","lift":"lift-mine.sh"}`+"\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	labels := []string{"--label", label + "=" + dead, "--label", "org.stormdrill.ledger=" + ledger,
		"--label", "org.stormdrill.host=" + host}
	for _, args := range [][]string{
		slices.Concat([]string{"network", "create"}, labels, []string{"stormdrill-test-left"}),
		// A target without the drill's own nodes: it is not one that starts.
		slices.Concat([]string{"create", "--label", "org.stormdrill.node=shop"}, labels,
			[]string{"stormdrill-test/nginx:debian", "true"}),
	} {
		if out, err := exec.Command("docker", args...).CombinedOutput(); err != nil {
			t.Fatalf("docker %s: %v\n%s", args[0], err, out)
		}
	}
	out, err := exec.Command(stormdrill, "clean").CombinedOutput()
	if err != nil || !strings.Contains(string(out), dead+": removed") ||
		!strings.Contains(string(out), "it is running") {
		t.Errorf("clean: %v\n%s", err, out)
	}
	if hand := "fault mine was injected and not lifted: lift it by hand: sh " +
		filepath.Join(filepath.Dir(ledger), "lift-mine.sh"); !strings.Contains(string(out), hand) {
		t.Errorf("clean does not say %q:\n%s", hand, out)
	}
	_ = p.Process.Signal(os.Interrupt)
	p.Wait()
	if p.ProcessState.ExitCode() != 130 {
		t.Errorf("the living run was disturbed:\n%s", p.out)
	}
	if left := engineHolds(t, ""); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
