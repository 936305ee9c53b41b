package sla

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// bounds are what a metric may have been, and of how many steps it was counted.
type bounds struct {
	low, high float64
	steps     int // 0: it is about requests
	nameless  int // see metric
}

// keep judges one objective over a phase.
func (s *scorer) keep(text string) Objective {
	k, err := ParseKeep(text)
	if err != nil { // the plan, or `score --sla`, checked it
		o := Objective{Name: text, Wanted: Say(AsWritten, text), Measured: Say(Nothing)}
		o.undecided(ThresholdUnread, err.Error())
		return o
	}
	o := Objective{Name: k.name(), Wanted: Say(WantTime, k.Op, k.Value), Op: k.Op,
		Unit: inSeconds, Measured: Say(Nothing)}
	if k.IsShare() {
		o.Unit, o.Wanted = asShare, Say(WantShare, k.Op, k.Value)
	}
	limit := bounds{low: k.Value, high: k.Value}
	if k.Relative {
		o.Wanted = Say(WantOfBaseline, k.Op, k.Value)
		base, ok := s.metric(k, "baseline")
		if !ok {
			o.undecided(BaselineEmpty)
			return o
		}
		limit = bounds{low: k.Value * base.low, high: k.Value * base.high}
		if math.IsInf(limit.high, 1) {
			o.undecided(BaselineEndless)
			return o
		}
		if k.IsShare() {
			o.Wanted = Say(WantOfBaseline, k.Op, k.Value, nil, limit.low)
		} else {
			o.Wanted = Say(WantOfBaseline, k.Op, k.Value, limit.low)
		}
	}
	have, ok := s.metric(k, k.Phase)
	if !ok {
		o.undecided(k.without(), Word(k.On), Word(k.Node))
		return o
	}
	o.Measured = Say(Latency, have.low, have.high)
	if m := s.metrics.of(k, k.Phase); math.IsInf(have.low, 1) || math.IsInf(have.high, 1) &&
		m.bad > 0 {
		o.Measured = Say(Latency, have.low, have.high, m.bad, m.counted())
	}
	if k.IsShare() {
		o.Measured = Say(Share, have.low, have.high)
	}
	o.Value = k.worse(have.low, have.high)
	o.Result = k.result(have, limit)
	worst := limit.low
	if k.Op == ">=" {
		worst = limit.high
	}
	o.Limit = k.worse(limit.high, limit.low)
	if o.Margin = k.margin(have.low, have.high, worst); o.Result == Undecided {
		why := k.doubt(have)
		o.Why = &why
	}
	return o
}

// result compares what was with what is wanted, each known within bounds.
func (k Keep) result(have, limit bounds) string {
	met, missed := have.high <= limit.low, have.low > limit.high
	if k.Op == ">=" {
		met, missed = have.low >= limit.high, have.high < limit.low
	}
	switch {
	case met:
		return Met
	case missed:
		return Missed
	}
	return Undecided
}

// without says what there was none of.
func (k Keep) without() Code {
	switch before, _, _ := strings.Cut(k.Metric, "-"); before {
	case "dns":
		return NoLookup
	case "handshake":
		return NoConnection
	case "tls":
		return NoTLSHandshake
	}
	return NoRequest
}

// doubt says why it cannot be decided.
func (k Keep) doubt(have bounds) Said {
	switch {
	case have.nameless > 0:
		return Say(NamelessAnswers, have.nameless)
	case have.steps == 0:
		return Say(UnsentDecide)
	case !k.IsShare():
		return Say(SampleSmallForTime, have.steps)
	case k.Op == ">=" && !k.Relative && k.Value < 1:
		return Say(SampleSmallForShare, have.steps, k.Value, Clean(k.Value))
	}
	return Say(SampleSmall, have.steps)
}

// Clean is how many trials without a failure show a share with the confidence
// of a baseline: 2,995 for 99.9 %.
func Clean(share float64) int {
	return int(math.Ceil(math.Log(1-Confidence) / math.Log(share)))
}

// kept are all objectives of that kind; those that cannot be read are judged as
// what they are.
func (s *scorer) kept() (all []Keep) {
	texts := s.wanted.Keep
	if s.wanted.Profile == Handbook {
		texts = slices.Concat(texts, Indicators)
	}
	for _, text := range texts {
		if k, err := ParseKeep(text); err == nil {
			all = append(all, k)
		}
	}
	return all
}

// phases are those that a metric is needed of.
func (k Keep) phases() []string {
	if k.Relative {
		return []string{k.Phase, "baseline"}
	}
	return []string{k.Phase}
}

// metrics are what was counted for the objectives, each once.
type metrics map[metricOf]*metric

// metricOf is what a metric is of.
type metricOf struct {
	metric, of, node, on, phase string
	good                        bool
}

// of is the metric that k asks for in a phase.
func (all metrics) of(k Keep, phase string) *metric {
	key := metricOf{k.Metric, k.Of, k.Node, k.On, phase, k.Good}
	if all[key] == nil {
		all[key] = &metric{node: k.Node, on: k.On, step: k.step(), good: k.Good}
	}
	return all[key]
}

