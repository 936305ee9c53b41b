//go:build drill

package drills

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A real Redis is stopped: checks by its own protocol and by gRPC's health service notice,
// and so do the logs of the server and of its client, and a person who acknowledges. Each
// notices when the peer's own log says so.
func TestDrillChecks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("checks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := rewritten(t, "checks", text)
	image := filepath.Join(filepath.Dir(file), "cart")
	if err := os.Mkdir(image, 0o755); err != nil {
		t.Fatal(err)
	}
	built(t, "cart/main.go", filepath.Join(image, "cart"))
	if err := os.WriteFile(filepath.Join(image, "Dockerfile"),
		[]byte("FROM scratch\nCOPY cart /cart\nCMD [\"/cart\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var acked timeline.Mark // when the person was at it, by the wall clock
	o := again(t, func() (o outcome) {
		o, acked = acknowledged(t, file)
		return o
	})
	o.want(t, sla.Pass, 0)
	r := o.record(t)
	for _, w := range o.card.Watchers {
		if w.FalseAlarms > 0 || w.Detect == nil || w.Detect.Censored {
			t.Errorf("%s: %+v", w.Name, w)
		}
	}
	servesAsLogged(t, r, o.log(t, "cart"))
	redisAsLogged(t, r, o.log(t, "cache"))
	linesAsLogged(t, r, "service", monotonic(t, o.log(t, "cart"), "redis (?:lost|found)"))
	linesAsLogged(t, r, "server", redisSaid(t, r, o.log(t, "cache"),
		"User requested shutdown|Ready to accept connections"))
	said := deliveries(r, "on-call")
	if len(said) != 1 || said[0].At < acked.Before || said[0].At > acked.After {
		t.Errorf("acknowledged %+v: want once, from %d to %d", said, acked.Before, acked.After)
	}
	if s := step(t, o.card, "acknowledged"); s.Time == nil || s.Time.Censored {
		t.Errorf("acknowledged: %+v", s)
	}
	if !slices.ContainsFunc(o.card.Notes, func(n sla.Said) bool {
		return strings.Contains(n.String(), "the cache is down, looking at it")
	}) {
		t.Errorf("what the person said is not among the notes: %q", o.card.Notes)
	}
}

// acknowledged runs a drill, and acknowledges once its fault is there. The mark is from before
// the command that does so to after it.
func acknowledged(t *testing.T, file string) (o outcome, acked timeline.Mark) {
	t.Helper()
	o.dir = filepath.Join(t.TempDir(), "evidence")
	p := start(t, "injected:", "--out", o.dir, file)
	m := regexp.MustCompile(`stormdrill ack ([0-9a-f]{16})`).FindStringSubmatch(p.out.String())
	if m == nil {
		t.Fatalf("how to acknowledge is not said:\n%s", p.out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	before := time.Now()
	out, err := exec.CommandContext(ctx, stormdrill, "ack", m[1][:8], "--note",
		"the cache is down, looking at it").CombinedOutput()
	after := time.Now()
	if err != nil || !strings.Contains(string(out), "on-call") {
		t.Errorf("ack: %v\n%s", err, out)
	}
	p.Wait()
	o.output, o.code = p.out.String(), p.ProcessState.ExitCode()
	t.Logf("exit %d\n%s", o.code, o.output)
	o.read(t)
	r := o.record(t)
	return o, timeline.Mark{Before: onRecord(r, before), After: onRecord(r, after)}
}

// servesAsLogged holds that each answer of the health service was given while it was asked, by
// its own log, which is on the record's clock.
func servesAsLogged(t *testing.T, r *timeline.Record, log string) {
	t.Helper()
	said := map[bool][]int64{true: monotonic(t, log, "health SERVING"),
		false: monotonic(t, log, "health NOT_SERVING")}
	n := 0
	for _, a := range r.Answers {
		if a.Check != "health" || !a.Known {
			continue
		}
		n++
		if !slices.ContainsFunc(said[a.Good], func(at int64) bool { return at >= a.Start && at <= a.End }) {
			t.Errorf("health: %+v, and the service said no such thing then", a)
		}
	}
	if n == 0 || len(said[true]) == 0 || len(said[false]) == 0 {
		t.Errorf("%d answers; it said SERVING %d times, NOT_SERVING %d times", n, len(said[true]),
			len(said[false]))
	}
}

// redisAsLogged holds that the Redis accepted a connection during each good answer, and was
// stopping, or had not begun to serve, at the end of each bad one. It stamps its lines before it
// writes them, to the millisecond, by the wall clock.
func redisAsLogged(t *testing.T, r *timeline.Record, log string) {
	t.Helper()
	accepted := redisSaid(t, r, log, "Accepted .*")
	stops := redisSaid(t, r, log, "User requested shutdown")
	serves := redisSaid(t, r, log, "Ready to accept connections")
	if len(stops) == 0 || len(serves) != 2 {
		t.Fatalf("stopped %v, served %v:\n%s", stops, serves, log)
	}
	const stamp = int64(2 * time.Millisecond) // what it cuts off, and clocks differ by
	good, bad := 0, 0
	for _, a := range r.Answers {
		if a.Check != "asked" || !a.Known {
			continue
		}
		if a.Good {
			good++
			if !slices.ContainsFunc(accepted,
				func(at int64) bool { return at >= a.Start-stamp && at <= a.End+stamp }) {
				t.Errorf("asked: %+v, and Redis accepted no connection then", a)
			}
		} else if bad++; a.End < stops[0]-stamp {
			t.Errorf("asked: %+v, before Redis was stopped at %d", a, stops[0])
		}
	}
	first, before := firstBad(r)
	if good == 0 || bad == 0 || before["asked"].Start > first["asked"].End {
		t.Errorf("%d good answers, %d bad ones, %+v, %+v", good, bad, before["asked"], first["asked"])
	}
	for _, a := range r.Answers {
		if a.Check == "asked" && a.Good && a.Start > first["asked"].End && a.End < serves[1]-stamp {
			t.Errorf("asked: %+v, and Redis served again from %d", a, serves[1])
		}
	}
}

// linesAsLogged holds that a log watcher received a line when it was written, and not
// before: the engine stamps it when it has read it.
func linesAsLogged(t *testing.T, r *timeline.Record, name string, written []int64) {
	t.Helper()
	const stamp, read = int64(2 * time.Millisecond), int64(time.Second)
	delivered := deliveries(r, name)
	if len(delivered) != 2 {
		t.Fatalf("%s: delivered %+v, want the alarm and its end", name, delivered)
	}
	for _, d := range delivered {
		if !slices.ContainsFunc(written,
			func(at int64) bool { return d.At >= at-stamp && d.At <= at+read }) {
			t.Errorf("%s: delivered at %d, written at %d: %s", name, d.At, written, d.Body)
		}
		t.Logf("%s: at %d, by its own stamps %d: %s", name, d.At, written, d.Body)
	}
}

// deliveries are what a watcher received.
func deliveries(r *timeline.Record, name string) (all []load.Delivery) {
	for _, d := range r.Deliveries {
		if d.Hook == name {
			all = append(all, d)
		}
	}
	return all
}

// monotonic are the instants of lines that begin with the record's clock.
func monotonic(t *testing.T, log, words string) (all []int64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^(\d+) `+words).FindAllStringSubmatch(log, -1) {
		at, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, at)
	}
	return all
}

// redisSaid are the instants of Redis's lines, on the record's clock.
func redisSaid(t *testing.T, r *timeline.Record, log, words string) (all []int64) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^\d+:\w+ (\d+ \w+ \d+ [\d:.]+) \S (?:` + words + `)`)
	for _, m := range line.FindAllStringSubmatch(log, -1) {
		at, err := time.Parse("02 Jan 2006 15:04:05.000", m[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, onRecord(r, at))
	}
	return all
}
