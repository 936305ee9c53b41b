package sla

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// mostColumns is how many steps a picture has at most.
const mostColumns = 60

// timeBuckets counts requests step by step, of a length that people count in.
type timeBuckets struct {
	start     int64
	step      float64 // seconds
	sent, bad []float64
}

// timeBuckets is that of the whole run; without columns where the run has no length.
func (c course) buckets() *timeBuckets {
	length := time.Duration(c.end - c.start).Seconds()
	if !(length > 0) {
		return &timeBuckets{step: 1}
	}
	step := 0.0
	for _, step = range []float64{0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600} {
		if length/step <= mostColumns {
			break
		}
	}
	step = max(step, length/mostColumns)
	n := int(math.Ceil(length / step))
	return &timeBuckets{c.start, step, make([]float64, n), make([]float64, n)}
}

func (s *timeBuckets) add(r *load.Request, bad bool) {
	i := int(float64(r.Due-s.start) / (s.step * 1e9))
	if r.Unsent || i < 0 || i >= len(s.sent) {
		return
	}
	s.sent[i]++
	if bad {
		s.bad[i]++
	}
}

// picture is the share of bad requests, step by step.
func (s *scorer) picture() {
	p := Picture{Step: s.buckets.step, Bad: []Number{}, Marks: []Point{}}
	for i, sent := range s.buckets.sent {
		share := None
		if sent > 0 {
			share = Number(round(s.buckets.bad[i] / sent))
		}
		p.Bad = append(p.Bad, share)
	}
	if len(p.Bad) > 0 {
		p.Marks = s.points()
	}
	s.card.Picture = p
}

// points are the instants that a picture shows, in order.
func (s *scorer) points() []Point {
	all := []Point{}
	add := func(t float64, code Code, of string) {
		if t >= 0 {
			all = append(all, Point{t, Say(code, Word(of))})
		}
	}
	for _, f := range s.card.Faults {
		of := ""
		if len(s.card.Faults) > 1 {
			of = f.Name
		}
		inject, lift, clear := float64(f.Inject), float64(f.Lift), float64(f.Clear)
		add(inject, MarkInject, of)
		if clear < 0 || clear-lift >= seconds(window) { // else the two are one
			add(lift, MarkLift, of)
		}
		add(clear, MarkClear, of)
	}
	for _, x := range s.byFault {
		of := ""
		if len(s.card.Faults) > 1 {
			of = x.fault
		}
		if x.onset >= s.span(x.fault).injected { // else it is of an outage that it shares
			add(s.course.at(x.onset), MarkOnset, of)
		}
		if !x.censored {
			add(s.course.at(x.end), MarkRecovered, of)
		}
	}
	for i, w := range s.record.Header.Watch {
		c := s.window(w)
		if d := s.card.Watchers[i].Detect; d != nil && !d.Censored {
			add(round(s.course.at(c.from)+d.Seconds), MarkNoticed, w.Name)
		}
		if r := s.card.Watchers[i].Restore; r != nil && !r.Censored {
			at := round(s.course.at(c.gone) + r.Seconds)
			if r.Seconds == 0 { // it was content before the fault was gone
				x := s.lastAlarm(s.noticed[i], s.hit(s.noticed[i], w, c), c).Content
				at = min(at, round(s.course.at(x.Before+(x.After-x.Before)/2)))
			}
			add(at, MarkContent, w.Name)
		}
	}
	for _, x := range s.card.Steers {
		for _, m := range x.Moves {
			add(m.At, MarkSteer, x.Name)
			add(float64(m.Back), MarkSteerBack, x.Name)
		}
	}
	slices.SortStableFunc(all, func(a, b Point) int { return cmp.Compare(a.At, b.At) })
	return all
}
