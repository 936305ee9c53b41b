package sla

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// watchers measures what each detector found, from the first effect or onset of
// what it has to notice.
func (s *scorer) watchers() {
	said := s.saying()
	for i, w := range s.record.Header.Watch {
		n, c := s.noticed[i], s.window(w)
		out := Watcher{Name: w.Name, Kind: w.Kind, Of: Word(w.Of),
			Unmet: append([]string{}, w.Unmet...), Asked: n.Asked, FalseBy: s.falsely(n, w),
			Told: n.Differing(), Alerts: s.byName(n, w, c)}
		out.FalseAlarms = out.FalseBy.alarms()
		switch {
		case n.Asked == 0 && said[w.Name].last != "":
			s.card.Notes = append(s.card.Notes,
				Say(WatcherUnanswered, Word(w.Name), Word(said[w.Name].last)))
		case n.Asked > 0 && said[w.Name].unchecked:
			s.card.Notes = append(s.card.Notes, Say(ServerUnchecked, Word(w.Name)))
		}
		hit := s.hit(n, w, c)
		out.Detect = s.found(n, hit, w, c)
		if c.from != never && !slices.Contains(w.Unmet, w.Of) {
			out.Restore = s.restore(n, hit, w, c)
		}
		if d := out.Detect; d != nil {
			out.Behind = s.behind(d, c)
			s.earliest(n, hit, d, c)
		}
		s.card.Times.Restore = worse(s.card.Times.Restore, out.Restore)
		s.card.Watchers = append(s.card.Watchers, out)
	}
}

// saying is what a watcher's answers said: the last of those that do not count, and whether all
// that do were that HAProxy does not check the server.
type saying struct {
	last      string
	unchecked bool
}

// saying is what the answers of each watcher said.
func (s *scorer) saying() map[string]saying {
	all := map[string]saying{}
	for _, a := range s.record.Answers {
		x, asked := all[a.Check]
		if !asked {
			x.unchecked = true
		}
		if a.Known {
			x.unchecked = x.unchecked && a.Detail == load.NoCheck
		} else {
			x.last = a.Detail
		}
		all[a.Check] = x
	}
	return all
}

// hit is the place of the first alarm that is of what a watcher has to notice; −1: none is.
func (s *scorer) hit(n watch.Noticed, w timeline.Watcher, c detectionWindow) int {
	met := s.met(w)
	return slices.IndexFunc(n.Alarms, func(a watch.Alarm) bool {
		return met.holds(a.Raised) && met.outlives(a) && c.holds(a.Raised) && c.outlives(a)
	})
}

// behind is how far a detection is from the ideal observer's: both are counted from the same
// origin, so its doubt cancels.
func (s *scorer) behind(d *Time, c detectionWindow) *Time {
	ideal := s.ideal(c)
	if ideal == nil {
		return nil
	}
	return &Time{Seconds: round(d.Seconds - ideal.Seconds),
		Resolution: round(d.Resolution - seconds(c.doubt)), Censored: d.Censored}
}

// outlives reports whether an alarm is on at or after what detection is counted from, as
// far as that is known. One that came and went before noticed nothing.
func (c detectionWindow) outlives(a watch.Alarm) bool {
	return c.from == never || !a.Over || a.Content.After >= c.from-int64(c.doubt)
}

// detect is the time to the first alarm that is the faults', else what it is
// known to exceed.
func (s *scorer) detect(n watch.Noticed, hit int, w timeline.Watcher, c detectionWindow) *Time {
	until := s.course.end
	if c.cleared != never && !c.late {
		until = c.cleared
	}
	switch next := s.nextOther(c); {
	case n.Asked == 0 && !w.Told, hit < 0 && s.unasked(w, c.from, until):
		return nil // it could not ask: there is nothing to be said
	case hit < 0 && crying(n, c):
		return &Time{Resolution: seconds(c.doubt), Censored: true, Unconfirmed: byOther}
	case hit < 0:
		return &Time{Seconds: since(c.from, until), Resolution: seconds(c.doubt), Censored: true}
	case c.cleared != never && next != never && n.Alarms[hit].Raised.After >= next:
		return &Time{Seconds: since(c.from, next), Resolution: seconds(c.doubt), Censored: true,
			Unconfirmed: byOther}
	}
	t := s.between(n.Alarms[hit].Raised, c.from, w)
	t.Seconds = max(0, t.Seconds) // as since has it
	t.Resolution = round(t.Resolution + seconds(c.doubt))
	return t
}

