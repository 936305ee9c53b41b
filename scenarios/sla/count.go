package sla

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen"
)

// within is the stream's requests of a phase, sent or not.
func (s *scorer) within(st *stream, phase string) []loadgen.Request {
	from, to, ok := s.course.phase(phase)
	if !ok {
		return nil
	}
	byDue := func(r loadgen.Request, t int64) int { return cmp.Compare(r.Due, t) }
	i, _ := slices.BinarySearchFunc(st.all, from, byDue)
	j, _ := slices.BinarySearchFunc(st.all, to, byDue)
	return st.all[i:max(i, j)]
}

// requests counts, per group and phase, and over all.
func (s *scorer) requests() {
	all := &s.card.Requests
	classes := map[string]uint64{}
	for _, st := range s.streams {
		g := Group{Name: st.group.Name, Phases: []Phase{}}
		for _, name := range []string{"baseline", "fault", "recovery"} {
			g.Phases = append(g.Phases, phaseOf(name, s.within(st, name), st.group.Slow))
		}
		s.card.Groups = append(s.card.Groups, g)
		usual := st.usual(s.course)
		for _, r := range s.within(st, "run") {
			all.Due++
			if r.Unsent {
				continue
			}
			all.Sent++
			all.Excess -= usual
			if r.Attempts > 1 {
				all.Replayed++
			}
			if !r.Bad(st.group.Slow) {
				continue
			}
			all.Failed++
			classes[classOf(r)]++
			if s.detected == never || r.Due < s.detected {
				all.BeforeDetect++
			} else {
				all.AfterDetect++
			}
		}
	}
	if all.Sent > 0 {
		good := float64(all.Sent - all.Failed)
		all.Availability = round(good / float64(all.Sent))
		all.Low, all.High = round(good/float64(all.Due)), round((good+float64(all.Due-all.Sent))/float64(all.Due))
	}
	all.Excess = round(max(0, all.Excess+float64(all.Failed)))
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		s.card.Classes = append(s.card.Classes, Class{name, classes[name]})
	}
	slices.SortStableFunc(s.card.Classes, func(a, b Class) int { return cmp.Compare(b.Count, a.Count) })
	s.nodes()
}

// usual is the share of bad requests in the baseline.
func (s *stream) usual(c course) float64 {
	_, before, _ := c.phase("baseline")
	return float64(s.badBefore(before)) / float64(max(1, s.first(before)))
}

// classOf names how a bad request failed.
func classOf(r loadgen.Request) string {
	switch {
	case r.Class == loadgen.OK:
		return "slow"
	case r.Class == loadgen.Status && r.Injected:
		return fmt.Sprintf("http %d, injected", r.Status)
	case r.Class == loadgen.Status:
		return fmt.Sprintf("http %d", r.Status)
	}
	return r.Class.String()
}

func phaseOf(name string, rs []loadgen.Request, slow time.Duration) Phase {
	p := Phase{Name: name}
	latencies := make([]time.Duration, 0, len(rs))
	for _, r := range rs {
		p.Due++
		if r.Unsent {
			continue
		}
		p.Sent++
		latencies = append(latencies, r.Latency())
		bad := r.Bad(slow)
		if bad {
			p.Failed++
		}
		if r.Reused {
			p.Connections.Established.add(bad)
		} else {
			p.Connections.New.add(bad)
		}
	}
	p.Connections.Differ = p.Connections.New.apart(p.Connections.Established)
	if p.Sent > 0 {
		p.Success = round(1 - float64(p.Failed)/float64(p.Sent))
	}
	p.P50, p.P95, p.P99 = seconds(quantile(latencies, 0.5)), seconds(quantile(latencies, 0.95)), seconds(quantile(latencies, 0.99))
	return p
}

func (s *Served) add(bad bool) {
	s.Sent++
	if bad {
		s.Failed++
	}
	s.Success = round(1 - float64(s.Failed)/float64(s.Sent))
}

// apart reports whether two shares of good requests differ by more than chance.
func (s Served) apart(o Served) bool {
	if s.Sent == 0 || o.Sent == 0 {
		return false
	}
	low, high := clopper(int(s.Sent-s.Failed), int(s.Sent))
	otherLow, otherHigh := clopper(int(o.Sent-o.Failed), int(o.Sent))
	return high < otherLow || otherHigh < low
}

