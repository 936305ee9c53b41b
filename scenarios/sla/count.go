package sla

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// counter counts requests, which come in order of due: those never sent too,
// which are not bad.
type counter interface {
	add(r *load.Request, bad bool)
}

// counting is a counter of a stretch of a stream, by places in all.
type counting struct {
	from, to int
	counter
}

// feed reads a stream once, for all that count something in it.
func (s *stream) feed(all []counting) {
	i := 0
	for r := range s.all.All() {
		bad := r.Bad(s.group.Slow)
		for k := range all {
			if c := &all[k]; c.from <= i && i < c.to {
				c.add(r, bad)
			}
		}
		i++
	}
}

// count counts everything that is said of the users' requests, in one pass over
// each group's.
func (s *scorer) count() {
	run, answers := newTotals(s.detected, s.well()), newAnswers()
	s.seconds, s.buckets, s.metrics = s.course.seconds(), s.course.buckets(), metrics{}
	for _, st := range s.streams {
		var all []counting
		on := func(phase string, c counter) {
			from, to, ok := s.course.phase(phase)
			if ok {
				all = append(all, counting{st.all.First(from), st.all.First(to), c})
			}
		}
		phases := []*phase{{name: "baseline"}, {name: "fault"}, {name: "recovery"}}
		for k, p := range phases {
			on(p.name, p)
			on(p.name, answers.in(k))
		}
		run.usual = st.usual(s.course)
		hits := newHits(s.course, st.group.Users, s.seconds)
		on("run", run)
		on("run", hits)
		all = append(all, counting{0, st.all.Len(), s.buckets})
		for _, d := range s.delays {
			if d.from != never && s.canMeet(st.group.Name, d.names) {
				all = append(all, d.of(st))
			}
		}
		for _, k := range s.kept() {
			for _, phase := range k.phases() {
				if k.About(st.group.Name) {
					m := s.metrics.of(k, phase)
					m.hit, m.alone = s.hits(k.Node), st.alone(k.Node)
					on(phase, m)
				}
			}
		}
		st.feed(all)
		g := Group{Name: st.group.Name, Phases: []Phase{}, Dispersion: round(st.spread)}
		for _, p := range phases {
			g.Phases = append(g.Phases, p.counted())
		}
		s.card.Groups = append(s.card.Groups, g)
		s.card.Impact.UsersHit += hits.ever
	}
	s.card.Requests, s.card.Classes = run.requests(), run.sorted()
	s.card.Requests.Over = s.course.over()
	s.card.Nodes = answers.nodes()
}

// totals are the requests of fault and recovery.
type totals struct {
	Requests
	detected int64   // see scorer
	well     int64   // the users had recovered from all the faults' outages; never without one
	usual    float64 // share of bad ones in the baseline of the group that is counted
	classes  map[string]uint64
}

func newTotals(detected, well int64) *totals {
	return &totals{detected: detected, well: well, classes: map[string]uint64{}}
}

func (t *totals) add(r *load.Request, bad bool) {
	t.Due++
	if r.Unsent {
		return
	}
	t.Sent++
	t.Excess -= t.usual
	if r.Attempts > 1 {
		t.Replayed++
	}
	if !bad {
		return
	}
	t.Failed++
	t.classes[r.Failure()]++
	if t.detected == never || r.Due < t.detected {
		t.BeforeDetect++
		return
	}
	t.AfterDetect++
	if r.Due <= t.well {
		t.UntilWell++
	}
}

// requests are what was counted, with the shares.
func (t *totals) requests() Requests {
	out := t.Requests
	out.Availability, out.Low, out.High = None, None, None
	if out.Sent > 0 {
		good := float64(out.Sent - out.Failed)
		out.Availability = Number(round(good / float64(out.Sent)))
		out.Low = Number(round(good / float64(out.Due)))
		out.High = Number(round((good + float64(out.Due-out.Sent)) / float64(out.Due)))
	}
	out.Excess = round(max(0, out.Excess+float64(out.Failed)))
	return out
}

// sorted are the classes, the most frequent first.
func (t *totals) sorted() []Class {
	out := []Class{}
	for _, name := range slices.Sorted(maps.Keys(t.classes)) {
		out = append(out, Class{name, t.classes[name]})
	}
	slices.SortStableFunc(out, func(a, b Class) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// well is when the users had recovered from the last outage that is a fault's, the
// run's end where that is not known; never without one.
func (s *scorer) well() int64 {
	last := int64(never)
	for _, x := range s.byFault {
		if last = max(last, x.end); x.censored {
			return s.course.end
		}
	}
	return last
}

// usual is the share of bad requests in the baseline.
func (s *stream) usual(c course) float64 {
	_, before, _ := c.phase("baseline")
	return float64(s.badBefore(before)) / float64(max(1, s.first(before)))
}
