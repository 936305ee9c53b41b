package sla

import (
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A control run is a drill without its faults: the same links, load, watchers
// and phases. It is judged by what must not happen in it, wherever it comes:
//
//   - no alarm of W, for each watcher: missed by a false alarm, undecided where
//     the watcher got fewer than half of the answers that were due;
//   - no outage: missed by one that the change-point test finds, undecided where
//     no request was sent.
//
// The drill's own objectives are about its faults and are not judged. Void is
// what the generator did wrong, requests that went round the switchboard and a
// baseline that is none; that no fault was proven voids nothing here.
func (s *scorer) control(add func(Objective)) {
	for i, w := range s.record.Header.Watch {
		o := fewer(of("no alarm", w.Name), Say(WantNone), 0, "alarms")
		n := s.noticed[i]
		o.Measured, o.Result, o.Value = Say(WantNone), Met, counts(len(n.Alarms))
		switch {
		case len(n.Alarms) > 0:
			o.Measured = Say(AlarmsRaised, len(n.Alarms), s.course.at(n.Alarms[0].Raised.After))
			o.Result = Missed
		case n.Asked == 0 && !w.Told:
			o.Measured, o.Value = Say(Nothing), nil
			o.undecided(NoAnswerCounts, Word(s.card.NoAnswer(s.card.Watchers[i])))
		case 2*n.Asked < s.due(w):
			o.undecided(AnswersMissing)
		}
		add(o)
	}
	add(s.noOutage())
}

// due is how often a watcher was to ask until the run's end; 0 where it waits for
// notifications.
func (s *scorer) due(w timeline.Watcher) int {
	if w.Every <= 0 {
		return 0
	}
	return int(time.Duration(s.course.end-s.course.start) / w.Every)
}

// restless reports whether all groups together had more bad requests after the baseline
// than it explains.
func (s *scorer) restless() bool {
	_, before, ok := s.course.phase("baseline")
	if !ok || len(s.streams) < 2 {
		return false
	}
	all := against{}
	for _, st := range s.streams {
		all = all.add(s.stretch(st, before, s.course.end+1))
	}
	all.spread = s.together()
	return all.beyond(1)
}

func (s *scorer) noOutage() Objective {
	o := fewer("no outage", Say(WantNone), 0, "outages")
	o.Measured, o.Result, o.Value = Say(WantNone), Met, counts(len(s.card.Outages))
	sent := 0
	for _, st := range s.streams {
		sent += st.sent()
	}
	switch {
	case len(s.card.Outages) > 0:
		first := s.card.Outages[0]
		o.Measured = Say(OutagesSeen, len(s.card.Outages), first.Group, first.Onset)
		o.Result = Missed
	case sent == 0:
		o.Measured, o.Value = Say(Nothing), nil
		o.undecided(NothingSent)
	case s.restless():
		o.undecided(FailuresUnexplained)
	}
	return o
}