// nodes shares out the answers of each phase among those who gave them.
func (s *scorer) nodes() {
	type tally struct{ in [3]float64 }
	byName := map[string]*tally{}
	failed := map[string]uint64{}
	var total [3]float64
	for i, phase := range []string{"baseline", "fault", "recovery"} {
		for _, st := range s.streams {
			for _, r := range s.within(st, phase) {
				if r.Unsent {
					continue
				}
				name := answeredBy(r)
				if byName[name] == nil {
					byName[name] = &tally{}
				}
				byName[name].in[i]++
				total[i]++
				if i > 0 && r.Bad(st.group.Slow) {
					failed[name]++
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		var share [3]float64
		for i, n := range byName[name].in {
			share[i] = round(n / max(1, total[i]))
		}
		s.card.Nodes = append(s.card.Nodes, Node{Name: name, Baseline: share[0], Fault: share[1], Recovery: share[2], Failed: failed[name]})
	}
}

// answeredBy names who answered: a node by its header, the switchboard for what
// a fault made, somebody without a header, or none.
func answeredBy(r loadgen.Request) string {
	switch {
	case r.Injected:
		return "switchboard"
	case r.Node != "":
		return r.Node
	case r.Status != 0:
		return "unnamed"
	}
	return "none"
}

// generator is how the load kept its word, over the whole run.
func (s *scorer) generator() {
	g := &s.card.Generator
	var lags []time.Duration
	for _, st := range s.sent() {
		g.RateWanted += st.group.Rate
		g.Unsent += uint64(len(st.all) - len(st.sent))
		for _, r := range st.sent {
			lags = append(lags, time.Duration(r.Sent-r.Due))
		}
	}
	if length := time.Duration(s.course.end - s.course.start).Seconds(); length > 0 && len(lags) > 0 {
		g.RateAchieved = math.Round(float64(len(lags))/length*100) / 100
	}
	g.LagP99 = seconds(quantile(lags, 0.99))
	s.machine()
}

// mostColumns is how many steps a picture has at most.
const mostColumns = 60

// picture is the share of bad requests, step by step, of a length that people
// count in.
func (s *scorer) picture() {
	length := time.Duration(s.course.end - s.course.start).Seconds()
	if !(length > 0) {
		s.card.Picture = Picture{Step: 1, Bad: []float64{}, Marks: []Point{}}
		return
	}
	step := 0.0
	for _, step = range []float64{0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600} {
		if length/step <= mostColumns {
			break
		}
	}
	step = max(step, length/mostColumns)
	n := int(math.Ceil(length / step))
	bad, sent := make([]float64, n), make([]float64, n)
	for _, st := range s.streams {
		for _, r := range st.sent {
			i := int(time.Duration(r.Due-s.course.start).Seconds() / step)
			if i < 0 || i >= n {
				continue
			}
			sent[i]++
			if r.Bad(st.group.Slow) {
				bad[i]++
			}
		}
	}
	for i := range bad {
		if sent[i] == 0 {
			bad[i] = -1
			continue
		}
		bad[i] = round(bad[i] / sent[i])
	}
	s.card.Picture = Picture{Step: step, Bad: bad, Marks: s.points()}
}

// points are the instants that a picture shows, in order.
func (s *scorer) points() []Point {
	all := []Point{}
	add := func(t float64, name string) {
		if t >= 0 {
			all = append(all, Point{t, name})
		}
	}
	for _, f := range s.card.Faults {
		of := ""
		if len(s.card.Faults) > 1 {
			of = " " + f.Name
		}
		add(f.Inject, "inject"+of)
		add(f.Clear, "clear"+of)
	}
	for _, x := range s.spells {
		of := ""
		if len(s.card.Faults) > 1 {
			of = " of " + x.fault
		}
		add(s.course.at(x.onset), "onset"+of)
		if !x.censored {
			add(s.course.at(x.end), "recovered"+of)
		}
	}
	for i, w := range s.record.Header.Watch {
		c := s.charge(w)
		if d := s.card.Watchers[i].Detect; d != nil && !d.Censored {
			add(round(s.course.at(c.from)+d.Seconds), w.Name+" noticed")
		}
		if r := s.card.Watchers[i].Restore; r != nil && !r.Censored {
			add(round(s.course.at(c.cleared)+r.Seconds), w.Name+" content")
		}
	}
	slices.SortStableFunc(all, func(a, b Point) int { return cmp.Compare(a.At, b.At) })
	return all
}
