package sla

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gonum.org/v1/gonum/mathext"

	"github.com/stormdrill/stormdrill/loadgen"
)

// bounds are what a metric may have been, and of how many steps it was counted.
type bounds struct {
	low, high float64
	steps     int // 0: it is about requests
}

// keep judges one objective over a phase.
func (s *scorer) keep(text string) Objective {
	k, err := ParseKeep(text)
	if err != nil { // the plan, or `score --sla`, checked it
		return Objective{Name: "keep " + text, Wanted: text, Measured: "nothing", Result: Undecided, Why: err.Error()}
	}
	o := Objective{Name: k.name(), Wanted: sign(k.Op) + " " + k.shown(k.Value), Measured: "nothing", Result: Undecided}
	limit := bounds{low: k.Value, high: k.Value}
	if k.Relative {
		o.Wanted = sign(k.Op) + fmt.Sprintf(" %g x baseline", k.Value)
		base, ok := s.metric(k, "baseline")
		if !ok {
			o.Why = "the baseline has no data to hold it against"
			return o
		}
		limit = bounds{low: k.Value * base.low, high: k.Value * base.high}
		o.Wanted += ", " + k.shown(limit.low)
	}
	have, ok := s.metric(k, k.Phase)
	if !ok {
		o.Why = k.without()
		return o
	}
	o.Measured = k.shown(have.low)
	if k.shown(have.high) != o.Measured {
		o.Measured += " to " + k.shown(have.high)
	}
	o.Value, o.Unit = k.worse(have.low, have.high), "s"
	if k.isShare() {
		o.Unit = "share"
	}
	o.Result = k.result(have, limit)
	worst := limit.low
	if k.Op == ">=" {
		worst = limit.high
	}
	if o.Margin = k.margin(have.low, have.high, worst); o.Result == Undecided {
		o.Why = k.doubt(have)
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
func (k Keep) without() string {
	what := "request was sent"
	switch before, _, _ := strings.Cut(k.Metric, "-"); before {
	case "dns":
		what = "name was asked"
	case "handshake":
		what = "connection was opened"
	case "tls":
		what = "TLS handshake was begun"
	}
	if k.Node != "" {
		what += " that " + k.Node + " answered"
	}
	return "no " + what + " in that phase"
}

// doubt says why it cannot be told.
func (k Keep) doubt(have bounds) string {
	if have.steps == 0 {
		return "it depends on the requests that were due and never sent"
	}
	why := fmt.Sprintf("%d of them leave that much in doubt", have.steps)
	if k.Op == ">=" && !k.Relative && k.Value < 1 {
		why += fmt.Sprintf(": %s takes %d without a failure; a longer phase, a higher rate or more connections would give them", k.shown(k.Value), Clean(k.Value))
	}
	return why
}

// Clean is how many trials without a failure show a share with the confidence
// of a baseline: 2,995 for 99.9 %.
func Clean(share float64) int {
	return int(math.Ceil(math.Log(1-baselineConfidence) / math.Log(share)))
}

// metric bounds what k asks for in a phase; false where there is no data.
func (s *scorer) metric(k Keep, phase string) (bounds, bool) {
	if _, of := k.step(loadgen.Request{}); of {
		return s.steps(k, phase)
	}
	return s.served(k, phase)
}

// served is a metric of requests: with those that were never sent all good, and
// all bad. Those are nobody's answer, so they are in no node's metric.
func (s *scorer) served(k Keep, phase string) (bounds, bool) {
	var good, unsent float64
	var latencies []time.Duration
	for _, st := range s.streams {
		if !k.About(st.group.Name) {
			continue
		}
		for _, r := range s.within(st, phase) {
			switch {
			case r.Unsent && k.Node == "":
				unsent++
				continue
			case r.Unsent, k.Node != "" && answeredBy(r) != k.Node:
				continue
			}
			latencies = append(latencies, r.Latency())
			if !r.Bad(st.group.Slow) {
				good++
			}
		}
	}
	sent := float64(len(latencies))
	switch {
	case sent == 0:
		return bounds{}, false
	case k.isShare():
		return bounds{low: good / (sent + unsent), high: (good + unsent) / (sent + unsent)}, true
	}
	// The unsent ones go to the end of what is sorted, at worst, and to its
	// beginning, at best.
	for range int(unsent) {
		latencies = append(latencies, math.MaxInt64)
	}
	high := quantile(latencies, k.quantile()).Seconds()
	for i := range int(unsent) {
		latencies[len(latencies)-1-i] = 0
	}
	return bounds{low: quantile(latencies, k.quantile()).Seconds(), high: high}, true
}

// steps is a metric of what it took to get a connection.
func (s *scorer) steps(k Keep, phase string) (bounds, bool) {
	failed := 0
	var took []time.Duration
	for _, st := range s.streams {
		if !k.About(st.group.Name) {
			continue
		}
		for _, r := range s.within(st, phase) {
			step, _ := k.step(r)
			if !step.Tried() || k.Node != "" && answeredBy(r) != k.Node {
				continue
			}
			took = append(took, step.Took())
			if !step.OK() {
				failed++
			}
		}
	}
	if len(took) == 0 {
		return bounds{}, false
	}
	if !k.isShare() {
		v := quantile(took, k.quantile()).Seconds()
		return bounds{v, v, len(took)}, true
	}
	low, high := clopper(len(took)-failed, len(took))
	return bounds{low, high, len(took)}, true
}

// clopper is between the one-sided Clopper-Pearson bounds of a share, k of n.
func clopper(k, n int) (low, high float64) {
	low, high = 0, 1
	if k > 0 {
		low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), 1-baselineConfidence)
	}
	if k < n {
		high = mathext.InvRegIncBeta(float64(k+1), float64(n-k), baselineConfidence)
	}
	return low, high
}
