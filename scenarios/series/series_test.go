package series_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/series"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

const (
	began = int64(time.Hour)
	ms    = int64(time.Millisecond)
	slow  = 500 * time.Millisecond
)

// record is a run of so long, whose groups are all alike but for their requests.
func record(length time.Duration, groups map[string][]load.Request) *timeline.Record {
	r := &timeline.Record{
		Header: timeline.Header{Mono: began},
		Marks: []timeline.Mark{{Name: timeline.MarkStart, Before: began, After: began + ms},
			{Name: timeline.MarkEnd, Before: began + int64(length), After: began + int64(length)}},
		Requests: map[string]*timeline.Requests{},
	}
	for name, rs := range groups {
		r.Header.Groups = append(r.Header.Groups, timeline.Group{Name: name, Slow: slow})
		r.Requests[name] = timeline.Pack(rs)
	}
	slices.SortFunc(r.Header.Groups, func(a, b timeline.Group) int {
		return len(a.Name) - len(b.Name)
	})
	return r
}

// good is a request that was answered after so many milliseconds.
func good(due, took int64) load.Request {
	return load.Request{Due: due, Sent: due, Done: due + took*ms, Node: "a", Status: 200,
		Attempts: 1, Reused: true}
}

func refused(due int64) load.Request {
	return load.Request{Due: due, Sent: due, Done: due + ms, Class: load.Refused, Attempts: 1}
}

func unsent(due int64) load.Request { return load.Request{Due: due, Done: due, Unsent: true} }

// steady are requests a second of a whole run, each good.
func steady(length time.Duration, rate int) (rs []load.Request) {
	each := int64(time.Second) / int64(rate)
	for due := began; due < began+int64(length); due += each {
		rs = append(rs, good(due, 3))
	}
	for i := range rs {
		rs[i].Seq = uint64(i)
	}
	return rs
}

// random is a group's run of all that can be: it is the same for the same seed.
func random(seed uint64, n int, length time.Duration) []load.Request {
	r := rand.New(rand.NewPCG(seed, 1))
	rs := make([]load.Request, n)
	for i := range rs {
		due := began + int64(i)*int64(length)/int64(n)
		switch r.IntN(12) {
		case 0:
			rs[i] = refused(due)
		case 1:
			rs[i] = unsent(due)
		case 2:
			rs[i] = good(due, slow.Milliseconds()+1+r.Int64N(400)) // slow
		case 3:
			rs[i] = good(due, 2)
			rs[i].Class, rs[i].Status, rs[i].Injected = load.Status, 503, r.IntN(2) == 0
			rs[i].Reused = false
		default:
			rs[i] = good(due, 1+r.Int64N(300))
			rs[i].Node = fmt.Sprint("node-", r.IntN(14))
		}
		rs[i].Seq = uint64(i)
	}
	return rs
}

func sum(col []int) (n int) {
	for _, k := range col {
		n += k
	}
	return n
}

// What the columns sum up to is what is in the record: of each group, of all groups, by
// class, by node and by connection.
func TestSumsAreTheRecords(t *testing.T) {
	groups := map[string][]load.Request{
		"a": random(1, 9000, 37*time.Second), "bb": random(2, 700, 37*time.Second),
	}
	s := series.Of(record(37*time.Second, groups))
	if len(s.Groups) != 3 || s.Groups[0].Name != "" || s.Groups[1].Name != "a" ||
		s.Groups[2].Name != "bb" {
		t.Fatalf("have groups %v", s.Groups)
	}
	var all [3]int
	classes, answered := map[string]int{}, 0
	for _, g := range s.Groups[1:] {
		var due, sent, failed int
		for _, r := range groups[g.Name] {
			due++
			if r.Unsent {
				continue
			}
			sent++
			if r.Bad(slow) {
				failed++
				classes[r.Failure()]++
			}
			if r.Status != 0 {
				answered++
			}
		}
		have := [3]int{sum(g.Due), sum(g.Sent), sum(g.Failed)}
		if want := [3]int{due, sent, failed}; have != want {
			t.Errorf("%s: have due, sent, failed %v, want %v", g.Name, have, want)
		}
		for i := range all {
			all[i] += have[i]
		}
	}
	g := s.Groups[0]
	if have := [3]int{sum(g.Due), sum(g.Sent), sum(g.Failed)}; have != all {
		t.Errorf("all groups: have %v, want %v", have, all)
	}
	for i := range s.At {
		if g.Sent[i] != s.Groups[1].Sent[i]+s.Groups[2].Sent[i] {
			t.Errorf("step %d: all groups sent %d", i, g.Sent[i])
		}
		if s.New.Sent[i]+s.Standing.Sent[i] != g.Sent[i] ||
			s.New.Failed[i]+s.Standing.Failed[i] != g.Failed[i] {
			t.Errorf("step %d: connections do not sum up to the groups", i)
		}
	}
	for _, c := range s.Classes {
		if classes[c.Name] != sum(c.Count) {
			t.Errorf("class %q: have %d, want %d", c.Name, sum(c.Count), classes[c.Name])
		}
	}
	if len(s.Classes) != len(classes) {
		t.Errorf("have %d classes, want %d", len(s.Classes), len(classes))
	}
	total, last := 0, s.Nodes[len(s.Nodes)-1]
	for _, n := range s.Nodes {
		total += sum(n.Count)
	}
	if total != answered || len(s.Nodes) != 10 || last.Name != "" {
		t.Errorf("have %d answers by %d nodes, the last %q; want %d by 9 and the others",
			total, len(s.Nodes), last.Name, answered)
	}
}

