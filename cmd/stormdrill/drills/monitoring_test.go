//go:build drill

package drills

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// step is one of a card's only chain.
func step(t *testing.T, card sla.Scorecard, name string) sla.ChainStep {
	t.Helper()
	if len(card.Chains) != 1 {
		t.Fatalf("chains %+v", card.Chains)
	}
	i := slices.IndexFunc(card.Chains[0].Steps, func(s sla.ChainStep) bool { return s.Step == name })
	return card.Chains[0].Steps[i]
}

// results are what became of a card's objectives, by name.
func results(card sla.Scorecard) map[string]string {
	all := map[string]string{}
	for _, o := range card.Objectives {
		all[o.Name] = o.Result
	}
	return all
}

// wantResults wants some of them.
func wantResults(t *testing.T, card sla.Scorecard, want map[string]string) {
	t.Helper()
	have := results(card)
	for name, result := range want {
		if have[name] != result {
			t.Errorf("%s: have %q, want %q", name, have[name], result)
		}
	}
}

// watcher is one of a card's.
func watcher(t *testing.T, card sla.Scorecard, name string) sla.Watcher {
	t.Helper()
	i := slices.IndexFunc(card.Watchers, func(w sla.Watcher) bool { return w.Name == name })
	if i < 0 {
		t.Fatalf("no watcher %s: %+v", name, card.Watchers)
	}
	return card.Watchers[i]
}

