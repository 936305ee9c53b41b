package sla

import (
	"fmt"
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
		o := fewer("no alarm of "+w.Name, "none", 0, "alarms")
		n := s.noticed[i]
		o.Measured, o.Result, o.Value = "none", Met, counts(len(n.Alarms))
		switch {
		case len(n.Alarms) > 0:
			o.Measured = fmt.Sprintf("%d, the first %.1f s into the run", len(n.Alarms),
				s.course.at(n.Alarms[0].Raised.After))
			o.Result = Missed
		case n.Asked == 0 && !w.Told:
			o.Measured, o.Value, o.Result, o.Why = "nothing", nil, Undecided,
				"the watcher got no answer that counts"
		case 2*n.Asked < s.due(w):
			o.Result, o.Why = Undecided,
				"the watcher got fewer than half of the answers that were due"
		}
		add(o)
	}
	add(s.noOutage())
}

// due is how often a watcher was to ask until the run's end; 0 where it waits to be told.
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
	o := fewer("no outage", "none", 0, "outages")
	o.Measured, o.Result, o.Value = "none", Met, counts(len(s.card.Outages))
	sent := 0
	for _, st := range s.streams {
		sent += st.sent()
	}
	switch {
	case len(s.card.Outages) > 0:
		first := s.card.Outages[0]
		o.Measured = fmt.Sprintf("%d, the first of %s %.1f s into the run", len(s.card.Outages),
			first.Group, first.Onset)
		o.Result = Missed
	case sent == 0:
		o.Measured, o.Value, o.Result, o.Why = "nothing", nil, Undecided, "no request was sent"
	case s.restless():
		o.Result, o.Why = Undecided, "no outage stands out, and more requests of all groups failed than the baseline explains"
	}
	return o
}
