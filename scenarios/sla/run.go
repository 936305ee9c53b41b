package sla

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// never is the place of an instant that did not come.
const never = math.MinInt64

// course is a run's instants, read from its marks, on the record's clock.
type course struct {
	start, end int64 // the load; end is the last that came of it
	steady     int64 // the baseline begins: at start, where there was no warm-up
	injected   int64 // the first fault's lower edge
	held       int64 // of a control run: when the faults would have been injected
	lifted     int64 // the last fault's, lower edge
	cleared    int64 // the last fault's, upper edge
	clearing   time.Duration
	recovery   int64 // the recovery phase begins
}

// courseOf reads the marks. What a run that broke off did not reach is never,
// but for start and end.
func courseOf(r *timeline.Record) course {
	c := course{start: never, steady: never, end: never, injected: never, held: never,
		lifted: never, cleared: never, recovery: never}
	for _, m := range r.Marks {
		switch m.Name {
		case timeline.MarkStart:
			c.start = m.Before
		case timeline.MarkBaseline:
			c.steady = m.Before
		case timeline.MarkInject:
			// those of one instant are marked as they end
			c.injected = earlier(c.injected, m.Before)
		case timeline.MarkHold:
			if r.Header.Control {
				c.held = m.Before
			}
		case timeline.MarkLift:
			c.lifted = max(c.lifted, m.Before)
		case timeline.MarkClear:
			if m.After > c.cleared {
				c.cleared, c.clearing = m.After, time.Duration(m.After-m.Before)
			}
		case timeline.MarkRecovery:
			c.recovery = m.Before
		case timeline.MarkEnd:
			c.end = m.After
		}
	}
	if c.start == never {
		c.start = r.Header.Mono
	}
	if warm := int64(r.Header.Phases.WarmUp); c.steady == never && warm > 0 {
		c.steady = c.start + warm // it broke off in it
	}
	if c.steady == never {
		c.steady = c.start
		for _, all := range r.Requests { // the first is due before the mark that says so
			if all.Len() > 0 {
				c.steady = min(c.steady, all.Due(0))
			}
		}
	}
	if c.end == never {
		c.end = max(c.start, lastDue(r)) // a run that failed early may have no request at all
	}
	return c
}

// untimed is a count of what was touched, without when.
func untimed(c link.Count) bool { return c.Users > 0 && c.First == 0 }

func lastDue(r *timeline.Record) int64 {
	last := int64(never)
	for _, all := range r.Requests {
		if n := all.Len(); n > 0 {
			last = max(last, all.Due(n-1))
		}
	}
	return last
}

// phase gives the bounds [from, to) of a phase by due; ok is false where the
// run did not reach it.
func (c course) phase(name string) (from, to int64, ok bool) {
	end, from := c.end+1, max(c.injected, c.held)
	until := func(t int64) int64 {
		if t == never {
			return end
		}
		return t
	}
	switch name {
	case "baseline":
		return min(c.steady, until(from)), until(from), true
	case "fault":
		return from, until(c.recovery), from != never
	case "recovery":
		return c.recovery, end, c.recovery != never
	default: // run: fault and recovery
		return from, end, from != never
	}
}

// over is how long fault and recovery took together.
func (c course) over() Number {
	from, _, ok := c.phase("run")
	if !ok || c.end < from {
		return None
	}
	return Number(seconds(time.Duration(c.end - from)))
}

// seconds from the start of the run; −1 where the instant did not come.
func (c course) at(t int64) float64 {
	if t == never {
		return -1
	}
	if before := c.start - t; before > 0 && before < int64(time.Millisecond) {
		return 0 // the first request is due just before the mark that says so
	}
	return seconds(time.Duration(t - c.start))
}

// seconds rounds to the record's own resolution, a microsecond, so that the
// numbers of a scorecard read well and never differ in their last digits.
func seconds(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e6 }

// round keeps shares to a millionth.
func round(f float64) float64 { return math.Round(f*1e6) / 1e6 }

// markOf finds a fault's mark of a name.
func markOf(r *timeline.Record, name, fault string) (timeline.Mark, bool) {
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool {
		return m.Name == name && (fault == "" || m.Fault == fault)
	})
	if i < 0 {
		return timeline.Mark{}, false
	}
	return r.Marks[i], true
}