// metric counts the requests of a node, or of all, or the steps of one kind that
// their connections took.
type metric struct {
	node string
	on   string
	step stepOf // nil: the requests themselves
	good bool   // bad ones do not count

	took   spread // of the good ones
	bad    int
	unsent int // no node's answer, so they are in no node's metric
	// hit is when a fault was on that hits the node. What names no node then may be this
	// one's: a fault's answer, in an older record, and a request that got none, or a front's
	// own, as it was dead. It is, where no other node answers.
	hit      []span
	alone    bool
	nameless int
}

func (m *metric) add(r *load.Request, bad bool) {
	switch {
	case m.step != nil:
		m.addStep(m.step(r), r)
	case r.Unsent && m.node == "":
		m.unsent++
	case m.mayBe(r, bad) && m.alone && bad:
		m.count(r.Latency(), false)
	case m.mayBe(r, bad):
		m.nameless++
	case !r.Unsent && m.by(r):
		m.count(r.Latency(), !bad)
	}
}

// mayBe reports whether a request that names no node may have met this one.
func (m *metric) mayBe(r *load.Request, bad bool) bool {
	return r.Node == "" && !r.Unsent && len(m.hit) > 0 &&
		(m.on == "" || r.Reused == (m.on == established)) &&
		(r.Injected || bad && slices.ContainsFunc(m.hit, func(t span) bool {
			return t.injected != never && r.Done >= t.injected &&
				(t.cleared == never || r.Due <= t.cleared)
		}))
}

func (m *metric) addStep(step load.Step, r *load.Request) {
	if step.Tried() && m.by(r) {
		m.count(step.Took(), step.OK())
	}
}

func (m *metric) by(r *load.Request) bool {
	return (m.node == "" || answeredBy(r) == m.node) &&
		(m.on == "" || r.Reused == (m.on == established))
}

func (m *metric) count(took time.Duration, good bool) {
	switch {
	case good:
		m.took.add(took)
	case !m.good:
		m.bad++
	}
}

// counted is how many there were.
func (m *metric) counted() int { return m.took.n + m.bad }

// hits is when faults that hit a node were on.
func (s *scorer) hits(node string) (all []span) {
	for _, f := range s.record.Header.Faults {
		if node != "" && slices.Contains(f.Nodes, node) {
			all = append(all, s.span(f.Name))
		}
	}
	return all
}

// alone reports whether a node is the only one that answers a group.
func (s *stream) alone(node string) bool {
	for name := range s.by.of {
		if name != node && named(name) {
			return false
		}
	}
	return true
}

// metric bounds what k asks for in a phase; false where there is no data.
func (s *scorer) metric(k Keep, phase string) (bounds, bool) {
	m := s.metrics.of(k, phase)
	switch {
	case m.counted()+m.nameless == 0:
		return bounds{}, false
	case m.step != nil:
		return m.steps(k), true
	}
	return m.served(k), true
}

// served is a metric of requests: with those that were never sent all good, and
// all bad. Bad answers that name no node are the node's at worst, and not at best.
func (m *metric) served(k Keep) bounds {
	least := m.counted() + m.unsent
	most := least + m.nameless
	if k.IsShare() {
		return bounds{low: float64(m.took.n) / float64(most),
			high: float64(m.took.n+m.unsent) / float64(max(1, least)), nameless: m.nameless}
	}
	// At worst the unsent ones would have been without end, at best the quickest.
	_, above := ranks(k.quantile(), most)
	b := bounds{high: m.at(above), steps: m.counted(), nameless: m.nameless}
	if below, _ := ranks(k.quantile(), max(1, least)); below > m.unsent {
		b.low = m.at(below - m.unsent)
	}
	return b
}

// ranks are the places, from 1, between which a quantile of what n were drawn from lies,
// each with Confidence, whatever its distribution: as many as are below the quantile are
// binomial (order statistics). 0 is below all of them, n + 1 above.
func ranks(q float64, n int) (low, high int) {
	below := distuv.Binomial{N: float64(n), P: q}
	low = sort.Search(n+1, func(k int) bool { return below.CDF(float64(k)) > 1-Confidence })
	high = sort.Search(n+1, func(k int) bool { return below.CDF(float64(k-1)) >= Confidence })
	return low, high
}

// at is the k-th shortest, from 1, in seconds; bad ones are without end.
func (m *metric) at(k int) float64 {
	switch {
	case k > m.took.n:
		return math.Inf(1)
	case k < 1:
		return 0
	}
	return m.took.at(k).Seconds()
}

// steps is a metric of what it took to get a connection.
func (m *metric) steps(k Keep) bounds {
	n := m.counted()
	if k.IsShare() {
		low, high := clopper(m.took.n, n)
		return bounds{low: low, high: high, steps: n}
	}
	low, high := ranks(k.quantile(), n)
	return bounds{low: m.at(low), high: m.at(high), steps: n}
}

// clopper is between the one-sided Clopper-Pearson bounds of a share, k of n.
func clopper(k, n int) (low, high float64) {
	low, high = 0, 1
	if k > 0 {
		low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), 1-Confidence)
	}
	if k < n {
		high = mathext.InvRegIncBeta(float64(k+1), float64(n-k), Confidence)
	}
	return low, high
}
