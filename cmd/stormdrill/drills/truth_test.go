//go:build drill

package drills

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// awaited runs a drill and does something in it, once it has said a text.
func awaited(t *testing.T, file, until string, do func(dir string)) outcome {
	t.Helper()
	o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
	p := start(t, until, "--out", o.dir, file)
	do(o.dir)
	p.Wait()
	o.output, o.code = p.out.String(), p.ProcessState.ExitCode()
	t.Logf("run %s: exit %d\n%s", file, o.code, o.output)
	o.read(t)
	return o
}

// What the scorecard says of when an outage began and ended is what the target says
// that it did, to the microsecond and on the same clock: through links, load, record and
// scoring as they are. In the same run: a relapse within W is a flap, a group that never
// recovers is censored, resets on connections that stood are counted, a notification is
// stamped with when it came, and estimators that are known to be wrong are seen to be. It
// has the machine to itself: users whom other drills make slow have not recovered.
func TestDrillKnownOutages(t *testing.T) {
	all := cells(100, 6, []int{30}, "503", "hang")
	all = append(all, cells(100, 6, []int{100}, "reset", "slow")...)
	all = append(all,
		cell{Rate: 100, Percent: 100, As: "reset", Note: "-pooled", Do: "method: POST", Count: 6,
			Every: 4 * time.Second, For: 1500 * time.Millisecond, Jitter: 300 * time.Millisecond},
		cell{Rate: 100, Percent: 100, As: "503", Note: "-flap", Count: 2, Every: 2 * time.Second,
			For: 1500 * time.Millisecond},
		cell{Rate: 100, Percent: 100, As: "503", Note: "-for-good", Count: 1, Every: 2 * time.Hour,
			For: time.Hour},
	)
	port := freePort(t)
	file := scenario(t, all, shortBaseline,
		fmt.Sprintf("{pager: {webhook: {port: %d, loopback: true, token: %s}}}", port, hookToken))
	var sent, answered int64
	o := again(t, func() outcome {
		return awaited(t, file, "fault ", func(string) { sent, answered = notify(t, port) })
	})
	o.want(t, sla.Fail, 1)
	r := o.record(t)
	for _, c := range all {
		switch found := of(o.card, c.Name()); c.Note {
		case "-flap":
			if len(found) != 1 || found[0].Flaps != 1 {
				t.Errorf("down, up for half a second, down: have %+v, want one outage with one flap",
					found)
			}
		case "-for-good":
			if len(found) != 1 || !found[0].Censored {
				t.Errorf("down for good: have %+v, want one outage, censored", found)
			}
		default:
			found, spans := c.judge(t, o, r)
			t.Log(found.row(t))
			if c.As == "503" {
				c.misjudged(t, o, r, spans)
			}
		}
	}
	doubt := int64(r.Clock.Bound)
	if len(r.Deliveries) != 1 || r.Deliveries[0].At < sent-doubt ||
		r.Deliveries[0].At > answered+doubt {
		t.Errorf("a notification sent at %d and answered at %d, ± %d: have %+v", sent,
			answered, doubt, r.Deliveries)
	}
	t.Logf("the notification's stamp is known to within %s", time.Duration(answered-sent))
}

// freePort is one of loopback that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// hookToken is what a notification on loopback must have.
const hookToken = "of-a-test-on-loopback"

// notify sends a notification and says when, and when it was answered, on the record's
// clock.
func notify(t *testing.T, port int) (sent, answered int64) {
	t.Helper()
	sent = wire.Now()
	resp, err := http.Post(fmt.Sprintf("http://127.0.0.1:%d/%s", port, hookToken), "text/plain",
		strings.NewReader("firing"))
	answered = wire.Now()
	if err != nil {
		t.Error(err)
		return sent, answered
	}
	_ = resp.Body.Close()
	return sent, answered
}

// misjudged shows that the test can fail: the first good request is no recovery where
// a share fails, and the end of the first second of which a twentieth was bad, which is
// when a dashboard would show it, no onset.
func (c cell) misjudged(t *testing.T, o outcome, r *timeline.Record, spans []span) {
	t.Helper()
	all := c.requests(t, o, r)
	var e edges
	for _, s := range spans {
		var found span
		i := slices.IndexFunc(all, func(q asked) bool { return q.due >= s.from && q.bad })
		for ; found.from == 0; i++ {
			second := all[i].due.Truncate(time.Second)
			bad, n := 0, 0
			for _, q := range all {
				if q.due.Truncate(time.Second) == second {
					if n++; q.bad {
						bad++
					}
				}
			}
			if 20*bad >= n {
				found.from = second + time.Second
			}
		}
		good := slices.IndexFunc(all, func(q asked) bool { return q.due >= s.from && !q.bad })
		found.to = all[good].due
		e.add(found, s, c.later())
	}
	for name, errs := range map[string][]time.Duration{"the first good request, as recovery": e.recovery, "the first bad second, as onset": e.onset} {
		t.Logf("%s: %s", name, spread(errs))
		if rank(errs, 0.95) <= c.bound() {
			t.Errorf("%s: p95 %s lies within %s: the test could not detect a wrong estimator", name,
				rank(errs, 0.95), c.bound())
		}
	}
}