// Each column is as long as the others, whatever the length of the run, and never longer
// than a chart has room for.
func TestColumnsAreAsLongAsTheSteps(t *testing.T) {
	for _, length := range []time.Duration{0, time.Nanosecond, 100 * time.Millisecond,
		time.Second, 2 * time.Minute, 2*time.Minute + 1, time.Hour, 24 * time.Hour,
		90 * 24 * time.Hour} {
		s := series.Of(record(length, map[string][]load.Request{
			"a":  {good(began, 1), good(began+int64(length), 1)},
			"bb": {good(began+int64(length)/2, 1)}}))
		n := len(s.At)
		if n == 0 || n > series.Most {
			t.Errorf("%v: %d points", length, n)
		}
		for _, g := range s.Groups {
			for _, k := range []int{len(g.Due), len(g.Sent), len(g.Failed), len(g.Worst),
				len(g.P50), len(g.P95), len(g.P99), len(g.Most)} {
				if k != n {
					t.Errorf("%v: a column of %d, want %d", length, k, n)
				}
			}
		}
		for _, c := range append(s.Classes, s.Nodes...) {
			if len(c.Count) != n {
				t.Errorf("%v: %s has %d, want %d", length, c.Name, len(c.Count), n)
			}
		}
		if have := sum(s.Groups[0].Due); have != 3 {
			t.Errorf("%v: have %d requests, want 3", length, have)
		}
	}
}

// A request belongs to the step that it was due in, to the nanosecond; one due a moment
// before the mark of the start belongs to the first.
func TestStepsBeginWhereTheySay(t *testing.T) {
	rs := []load.Request{good(began-3*ms, 1), good(began, 1), refused(began + 100*ms - 1),
		good(began+100*ms, 1), good(began+199*ms, 1), unsent(began + 200*ms)}
	for i := range int64(300) { // so that a step of 100 ms has enough
		rs = append(rs, good(began+900*ms+i*ms/3, 1))
	}
	s := series.Of(record(time.Second, map[string][]load.Request{"a": rs}))
	if s.Step != 0.1 || len(s.At) != 10 || s.At[2] != 0.2 {
		t.Fatalf("have %d steps of %v s, the third at %v", len(s.At), s.Step, s.At[2])
	}
	g := s.Groups[0]
	for _, c := range []struct {
		name       string
		have, want []int
	}{
		{"due", g.Due[:4], []int{3, 2, 1, 0}}, {"sent", g.Sent[:4], []int{3, 2, 0, 0}},
		{"failed", g.Failed[:4], []int{1, 0, 0, 0}},
	} {
		if !slices.Equal(c.have, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, c.have, c.want)
		}
	}
	if g.Worst[2] != nil || g.P50[2] != nil || g.Worst[3] != nil {
		t.Error("a step in which nothing was sent has a share, or a percentile")
	}
}

// A step has enough requests for a share to be one, where a second has them; what is left
// over at the end is in the last step.
func TestLengthOfSteps(t *testing.T) {
	for _, c := range []struct {
		rate   int
		length time.Duration
		step   float64
		n      int
	}{
		{1000, 10 * time.Second, 0.1, 100}, {100, 10 * time.Second, 0.5, 20},
		{100, 10*time.Second + 300*time.Millisecond, 0.5, 20}, {1, 10 * time.Second, 1, 10},
		{100, time.Hour, 5, 720}, {1, 300 * time.Millisecond, 1, 1},
	} {
		s := series.Of(record(c.length, map[string][]load.Request{"a": steady(c.length, c.rate)}))
		if s.Step != c.step || len(s.At) != c.n || s.End != c.length.Seconds() {
			t.Errorf("%d/s for %v: have %d steps of %v s until %v, want %d of %v", c.rate, c.length,
				len(s.At), s.Step, s.End, c.n, c.step)
		}
	}
}

// Of very many groups some have no columns of their own, and are in those of all.
func TestManyGroups(t *testing.T) {
	groups := map[string][]load.Request{}
	for i := range 60 {
		groups[fmt.Sprint("group-", i)] = steady(time.Second, 10)
	}
	s := series.Of(record(time.Second, groups))
	if len(s.Groups) != 25 || s.Groups[0].Name != "" || sum(s.Groups[0].Sent) != 600 {
		t.Errorf("have %d groups, all of which sent %d", len(s.Groups), sum(s.Groups[0].Sent))
	}
}

