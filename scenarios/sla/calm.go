package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// calmed measures, for each fault that was cleared, when latency was as before again in
// the groups that can meet it, and whether they were slower without an outage.
func (s *scorer) calmed() {
	for i := range s.card.Faults {
		out := &s.card.Faults[i]
		f := s.record.Header.Faults[i]
		t := s.span(f.Name)
		if t.injected == never {
			continue
		}
		for _, st := range s.streams {
			if !meets(f, st.group.Name) {
				continue
			}
			if s.slowed(st, t) {
				out.Slower, out.Absorbed = out.Slower || out.Absorbed, false
			}
			if gone, _ := t.gone(); gone != never && gone+int64(window) <= s.course.end {
				out.Calm = worse(out.Calm, s.calmOf(st, f.Name, t))
			}
		}
		s.card.Times.Calm = worse(s.card.Times.Calm, out.Calm)
	}
}

// slowed reports whether a group was slower than before from the injection on: at a
// stretch, or over all the fault's time, or from then to the end, in which slowness may
// come and go.
func (s *scorer) slowed(st *stream, t span) bool {
	until := t.cleared
	if until == never {
		until = s.course.end + 1
	}
	return !st.unhurried(t.injected, until) || !st.unhurried(t.injected, s.course.end+1) ||
		slices.ContainsFunc(st.slows(), func(x slow) bool {
			return x.until > t.injected && x.from < s.course.end
		})
}

// calmOf is how long after a fault was gone a group's latency was as before again.
func (s *scorer) calmOf(st *stream, fault string, t span) *Time {
	gone, clearing := t.gone()
	over, end := gone, s.course.end
	for _, x := range s.byFault {
		for _, o := range x.outages {
			if x.fault == fault && o.stream == st {
				over = max(over, o.recovered)
			}
		}
	}
	calm, doubt := st.calmAfter(over, s.confirm())
	w := int64(s.confirm())
	out := &Time{Seconds: seconds(time.Duration(calm - gone)),
		Resolution: seconds(doubt + clearing)}
	switch {
	case !st.unhurried(end-w, end+1):
		out.Seconds, out.Censored = max(0, seconds(time.Duration(end-gone))), true
	case calm+w > end:
		out.Censored, out.Unconfirmed = true, atEnd
	case !st.unhurried(calm, end+1):
		out.Censored, out.Unconfirmed = true, atRest
	}
	return out
}

// hurried says of which groups the latency is not as before when the run ends, all faults being
// gone: users are answered again, and not as well as they were.
func (s *scorer) hurried() (reasons []Said) {
	end := s.course.end
	if s.course.cleared == never || s.course.cleared > end || s.wanted.Calm != nil {
		return nil
	}
	w := min(int64(s.confirm()), end-s.course.cleared) // a recovery may be shorter than W
	for _, st := range s.streams {
		able := func(f timeline.Fault) bool { return meets(f, st.group.Name) }
		if !slices.ContainsFunc(s.record.Header.Faults, able) || st.unhurried(end-w, end+1) {
			continue
		}
		var last spread
		for r := range st.all.Between(st.all.First(end-w), st.all.Len()) {
			if !r.Unsent {
				last.add(took(r))
			}
		}
		reasons = append(reasons, Say(SlowerAtEnd, st.group.Name,
			seconds(last.quantile(calmQuantile)), seconds(time.Duration(w)), seconds(st.p95)))
	}
	if len(reasons) > 0 && s.waited(end-w) >= MostWaited {
		reasons = append(reasons, s.busiest()...)
	}
	return reasons
}

// waited is the share of the time from an instant to the end of the run in which some
// task waited for CPU, or the greatest of ten seconds, whichever is more; 0 where the
// record does not say.
func (s *scorer) waited(from int64) float64 {
	var most, sum, n float64
	for _, u := range s.record.Usage {
		if m := u.Machine; u.At < from {
			continue
		} else if m.CPU != nil {
			most = max(most, *m.CPU)
		}
		if since := u.Machine.Since; since != nil {
			sum, n = sum+*since, n+1
		}
	}
	if n > 0 {
		most = max(most, sum/n)
	}
	return most
}

// baselines notes what is odd about a steady state, and what was made of it.
func (s *scorer) baselines() {
	for _, st := range s.streams {
		if st.spread > 1 {
			s.card.Notes = append(s.card.Notes, Say(Bursts, st.group.Name, round(st.spread)))
		}
		if st.cold != 0 {
			s.card.Notes = append(s.card.Notes, Say(ColdBaseline, st.group.Name,
				seconds(time.Duration(st.cold-s.course.steady))))
		}
	}
}

// later says what happened to the users after the faults and W, of which it cannot be said
// whether a fault did it.
func (s *scorer) later() (reasons []Said) {
	if s.course.cleared == never {
		return nil
	}
	after := s.course.cleared + int64(s.confirm())
	for i, o := range s.outages {
		if len(s.card.Outages[i].By) > 0 || o.onset < s.course.injected {
			continue
		}
		when := AfterRecovery
		if o.onset <= after {
			when = Unexplained
		}
		reasons = append(reasons, Say(OutageLate, o.stream.group.Name, s.course.at(o.onset),
			Say(when)))
	}
	for _, st := range s.streams {
		i := slices.IndexFunc(st.alarms, func(t int64) bool { return t > after && !s.amid(st, t) })
		if i >= 0 {
			reasons = append(reasons, Say(FailuresLate, st.group.Name, s.course.at(st.alarms[i])))
		}
	}
	if s.lostLate > 0 {
		reasons = append(reasons, Say(WriteLostLate, s.course.at(s.lostLate)))
	}
	for i, w := range s.record.Header.Watch {
		_, detect := s.wanted.Detect[w.Name]
		_, restore := s.wanted.Restore[w.Name]
		k := slices.IndexFunc(s.noticed[i].Alarms,
			func(a watch.Alarm) bool { return a.Raised.After > after })
		if k >= 0 && (detect || restore) && !w.Person { // a late person says so late
			reasons = append(reasons, Say(AlarmLate, w.Name,
				s.course.at(s.noticed[i].Alarms[k].Raised.After)))
		}
	}
	return reasons
}

// unended says of which group an outage, being a fault's, was not seen to be over when the run
// ended: no objective need have asked for it, and a run that leaves users unwell is no pass.
func (s *scorer) unended() (reasons []Said) {
	for _, o := range s.own {
		if o.censored {
			reasons = append(reasons, Say(OutageUnended, o.stream.group.Name, s.course.at(o.onset)))
		}
	}
	return reasons
}

// amid reports whether an instant lies in an outage of a group, or so soon behind it that
// its alarm may be late.
func (s *scorer) amid(st *stream, t int64) bool {
	return slices.ContainsFunc(s.outages, func(o outage) bool {
		return o.stream == st && o.onset <= t && (o.censored || t <= o.last+int64(s.confirm()))
	})
}