// asked is one request as `stormdrill export` gives it, from the start of the run.
type asked struct {
	due time.Duration
	bad bool
}

func (c cell) requests(t *testing.T, o outcome, r *timeline.Record) (all []asked) {
	t.Helper()
	out, err := exec.Command(stormdrill, "export", o.dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	began := r.Header.Wall.Add(time.Duration(startOf(t, r) - r.Header.Mono))
	for decode := vegeta.NewDecoder(bytes.NewReader(out)); ; {
		var q vegeta.Result
		err := decode(&q)
		switch {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		case q.Attack == c.Name():
			all = append(all, asked{q.Timestamp.Sub(began), q.Error != "" ||
				q.Latency > knownAfter})
		}
	}
}

// The whole table of docs/accuracy.md, 59 outages and more in every cell, so that
// “95 % of the errors are below” can be said with 95 % confidence.
func TestAccuracyKnownOutages(t *testing.T) {
	const outages = 60
	drills := [][]cell{
		cells(100, outages, []int{30, 100}, "reset", "503", "hang", "slow"),
		cells(100, outages, []int{5}, "reset", "503", "hang", "slow"), // which take twice as long
	}
	for _, percent := range []int{100, 30, 5} {
		for _, as := range []string{"503", "reset", "hang", "slow"} { // by itself: two cores do not carry two of them without making users slow
			drills = append(drills, cells(1000, outages, []int{percent}, as))
		}
	}
	table := "| requests/s | bad | way | bound | onset p50 | p95 | max | recovery p50 | p95 | max | outages |\n" +
		strings.Repeat("|---", 11) + "|\n"
	for _, all := range drills {
		t.Run(all[0].Name()+" and others", func(t *testing.T) {
			o := run(t, scenario(t, all, longBaseline, "{}"))
			o.want(t, sla.Fail, 1)
			r := o.record(t)
			var found []result
			for _, c := range all {
				f, _ := c.judge(t, o, r)
				if k := len(found) - 1; k >= 0 && found[k].As == c.As &&
					found[k].Percent == c.Percent {
					found[k].add(f)
				} else {
					found = append(found, f)
				}
			}
			for _, f := range found {
				table += f.row(t) + "\n"
			}
			t.Logf("lag p99 %.1f ms; %+v", 1e3*o.card.Generator.LagP99, o.card.Generator.Machine)
		})
	}
	t.Logf("\n%s", table)
}

// A generator that stands still for 500 ms voids the run, and is never an outage.
func TestLongGeneratorStopped(t *testing.T) {
	t.Parallel()
	o := awaited(t, "generator-stopped.yaml", "fault ",
		func(dir string) { freeze(t, dir, 500*time.Millisecond) })
	o.want(t, sla.Inconclusive, 2)
	if len(o.card.Outages) > 0 {
		t.Errorf("have %+v, want no outage by the generator's own doing", o.card.Outages)
	}
	if !slices.ContainsFunc(o.card.Reasons,
		func(s sla.Said) bool {
			return s.Code == sla.GeneratorStalled || s.Code == sla.GeneratorLate
		}) {
		t.Errorf("reasons %q: want that the generator fell behind", o.card.Reasons)
	}
}

// freeze stops a run's load node for a time.
func freeze(t *testing.T, dir string, length time.Duration) {
	t.Helper()
	r, err := timeline.Open(filepath.Join(dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := client.New(client.FromEnv)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	all, err := engine.ContainerList(t.Context(),
		client.ContainerListOptions{Filters: client.Filters{}.Add("label", label+"="+r.Header.Run)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all.Items {
		if !strings.HasSuffix(c.Command, "node load") {
			continue
		}
		if _, err := engine.ContainerPause(t.Context(), c.ID,
			client.ContainerPauseOptions{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(length)
		if _, err := engine.ContainerUnpause(t.Context(), c.ID,
			client.ContainerUnpauseOptions{}); err != nil {
			t.Error(err)
		}
		return
	}
	t.Errorf("no load node among %d containers", len(all.Items))
}
