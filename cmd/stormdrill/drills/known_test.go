//go:build drill

package drills

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"text/template"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// cell is a group of users and a target that only they ask, which is unwell by itself at
// instants that its own log records.
type cell struct {
	Rate    int    // requests/s
	Percent int    // of them, bad in an outage
	As      string // what they meet
	Every   time.Duration
	For     time.Duration
	Jitter  time.Duration
	Count   int
	Do      string // what the users do otherwise than all
	Note    string // part of the name

	After time.Duration
}

// Name is of the cell and its group.
func (c cell) Name() string { return fmt.Sprintf("r%d-f%d-%s%s", c.Rate, c.Percent, c.As, c.Note) }

// Target is the name of its target.
func (c cell) Target() string { return "app-" + c.Name() }

// Group is what the users do besides. Resets meet new connections: on one that
// stood, net/http asks again, and the share would not be what the target says.
func (c cell) Group() string {
	if c.As == "reset" && c.Do == "" {
		return "connections: {per: request}"
	}
	return c.Do
}

// Web is what the target does besides.
func (c cell) Web() string {
	if c.As == "slow" {
		return "delay: 1s"
	}
	return ""
}

// bound is 1/r + 6/(r·f), of MEASURING's first accuracy test.
func (c cell) bound() time.Duration { return sla.Resolution(float64(c.Rate), float64(c.Percent)/100) }

// knownAfter is the users' slow: when a request that hangs or is slow is known to be bad.
const knownAfter = 500 * time.Millisecond

// Phases of a drill of known outages: its baseline is long enough for the smallest
// share to stand out, and the first outage comes when it is surely over, a second
// later at the latest.
const (
	shortBaseline = 12 * time.Second
	longBaseline  = 20 * time.Second
	drawnLater    = 1500 * time.Millisecond
)

var known = template.Must(template.New("known").Parse(`name: known-outages
summary: Targets that are unwell by themselves, at instants that their logs record.
targets:
{{- range .Cells}}
  {{.Target}}:
    lab:
      web:
        outages: {after: {{.After}}, every: {{.Every}}, for: {{.For}}, jitter: {{.Jitter}}, count: {{.Count}}, as: {{.As}}, share: {{.Percent}}%, {{.Web}}}
    ports: [8080]
{{- end}}
load:
{{- range .Cells}}
  {{.Name}}: {to: "http://{{.Target}}:8080/", rate: {{.Rate}}/s, timeout: 2s, slow: 500ms, {{.Group}}}
{{- end}}
phases: {warm-up: 0s, baseline: {{.Baseline}}, fault: {{.Hold}}, recovery: 5s, confirm: {{.Confirm}}}
faults: {}
watch: {{.Watch}}
sla: {recover: 4s}
`))

// scenario writes a drill of the cells, as long as their outages take.
func scenario(t *testing.T, cells []cell, baseline time.Duration, watch string) (file string) {
	t.Helper()
	hold, confirm := time.Duration(0), time.Second
	for i := range cells {
		if cells[i].Rate >= 1000 { // less time in between, and less takes as many requests
			confirm = 500 * time.Millisecond
		}
		cells[i].After = baseline + drawnLater
		if every := cells[i].Every; every < time.Hour {
			hold = max(hold, time.Duration(cells[i].Count)*every+2*time.Second)
		}
	}
	var b bytes.Buffer
	if err := known.Execute(&b, struct {
		Cells                   []cell
		Baseline, Hold, Confirm time.Duration
		Watch                   string
	}{cells, baseline, hold, confirm, watch}); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "known-outages.yaml")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// span is an outage as its target's log records it, from the start of the run.
type span struct{ from, to time.Duration }

var (
	toggled = regexp.MustCompile(`(?m)^(\d+) outage \d+ (begins|ends): .*; told (\S+) late$`)
	hit     = regexp.MustCompile(`(?m)^\d+ \S+:\d+ \S+ / (?:503|444|499) `)
)

// truth reads from a target's log when its outages were, and by how much 99 of 100
// of these lines came late.
func truth(t *testing.T, log string, start int64) (all []span, jitter time.Duration) {
	t.Helper()
	var late []time.Duration
	for _, m := range toggled.FindAllStringSubmatch(log, -1) {
		at, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		d, err := time.ParseDuration(m[3])
		if err != nil {
			t.Fatal(err)
		}
		late = append(late, d)
		if in := time.Duration(at - start); m[2] == "begins" {
			all = append(all, span{in, math.MaxInt64})
		} else {
			all[len(all)-1].to = in
		}
	}
	return all, rank(late, 0.99)
}

// rank is the nearest-rank quantile.
func rank(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(all))[max(0, int(math.Ceil(q*float64(len(all))))-1)]
}

// startOf is the start of a run on the record's clock.
func startOf(t *testing.T, r *timeline.Record) int64 {
	t.Helper()
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkStart })
	if i < 0 {
		t.Fatal("the record has no start")
	}
	return r.Marks[i].Before
}

// undetected is the error of an outage that the scorecard does not have, or not as one.
const undetected = time.Duration(math.MaxInt64)

// edges are the errors of a cell's outages, as the scorecard or a watcher has them, against
// the log.
type edges struct{ onset, recovery []time.Duration }

