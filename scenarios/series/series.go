// Package series is a run over time, in columns as charts draw them. It is read from a
// record and judges nothing.
package series

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Most is how many points a column has at most: about as many as a screen has pixels.
const Most = 1200

// mostNamed is how many nodes and classes have columns of their own; the rest are one.
const mostNamed = 9

// Series is a run in steps. All columns are as long as At; times are seconds from the
// start of the run.
type Series struct {
	Step     float64   `json:"step_seconds"`
	At       []float64 `json:"at"`     // where each step begins
	Groups   []Group   `json:"groups"` // of several, all of them together first, without a name
	Classes  []Counted `json:"classes"`
	Nodes    []Counted `json:"nodes"`    // answers
	New      Served    `json:"new"`      // over a connection of their own
	Standing Served    `json:"standing"` // over one that stood
	Watchers []Lane    `json:"watchers"`
}

// Group is what a load group had.
type Group struct {
	Name string  `json:"name"`
	Slow float64 `json:"slow_seconds"` // from when on an answer is bad; 0: of several groups
	Served
	Due []int `json:"due"`
	// Worst is the least share of good requests of any part of the step that is told apart,
	// so that a bad second is not averaged away; null where none was sent.
	Worst []*float64 `json:"worst"`
	// Percentiles of latency in seconds over all that were sent, a bad one counting as one
	// without end; null where there is none.
	P50  []*float64 `json:"p50"`
	P95  []*float64 `json:"p95"`
	P99  []*float64 `json:"p99"`
	Most []*float64 `json:"max"` // of those that were good
}

// Served counts requests by the step that they were due in.
type Served struct {
	Sent   []int `json:"sent"`
	Failed []int `json:"failed"`
}

// Counted is a column of counts. The last may be of all others.
type Counted struct {
	Name  string `json:"name"` // empty: all others
	Count []int  `json:"count"`
}

// Lane is what a watcher said over time.
type Lane struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Alarms are when it was not content.
	Alarms []Alarm `json:"alarms"`
}

// Alarm is one; each end is known to its bounds.
type Alarm struct {
	Raised  [2]float64  `json:"raised"`
	Content *[2]float64 `json:"content"` // null: it was not again
}

// steps are lengths that people count in, in milliseconds.
var steps = []int64{100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
	300_000, 600_000, 1_800_000, 3_600_000}

// parts is how many parts of a step are told apart for the worst of them.
const parts = 4

// Of reads a run's series from its record.
func Of(r *timeline.Record) Series {
	start, end := bounds(r)
	step := stepOf(end - start)
	n := int((end - start + step - 1) / step)
	c := &columns{n: n, fresh: served(n), standing: served(n)}
	c.classes.n, c.nodes.n = n, n
	out := Series{Step: float64(step) / 1e9, At: make([]float64, n), New: c.fresh,
		Standing: c.standing, Watchers: lanes(r, start)}
	var all *gathered
	var groups []*gathered
	if len(r.Header.Groups) > 1 {
		all = newGathered("", 0, n)
		groups = append(groups, all)
	}
	for _, g := range r.Header.Groups {
		groups = append(groups, newGathered(g.Name, g.Slow, n))
	}
	for i := range n {
		from := start + int64(i)*step
		out.At[i] = float64(i) * out.Step
		for k, g := range r.Header.Groups {
			q, one := r.Requests[g.Name], groups[len(groups)-len(r.Header.Groups)+k]
			if q == nil {
				continue
			}
			first := 0 // due a moment before the mark that says so
			if i > 0 {
				first = q.First(from)
			}
			for r := range q.Between(first, q.First(from+step)) {
				bad, part := r.Bad(g.Slow), int(max(0, r.Due-from)*parts/step)
				one.add(r, i, part, bad)
				if all != nil {
					all.add(r, i, part, bad)
				}
				c.add(r, i, bad)
			}
		}
		for _, g := range groups {
			g.close(i)
		}
	}
	for _, g := range groups {
		out.Groups = append(out.Groups, g.Group)
	}
	out.Classes, out.Nodes = c.classes.largest(), c.nodes.largest()
	return out
}

// bounds are when the run began, as a scorecard has it, and ended, as far as its marks say.
func bounds(r *timeline.Record) (start, end int64) {
	start = r.Header.Mono
	for _, m := range r.Marks {
		switch m.Name {
		case timeline.MarkStart:
			start = m.Before
		case timeline.MarkEnd:
			end = m.After
		}
	}
	for _, q := range r.Requests {
		if n := q.Len(); n > 0 {
			end = max(end, q.Due(n-1)+1)
		}
	}
	return start, max(start, end)
}

// stepOf is the shortest step by which a run has no more than Most points.
func stepOf(length int64) int64 {
	for _, ms := range steps {
		if step := ms * int64(time.Millisecond); length <= step*Most {
			return step
		}
	}
	return (length + Most - 1) / Most
}

