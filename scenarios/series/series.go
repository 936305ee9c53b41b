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
)

// Most is how many points a column has at most: about as many as a screen has pixels.
const Most = 1200

const (
	// mostNamed is how many nodes and classes have columns of their own; the rest are one.
	mostNamed = 9
	// mostGroups is how many groups have; the rest are in those of all of them.
	mostGroups = 24
)

// Series is a run in steps. All columns are as long as At; times are seconds from the
// start of the run.
type Series struct {
	Step     float64   `json:"step_seconds"`
	At       []float64 `json:"at"`     // where each step begins
	End      float64   `json:"end"`    // and the last ends: less than two steps after it began
	Steady   float64   `json:"steady"` // the steady state begins; before it is warm-up
	Parts    []Parts   `json:"parts"`  // of the faults that come and go
	Groups   []Group   `json:"groups"` // of several, all of them first, nameless; 24 more at most
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

// steps are lengths that people count in, in milliseconds.
var steps = []int64{100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
	300_000, 600_000, 1_800_000, 3_600_000}

const (
	// parts is how many parts of a step are told apart for the worst of them.
	parts = 4
	// enough requests in a step make a share and a percentile of it; for them, a step is
	// made as long as a second, but no longer.
	enough  = 25
	longest = time.Second
)

// Length is how long a run took, in seconds, from its first request on.
func Length(r *timeline.Record) float64 {
	start, end := bounds(r)
	return float64(end-start) / 1e9
}

// Of reads a run's series from its record.
func Of(r *timeline.Record) Series {
	start, end := bounds(r)
	total := 0
	for _, g := range r.Header.Groups {
		total += r.Requests[g.Name].Len()
	}
	step := stepOf(end-start, total)
	n := int((end - start) / step)
	if end > start {
		n = max(n, 1)
	}
	c := &columns{n: n, fresh: served(n), standing: served(n)}
	c.classes.n, c.nodes.n = n, n
	out := Series{Step: float64(step) / 1e9, At: make([]float64, n),
		End: float64(end-start) / 1e9, New: c.fresh,
		Standing: c.standing, Watchers: lanes(r, start), Steady: steady(r, start),
		Parts: parted(r, start)}
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
		to := from + step
		if i == n-1 { // what is left over is no step of its own, which would look like a fall
			to = end
		}
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
			for r := range q.Between(first, q.First(to)) {
				bad, part := r.Bad(g.Slow), int(max(0, r.Due-from)*parts/(to-from))
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
	for _, g := range groups[:min(len(groups), 1+mostGroups)] {
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

// stepOf is the shortest step by which a run has no more than Most points, and mostly
// enough of its n requests in each.
func stepOf(length int64, n int) int64 {
	for _, ms := range steps {
		step := ms * int64(time.Millisecond)
		many := float64(n)*float64(step) >= enough*float64(length) || step >= int64(longest)
		if many && length <= step*Most {
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
	some []named // the first few: faster found than in a map, for their texts are the same ones
}

type named struct {
	name string
	col  []int
}

func (t *tally) add(name string, i int) {
	for _, c := range t.some {
		if c.name == name {
			c.col[i]++
			return
		}
	}
	col := t.all[name]
	if col == nil {
		if t.all == nil {
			t.all = map[string][]int{}
		}
		col = make([]int, t.n)
		t.all[name] = col
		if len(t.some) < 2*mostNamed {
			t.some = append(t.some, named{name, col})
		}
	}
	col[i]++
}

// gathered is a group as it is read, step by step.
type gathered struct {
	Group
	took []int64 // of the good ones of the step at hand
	part [parts]counts
}

type counts struct{ sent, failed int }

func newGathered(name string, slow time.Duration, n int) *gathered {
	return &gathered{Group: Group{Name: name, Slow: slow.Seconds(), Served: served(n),
		Due: make([]int, n)}}
}

func (g *gathered) add(r *load.Request, i, part int, bad bool) {
	g.Due[i]++
	if r.Unsent {
		return
	}
	g.Sent[i]++
	g.part[part].sent++
	if bad {
		g.Failed[i]++
		g.part[part].failed++
		return
	}
	g.took = append(g.took, int64(r.Latency()))
}

// close ends step i.
func (g *gathered) close(i int) {
	g.Worst = append(g.Worst, worst(g.part[:]))
	from := 0 // the ranks ascend: what is below the last one need not be looked at again
	rank := func(q float64) *float64 {
		k := max(0, int(math.Ceil(q*float64(g.Sent[i])))-1)
		if k >= len(g.took) { // nothing was sent, or it is a bad one, which has no end
			return nil
		}
		sink(g.took[from:], k-from)
		from = k
		return rounded(float64(g.took[k]) / 1e9)
	}
	g.P50, g.P95, g.P99 = append(g.P50, rank(0.5)), append(g.P95, rank(0.95)),
		append(g.P99, rank(0.99))
	var most *float64
	if len(g.took) > 0 {
		most = rounded(float64(slices.Max(g.took[from:])) / 1e9)
	}
	g.Most = append(g.Most, most)
	g.took, g.part = g.took[:0], [parts]counts{}
}

// sink puts the k-th least value into its place, none after it being less and none before
// it more (C. A. R. Hoare's Find): millions are not sorted for three of them.
func sink(v []int64, k int) {
	for lo, hi := 0, len(v)-1; lo < hi; {
		a, b, c := v[lo], v[lo+(hi-lo)/2], v[hi]
		pivot := max(min(a, b), min(max(a, b), c)) // their median
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
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