// A group without a request, and a run without a mark, have columns all the same.
func TestNothingWasSent(t *testing.T) {
	r := record(time.Second, map[string][]load.Request{"a": nil})
	delete(r.Requests, "a")
	if s := series.Of(r); len(s.At) != 1 || sum(s.Groups[0].Due) != 0 {
		t.Errorf("have %+v", s)
	}
	if s := series.Of(&timeline.Record{}); len(s.At) != 0 || s.Classes == nil {
		t.Errorf("have %+v", s)
	}
}

// Percentiles are those of a model that sorts: the nearest rank of all that were sent, a bad
// one being without end.
func TestPercentiles(t *testing.T) {
	rs := random(3, 30_000, 30*time.Second)
	s := series.Of(record(30*time.Second, map[string][]load.Request{"a": rs}))
	took, best := make([][]float64, len(s.At)), make([]float64, len(s.At))
	for _, r := range rs {
		i := int((r.Due - began) / (100 * ms))
		switch {
		case r.Unsent:
		case r.Bad(slow):
			took[i] = append(took[i], math.Inf(1))
		default:
			took[i] = append(took[i], r.Latency().Seconds())
			best[i] = max(best[i], r.Latency().Seconds())
		}
	}
	g := s.Groups[0]
	for i, all := range took {
		slices.Sort(all)
		for _, c := range []struct {
			q    float64
			have *float64
		}{{0.5, g.P50[i]}, {0.95, g.P95[i]}, {0.99, g.P99[i]}} {
			want := 0.0
			for _, v := range all { // the least that so many are not above
				n := 0
				for _, w := range all {
					if w <= v {
						n++
					}
				}
				if want = v; float64(n) >= c.q*float64(len(all)) {
					break
				}
			}
			if !near(c.have, want) {
				t.Errorf("step %d, %v: have %v, want %v", i, c.q, c.have, want)
			}
		}
		if !near(g.Most[i], best[i]) {
			t.Errorf("step %d: the slowest good one is %v, want %v", i, g.Most[i], best[i])
		}
	}
}

func near(have *float64, want float64) bool {
	if have == nil {
		return math.IsInf(want, 1)
	}
	return math.Abs(*have-want) <= 1e-4*want
}

// One bad request in an hour is not averaged away: its step has it, and the worst part of
// that step is worse than the step.
func TestOneBadRequestInAnHour(t *testing.T) {
	rs := steady(time.Hour, 50)
	const bad = 91_234
	due := rs[bad].Due
	rs[bad] = refused(due)
	rs[bad].Seq = bad
	s := series.Of(record(time.Hour, map[string][]load.Request{"a": rs}))
	at := int((due - began) / int64(s.Step*1e9))
	g := s.Groups[0]
	for i := range s.At {
		want := 0
		if i == at {
			want = 1
		}
		if g.Failed[i] != want || (*g.Worst[i] < 1) != (i == at) {
			t.Errorf("step %d: have %d failed, the worst part %v", i, g.Failed[i], *g.Worst[i])
		}
	}
	share := 1 - 1/float64(g.Sent[at])
	if *g.Worst[at] >= share {
		t.Errorf("the worst part has %v, the step %v", *g.Worst[at], share)
	}
	if len(s.Classes) != 1 || s.Classes[0].Name != "refused" || s.Classes[0].Count[at] != 1 {
		t.Errorf("have classes %v", s.Classes)
	}
}

// A watcher's alarms stand where its answers put them; one that is on at the end has none.
func TestLanes(t *testing.T) {
	r := record(10*time.Second, map[string][]load.Request{"a": steady(10*time.Second, 10)})
	r.Header.Watch = []timeline.Watcher{{Name: "probe", Kind: "http", Fails: 1, Oks: 1,
		Every: time.Second}, {Name: "quiet", Kind: "http", Fails: 1, Oks: 1}}
	for i := range int64(10) {
		r.Answers = append(r.Answers, load.Answer{Check: "probe", Start: began + i*1000*ms,
			End: began + i*1000*ms + 20*ms, Known: true, Good: i < 3 || i == 6})
	}
	s := series.Of(r)
	if len(s.Watchers) != 2 || len(s.Watchers[0].Alarms) != 2 || len(s.Watchers[1].Alarms) != 0 {
		t.Fatalf("have %+v", s.Watchers)
	}
	first, last := s.Watchers[0].Alarms[0], s.Watchers[0].Alarms[1]
	if first.Raised[1] != 3.02 || first.Content == nil || first.Content[1] != 6.02 {
		t.Errorf("the first: %+v", first)
	}
	if last.Raised[1] != 7.02 || last.Content != nil {
		t.Errorf("the last: %+v", last)
	}
}