// columns are those of all groups together.
type columns struct {
	n               int
	classes, nodes  tally
	fresh, standing Served
}

func served(n int) Served { return Served{make([]int, n), make([]int, n)} }

// add counts a request of step i.
func (c *columns) add(r *load.Request, i int, bad bool) {
	if r.Unsent {
		return
	}
	conns := c.fresh
	if r.Reused {
		conns = c.standing
	}
	conns.Sent[i]++
	if bad {
		conns.Failed[i]++
		c.classes.add(r.Failure(), i)
	}
	if r.Status != 0 {
		c.nodes.add(cmp.Or(r.Node, "unnamed"), i)
	}
}

// tally are columns of counts by name.
type tally struct {
	n    int
	all  map[string][]int
	last string // whose column is at hand: mostly the next one's, too
	col  []int
}

func (t *tally) add(name string, i int) {
	if t.col == nil || name != t.last {
		if t.all == nil {
			t.all = map[string][]int{}
		}
		if t.all[name] == nil {
			t.all[name] = make([]int, t.n)
		}
		t.last, t.col = name, t.all[name]
	}
	t.col[i]++
}

// gathered is a group as it is read, step by step.
type gathered struct {
	Group
	took []int64 // of those sent in the step at hand
	part [parts]counts
}

type counts struct{ sent, failed int }

func newGathered(name string, slow time.Duration, n int) *gathered {
	return &gathered{Group: Group{Name: name, Slow: slow.Seconds(), Served: served(n),
		Due: make([]int, n)}}
}

// endless is the latency of a bad request.
const endless = math.MaxInt64

func (g *gathered) add(r *load.Request, i, part int, bad bool) {
	g.Due[i]++
	if r.Unsent {
		return
	}
	g.Sent[i]++
	g.part[part].sent++
	took := int64(r.Latency())
	if bad {
		g.Failed[i]++
		g.part[part].failed++
		took = endless
	}
	g.took = append(g.took, took)
}

// close ends step i.
func (g *gathered) close(i int) {
	slices.Sort(g.took)
	g.Worst = append(g.Worst, worst(g.part[:]))
	g.P50, g.P95, g.P99 = append(g.P50, quantile(g.took, 0.5)),
		append(g.P95, quantile(g.took, 0.95)), append(g.P99, quantile(g.took, 0.99))
	g.Most = append(g.Most, quantile(g.took[:len(g.took)-g.Failed[i]], 1))
	g.took, g.part = g.took[:0], [parts]counts{}
}

// worst is the least share of good requests.
func worst(all []counts) *float64 {
	least := math.Inf(1)
	for _, c := range all {
		if c.sent > 0 {
			least = min(least, float64(c.sent-c.failed)/float64(c.sent))
		}
	}
	if math.IsInf(least, 1) {
		return nil
	}
	return rounded(least)
}

// quantile is the nearest rank of what is sorted, in seconds; nil where it has no end.
func quantile(sorted []int64, q float64) *float64 {
	if len(sorted) == 0 {
		return nil
	}
	v := sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
	if v == endless {
		return nil
	}
	return rounded(float64(v) / 1e9)
}

// rounded keeps five digits, more than a chart shows: it keeps the columns short.
func rounded(f float64) *float64 {
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 5, 64), 64)
	return &f
}

// largest are the columns that count most, and the rest as one.
func (t *tally) largest() []Counted {
	all := t.all
	sum := func(col []int) (n int) {
		for _, k := range col {
			n += k
		}
		return n
	}
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(sum(all[b]), sum(all[a])), cmp.Compare(a, b))
	})
	out := []Counted{}
	for i, name := range names {
		if i < mostNamed {
			out = append(out, Counted{name, all[name]})
			continue
		}
		if i == mostNamed {
			out = append(out, Counted{"", make([]int, len(all[name]))})
		}
		for k, n := range all[name] {
			out[mostNamed].Count[k] += n
		}
	}
	return out
}

// lanes are what the watchers said.
func lanes(r *timeline.Record, start int64) []Lane {
	out := []Lane{}
	at := func(s watch.Span) [2]float64 {
		return [2]float64{float64(s.Before-start) / 1e9, float64(s.After-start) / 1e9}
	}
	for _, w := range r.Header.Watch {
		l := Lane{Name: w.Name, Kind: w.Kind, Alarms: []Alarm{}}
		for _, a := range watch.Notice(w, r).Alarms {
			one := Alarm{Raised: at(a.Raised)}
			if a.Over {
				until := at(a.Content)
				one.Content = &until
			}
			l.Alarms = append(l.Alarms, one)
		}
		out = append(out, l)
	}
	return out
}