// measured holds a cell's outages, as a scorecard has them, against its target's log.
func (c cell) measured(t *testing.T, spans []span, found []sla.Outage) (e edges) {
	t.Helper()
	reported := func(o sla.Outage) span { return span{inSeconds(o.Onset), inSeconds(o.Recovery)} }
	overlap := func(a, b span) bool { return a.from < b.to && b.from < a.to }
	for _, s := range spans {
		var mine []sla.Outage
		for _, o := range found {
			if overlap(reported(o), s) {
				mine = append(mine, o)
			}
		}
		alone := func(o sla.Outage) bool {
			return !slices.ContainsFunc(spans,
				func(other span) bool { return other != s && overlap(reported(o), other) })
		}
		if len(mine) != 1 || !alone(mine[0]) || mine[0].Flaps > 0 || mine[0].Censored {
			t.Logf("%s: the outage from %s to %s is reported as %+v", c.Name(), s.from, s.to, mine)
			e.onset, e.recovery = append(e.onset, undetected), append(e.recovery, undetected)
			continue
		}
		e.add(reported(mine[0]), s, c.later())
	}
	for _, o := range found {
		if !slices.ContainsFunc(spans, func(s span) bool { return overlap(reported(o), s) }) {
			t.Errorf("%s: an outage that its target did not make: %+v", c.Name(), o)
		}
	}
	return e
}

// add holds one outage against the truth. Its last bad request is known so much later.
func (e *edges) add(have, s span, later time.Duration) {
	e.onset = append(e.onset, (have.from - s.from).Abs())
	e.recovery = append(e.recovery, (have.to - s.to - later).Abs())
}

func (c cell) later() time.Duration {
	if c.As == "hang" || c.As == "slow" {
		return knownAfter
	}
	return 0
}

func inSeconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// beyond counts the errors above a bound.
func beyond(all []time.Duration, bound time.Duration) (n int) {
	for _, e := range all {
		if e > bound {
			n++
		}
	}
	return n
}

// within reports whether at most 5 % of the errors are above the bound.
func (e edges) within(bound time.Duration) bool {
	most := int(math.Ceil(0.05 * float64(len(e.onset))))
	return beyond(e.onset, bound) <= most && beyond(e.recovery, bound) <= most
}

// of gives a group's outages.
func of(card sla.Scorecard, group string) []sla.Outage {
	return slices.DeleteFunc(slices.Clone(card.Outages),
		func(o sla.Outage) bool { return o.Group != group })
}

// failed is how many of a group's requests failed.
func failed(r *timeline.Record, group string) (n uint64) {
	for _, count := range met(r, group) {
		n += count
	}
	return n
}

// result is what became of a cell, or of several of a kind.
type result struct {
	cell
	edges
	bound time.Duration
}

// judge holds a cell against the truth: its edges, and that its users' failures are as
// many as the target made. A target counts as slow only the requests that it made wait.
func (c cell) judge(t *testing.T, o outcome, r *timeline.Record) (found result, spans []span) {
	t.Helper()
	log := o.log(t, c.Target())
	spans, jitter := truth(t, log, startOf(t, r))
	if len(spans) != c.Count {
		t.Errorf("%s: its log has %d outages, want %d", c.Name(), len(spans), c.Count)
	}
	if made, met := uint64(len(hit.FindAllString(log, -1))), failed(r, c.Name()); c.As != "slow" &&
		made != met {
		t.Errorf("%s: its target failed %d requests, and its users saw %d fail", c.Name(), made,
			met)
	}
	return result{c, c.measured(t, spans, of(o.card, c.Name())), c.bound() +
		inSeconds(o.card.Generator.LagP99) + jitter}, spans
}

// add joins what became of another cell of the same kind.
func (r *result) add(other result) {
	r.onset, r.recovery = append(r.onset, other.onset...), append(r.recovery, other.recovery...)
	r.bound = max(r.bound, other.bound)
}

// row is of the table in docs/accuracy.md, and checked.
func (r result) row(t *testing.T) string {
	t.Helper()
	if !r.within(r.bound) {
		t.Errorf("%s: more than 5%% of the errors are above %s: onset %v, recovery %v", r.Name(),
			r.bound, r.onset, r.recovery)
	}
	return fmt.Sprintf("| %d | %d %% | %s | %s | %s | %s | %d |", r.Rate, r.Percent, r.As,
		shown(r.bound), spread(r.onset), spread(r.recovery), len(r.onset))
}

// spread is p50, p95 and the maximum, as a row of a table shows them.
func spread(all []time.Duration) string {
	return fmt.Sprintf("%s | %s | %s", shown(rank(all, 0.5)), shown(rank(all, 0.95)),
		shown(rank(all, 1)))
}

func shown(d time.Duration) string {
	if d == undetected {
		return "no edge"
	}
	return d.Round(10 * time.Microsecond).String()
}

// every cell's outages, of 100 and more requests/s.
func cells(rate, count int, percents []int, kinds ...string) (all []cell) {
	for _, percent := range percents {
		for _, as := range kinds {
			c := cell{Rate: rate, Percent: percent, As: as, Count: count, Every: 4 * time.Second,
				For: 1500 * time.Millisecond, Jitter: 300 * time.Millisecond}
			switch {
			case rate*percent < 1000: // few bad requests a second take long to stand out, and to be missed: two groups share them
				c.Every, c.For, c.Jitter, c.Count = 16*time.Second, 7*time.Second,
					500*time.Millisecond, count/2
				all = append(all, c)
				c.Note = "-too"
			case rate >= 1000: // and many, short
				c.Every, c.For = 3*time.Second, 1200*time.Millisecond
			}
			all = append(all, c)
		}
	}
	return all
}