// copied puts files beside a scenario of the test's own.
func copied(t *testing.T, dir string, files ...string) {
	t.Helper()
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// built makes a program of testdata/live, which runs in a container.
func built(t *testing.T, source, to string) {
	t.Helper()
	c := exec.Command("go", "build", "-trimpath", "-o", to, source)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// The shop is gone, and so is Alertmanager: the rule fires, the one that asks for another job
// does not, and no receiver is notified while it lasts. Prometheus's clock is 3 s ahead: when
// its rule fired is taken from the polls, not from its stamps, and the scorecard says which
// clock is ahead. An Alertmanager that is back may still notify of an alert that is over: by
// its own clock the end is yet to come.
func TestDrillMonitoringUnwell(t *testing.T) {
	t.Parallel()
	const ahead = 3 * time.Second
	text, err := os.ReadFile("monitoring-unwell.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := rewritten(t, "monitoring-unwell", text, "image: stormdrill-test/prometheus:debian",
		"build: {context: ahead}")
	dir := filepath.Dir(file)
	image := filepath.Join(dir, "ahead")
	if err := os.Mkdir(image, 0o755); err != nil {
		t.Fatal(err)
	}
	built(t, "ahead/main.go", filepath.Join(image, "ahead"))
	copied(t, dir, "prometheus.yml", "monitoring-rules.yml", "alertmanager.yml")
	if err := os.WriteFile(filepath.Join(image, "Dockerfile"),
		[]byte(`FROM stormdrill-test/prometheus:debian
COPY ahead /ahead
CMD ["/ahead", "3", "prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
`), 0o644); err != nil {
		t.Fatal(err)
	}
	o := run(t, file)
	o.want(t, sla.Fail, 1)
	wantResults(t, o.card, map[string]string{"detect alert": "met", "detect never": "missed",
		"detect pager": "missed", "recover": "met"})
	r := o.record(t)
	firedAsStamped(t, r, 2*time.Second, ahead)
	pending := step(t, o.card, "pending")
	within(t, "pending", pending.Time, 0, 4)
	if s := pending.Stamped; s == nil || pending.Time == nil ||
		math.Abs(*s-pending.Time.Seconds-ahead.Seconds()) > pending.Time.Resolution+1 {
		t.Errorf("pending after %+v, by a clock that is 3 s ahead %v", pending.Time, s)
	}
	if !slices.ContainsFunc(o.card.Notes,
		func(n sla.Said) bool { return n.Code == sla.MonitoringAhead }) {
		t.Errorf("nothing says that Prometheus's clock is ahead: %q", o.card.Notes)
	}
	if f := o.card.Faults[0]; f.Name != "deaf" || f.Proof.Effective != "yes" || f.Absorbed {
		t.Errorf("the fault of Alertmanager: %+v", f)
	}
	lifted := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool {
		return m.Name == timeline.MarkLift && m.Fault == "deaf"
	})
	for _, d := range r.Deliveries {
		if d.At < r.Marks[lifted].Before {
			t.Errorf("notified by an Alertmanager that is down: %+v", d)
		}
	}
	if s := step(t, o.card, "firing"); s.Time == nil || s.Time.Censored {
		t.Errorf("firing: %+v", s)
	}
	if s := step(t, o.card, "notified"); s.Time == nil || !s.Time.Censored && s.Time.Seconds < 8 {
		t.Errorf("notified: %+v, want that it did not come in time", s)
	}
}

// A rule that always fires is a false alarm, and voids the run; the other one is reported
// as ever.
func TestLongMonitoringAlways(t *testing.T) {
	t.Parallel()
	o := run(t, "monitoring-always.yaml")
	o.want(t, sla.Inconclusive, 2)
	if !slices.ContainsFunc(o.card.Reasons,
		func(r sla.Said) bool { return r.Code == "alarm-early" }) {
		t.Errorf("reasons %q", o.card.Reasons)
	}
	if w := watcher(t, o.card, "always"); w.FalseAlarms != 1 || w.FalseBy.Before != 1 {
		t.Errorf("always: %+v", w)
	}
	if w := watcher(t, o.card, "alert"); w.FalseAlarms != 0 || w.Detect == nil || w.Detect.Censored {
		t.Errorf("alert: %+v", w)
	}
	firedAsStamped(t, o.record(t), 2*time.Second, 0)
}

// Prometheus is down with the shop: of its rule nothing is known, Alertmanager has no
// alert, and no receiver is notified.
func TestLongMonitoringGone(t *testing.T) {
	t.Parallel()
	o := run(t, "monitoring-gone.yaml")
	o.want(t, sla.Fail, 1)
	wantResults(t, o.card, map[string]string{"detect alert": "undecided",
		"detect notified": "missed", "detect pager": "missed", "recover": "met"})
	if !strings.Contains(o.output, "alert: got no answer that counts") {
		t.Error("nothing says that Prometheus gave no answer")
	}
}

// The scrapes of a shop that is well are lost: the monitoring cries, and no user has anything
// of it. That the fault was there, its own count says.
func TestLongMonitoringScrapes(t *testing.T) {
	t.Parallel()
	o := run(t, "monitoring-scrapes.yaml")
	o.want(t, sla.Pass, 0)
	firedAsStamped(t, o.record(t), 2*time.Second, 0)
	if f := o.card.Faults[0]; f.Proof.Effective != "yes" || f.Absorbed || f.Proof.Total < 5 {
		t.Errorf("the fault: %+v", f)
	}
	if len(o.card.Outages) > 0 {
		t.Errorf("outages: %+v", o.card.Outages)
	}
	for _, name := range []string{"exported", "pending", "firing", "notified"} {
		if s := step(t, o.card, name); s.Time == nil || s.Time.Censored || s.Cost == nil ||
			s.Cost.Failed > 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// implied is what plan says that the monitoring takes at most, in seconds, by watcher.
func implied(t *testing.T, file string) (detect, over map[string]float64) {
	t.Helper()
	out, err := exec.Command(stormdrill, "plan", "--json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Monitoring []struct {
			Watcher string   `json:"watcher"`
			Detect  *float64 `json:"detect_seconds"`
			Clear   *float64 `json:"clear_seconds"`
		} `json:"monitoring"`
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	detect, over = map[string]float64{}, map[string]float64{}
	for _, m := range p.Monitoring {
		if m.Detect == nil || m.Clear == nil {
			t.Fatalf("%s: not known", m.Watcher)
		}
		detect[m.Watcher], over[m.Watcher] = *m.Detect, *m.Clear
	}
	return detect, over
}

// logged by Alertmanager, a line that has the words, on the record's clock.
func alertmanagerSaid(t *testing.T, r *timeline.Record, log, words string) (all []int64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?m)^ts=(\S+) .*`+words).FindAllStringSubmatch(log, -1) {
		at, err := time.Parse(time.RFC3339Nano, m[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, onRecord(r, at))
	}
	return all
}

// Prometheus and Alertmanager with their defaults: each step is when they log it, after what
// their configuration says, and no later than plan said.
func TestLongMonitoringDefaults(t *testing.T) {
	t.Parallel()
	o := run(t, "monitoring-defaults.yaml")
	o.want(t, sla.Pass, 0)
	defaults(t, o)
}

func defaults(t *testing.T, o outcome) {
	t.Helper()
	r, log := o.record(t), o.log(t, "alertmanager")
	firedAsStamped(t, r, 2*time.Minute, 0)
	wantChain(t, o.card, 2)
	detect, over := implied(t, "monitoring-defaults.yaml")
	const late = 1 // s; of an evaluation, on a busy machine
	for _, w := range o.card.Watchers {
		within(t, w.Name, w.Detect, 0, detect[w.Name]+late)
		within(t, w.Name+", over", w.Restore, 0, over[w.Name]+late)
		t.Logf("%s: %+v of %g s, over after %+v of %g s", w.Name, *w.Detect, detect[w.Name],
			*w.Restore, over[w.Name])
	}
	const stamp = int64(2 * time.Millisecond) // what it rounds to, and clocks differ by
	first, before := firstBad(r)
	has := alertmanagerSaid(t, r, log, `msg="Received alert" alert=ShopDown\[\w+\]\[active\]`)
	if a, b := first["notified"], before["notified"]; len(has) == 0 || a.End < has[0]-stamp ||
		b.Start > has[0]+int64(late*time.Second) {
		t.Errorf("asked from %d to %d: Alertmanager had it at %d", b.Start, a.End, has)
	}
	flushed := alertmanagerSaid(t, r, log, `msg=flushing alerts=\[ShopDown`)
	sent := alertmanagerSaid(t, r, log, `msg="Notify success"`)
	if len(r.Deliveries) != 2 || len(sent) != 2 || len(flushed) < 2 {
		t.Fatalf("%d notifications, of %d that it sent, in %d flushes", len(r.Deliveries), len(sent),
			len(flushed))
	}
	for i, d := range r.Deliveries {
		if d.At < flushed[i]-stamp || d.At > sent[i]+stamp {
			t.Errorf("notified at %d: Alertmanager began at %d, and was done at %d", d.At, flushed[i],
				sent[i])
		}
	}
	for what, c := range map[string]struct {
		from, to int64
		wait     time.Duration
	}{
		"group_wait":     {has[0], flushed[0], 30 * time.Second},
		"group_interval": {flushed[0], flushed[1], 5 * time.Minute},
	} {
		if took := time.Duration(c.to - c.from); took < c.wait-time.Second ||
			took > c.wait+late*time.Second {
			t.Errorf("%s took %s, want %s", what, took, c.wait)
		}
	}
}