// crying reports whether an alarm from before what a watcher has to notice was still on
// when that touched the users.
func crying(n watch.Noticed, c detectionWindow) bool {
	return slices.ContainsFunc(n.Alarms, func(a watch.Alarm) bool {
		return a.Raised.After < c.injected && (!a.Over || a.Content.After >= c.from-int64(c.doubt))
	})
}

// unasked reports whether most of a watcher's questions between two instants brought no
// answer that says anything.
func (s *scorer) unasked(w timeline.Watcher, from, to int64) bool {
	known, unknown := 0, 0
	for _, a := range s.record.Answers {
		switch {
		case a.Check != w.Name || a.End < from || a.Start >= to:
		case a.Known:
			known++
		default:
			unknown++
		}
	}
	return unknown > known
}

// since is the time to a detection, in seconds. One that came before anything touched
// the users, by what a node or a balancer showed, took no time: it is 0.
func since(from, at int64) float64 { return max(0, seconds(time.Duration(at-from))) }

// restore is the time from the end of the faults to the last instant at which a detector
// that noticed was content again; nil for one that did not. One that cries on after it
// is not content; but what it cries of once another fault has come, is of that one.
func (s *scorer) restore(n watch.Noticed, hit int, w timeline.Watcher, c detectionWindow) *Time {
	if hit < 0 || c.gone == never {
		return nil
	}
	last := s.lastAlarm(n, hit, c)
	if !last.Over {
		if !n.Ends {
			return nil // it never says so
		}
		return &Time{Seconds: since(c.gone, s.course.end), Censored: true, By: Word(w.Name)}
	}
	t := s.between(last.Content, c.gone, w)
	t.Resolution += seconds(c.going)
	t.Seconds, t.By = max(0, t.Seconds), Word(w.Name)
	return t
}

// lastAlarm is the last of a detector that noticed, from the one that did on: what it cries of
// once another fault has come is of that one.
func (s *scorer) lastAlarm(n watch.Noticed, hit int, c detectionWindow) watch.Alarm {
	last, until := n.Alarms[hit], s.nextOther(c)
	for _, a := range n.Alarms[hit:] {
		if until == never || a.Raised.After < until {
			last = a
		}
	}
	return last
}

// nextOther is when the first fault came after those of a window were gone.
func (s *scorer) nextOther(c detectionWindow) int64 {
	next := int64(never)
	for _, f := range s.record.Header.Faults {
		if t := s.span(f.Name).injected; t != never && t > c.cleared &&
			!slices.Contains(c.names, f.Name) {
			next = earlier(next, t)
		}
	}
	return next
}

// Spared reports whether no user was hurt by what a watcher has to notice: each of its
// faults was absorbed.
func (c Scorecard) Spared(w Watcher) bool {
	return c.each(w, func(f Fault) bool { return f.Absorbed })
}

// Slowed reports whether what a watcher has to notice hurt users by nothing but slower
// answers.
func (c Scorecard) Slowed(w Watcher) bool {
	return !c.Spared(w) && c.each(w, func(f Fault) bool { return f.Absorbed || f.Slower })
}

// Unheard reports whether a watcher had something to notice and it is not known whether
// it did: it got no answer.
func (c Scorecard) Unheard(w Watcher) bool {
	missed := func(f Fault) bool {
		return (w.Of == "" || f.Name == string(w.Of)) && !slices.Contains(w.Unmet, f.Name) &&
			(f.Effect.Known() || f.Outage != nil)
	}
	return c.NoAnswer(w) != "" || w.Detect == nil && slices.ContainsFunc(c.Faults, missed)
}

// NoAnswer is what the last answer of a watcher said of which none counted; empty where some
// did, or it asked nothing.
func (c Scorecard) NoAnswer(w Watcher) string {
	for _, n := range c.Notes {
		if n.Code == WatcherUnanswered && fmt.Sprint(n.Of("watcher")) == w.Name {
			return fmt.Sprint(n.Of("detail"))
		}
	}
	return ""
}

// each reports whether something holds of all that a watcher has to notice; false where
// that is nothing.
func (c Scorecard) each(w Watcher, holds func(Fault) bool) bool {
	any := false
	for _, f := range c.Faults {
		if w.Of != "" && string(w.Of) != f.Name || slices.Contains(w.Unmet, f.Name) {
			continue
		}
		if any = true; !holds(f) {
			return false
		}
	}
	return any
}
