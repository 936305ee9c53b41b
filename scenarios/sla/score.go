package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Score judges a record by objectives. It is a pure function: the same record
// and objectives give the same scorecard, byte for byte.
func Score(r *timeline.Record, o timeline.Objectives) Scorecard {
	s := newScorer(r, o)
	s.measure()
	s.judge()
	return s.card
}

// scorer is one judgement in the making.
type scorer struct {
	record *timeline.Record
	wanted timeline.Objectives
	course course

	streams []*stream
	spared  []*stream // of reference groups: nothing but the run itself is judged by them
	outages []outage  // of all groups, in order of onset
	own     []outage  // those that are the faults'
	lost    bool      // more writes than may be, or older ones
	// when the latest was acknowledged that is lost, and by no fault; 0: none is
	lostLate int64
	byFault  []faultOutage // the same, by fault
	noticed  []watch.Noticed
	delays   []*delay // of the card's chains
	// what detection is counted from: min(T_effect, T_onset); never without a fault
	from     int64
	onset    int64 // of the first outage that is the faults'
	detected int64 // when the first watcher noticed
	// the same, in seconds from the start of the run, or what it is known to exceed
	first float64

	// Counted in one pass, and looked into where it is needed.
	seconds []slice      // of fault and recovery
	buckets *timeBuckets // of the whole run
	metrics metrics

	// detectable is the share of all requests that would have stood out from the last
	// recovery to the end, and of those of the least sensitive group; nil without an
	// outage, and the latter of one group.
	detectable, ofGroup *float64
	joint               float64 // see together; 0: not asked for yet

	card Scorecard
}

func newScorer(r *timeline.Record, o timeline.Objectives) *scorer {
	s := &scorer{record: r, wanted: o, course: courseOf(r), from: never, onset: never,
		detected: never}
	groups := slices.Clone(r.Header.Groups)
	slices.SortFunc(groups, func(a, b timeline.Group) int { return cmp.Compare(a.Name, b.Name) })
	from, before, _ := s.course.phase("baseline")
	for _, g := range groups {
		st := newStream(g, r.Requests[g.Name], from, before, len(groups))
		if g.Reference {
			s.spared = append(s.spared, st)
		} else {
			s.streams = append(s.streams, st)
		}
	}
	var notified watch.Notifications
	s.noticed, notified = watch.NoticeAll(r)
	for i := range s.noticed {
		s.noticed[i].Since(from) // what was over by then is of the warm-up
	}
	s.card = Scorecard{
		Schema: Schema, Scenario: r.Header.Scenario, Run: r.Header.Run, Seed: r.Header.Seed,
		Jitter:  jitter(r.Header),
		Control: r.Header.Control, Tool: Word(r.Header.Tool), SLA: fingerprint(o),
		Reasons: []Said{}, Groups: []Group{}, Outages: []Outage{}, Faults: []Fault{},
		Nodes: []Node{}, Links: []Link{}, Watchers: []Watcher{}, Chains: []Chain{},
		Steers: []Steer{}, Objectives: []Objective{}, Classes: []Class{},
		Notes: []Said{}, Strays: []Stray{}, Uncontained: []string{},
	}
	if notified != (watch.Notifications{}) || slices.ContainsFunc(r.Header.Watch,
		func(w timeline.Watcher) bool { return w.Tells() == timeline.StepNotified }) {
		n := Notifications(notified)
		s.card.Notifications = &n
	}
	if r.Header.Mono != 0 {
		started := r.Header.Wall.Add(time.Duration(s.course.start - r.Header.Mono))
		s.card.Started = Word(started.UTC().Format(time.RFC3339Nano))
	}
	return s
}

// measure fills in everything but objectives and verdict.
func (s *scorer) measure() {
	s.findOutages()
	s.faults()
	s.times()
	s.calmed()
	s.watchers()
	s.chains()
	s.steers()
	s.count()
	s.data()
	s.impact()
	s.alert()
	s.budget()
	s.unlimited()
	s.links()
	s.generator()
	s.clock()
	s.picture()
	s.baselines()
	s.strays()
	s.names()
	for _, n := range s.record.Notes {
		if said := Noted(n); !slices.ContainsFunc(s.card.Notes, said.Equal) {
			s.card.Notes = append(s.card.Notes, said)
		}
	}
}

// sent are all groups that send, references too.
func (s *scorer) sent() []*stream { return slices.Concat(s.streams, s.spared) }

// confirm is W.
func (s *scorer) confirm() time.Duration { return s.record.Header.Phases.Confirm }

// findOutages finds what happened to the users, and by which fault: an
// outage that began within [T_inject, T_clear + W] is the faults'.
func (s *scorer) findOutages() {
	for _, st := range s.streams {
		s.outages = append(s.outages, st.outages(s.course.end, s.confirm())...)
	}
	slices.SortStableFunc(s.outages, func(a, b outage) int { return cmp.Compare(a.onset, b.onset) })
	s.diagnose(s.outages)
	s.rest()
	for i := range s.outages {
		o := &s.outages[i]
		by, others := s.culprits(*o)
		if len(by) > 0 {
			// A request that was under way when the fault came was due before it.
			first := s.firstOf(by)
			o.before = o.stream.unwellBefore(o.onset, first)
			o.onset = max(o.onset, first)
			// of a run that ended right then
			o.last, o.recovered = max(o.last, o.onset), max(o.recovered, o.onset)
			s.own = append(s.own, *o)
			s.put(*o, by)
		}
		out := Outage{
			Group: o.stream.group.Name, Onset: s.course.at(o.onset),
			Recovery:   s.course.at(o.recovered),
			Resolution: seconds(max(o.ofOnset(), o.ofRecovery())), Censored: o.censored,
			Share: round(o.share()), Flaps: o.flaps, By: append([]string{}, by...),
			With: append([]string{}, others...), Unconfirmed: o.unconfirmed(s.course.end),
		}
		s.card.Outages = append(s.card.Outages, out)
	}
	if len(s.own) > 0 {
		s.onset = edge(s.own, byOnset).onset
	}
	s.from = s.whole().from
}

// firstOf is when the first of some faults was injected.
func (s *scorer) firstOf(names []string) int64 {
	first := s.span(names[0]).injected
	for _, name := range names[1:] {
		first = min(first, s.span(name).injected)
	}
	return first
}

// Times.

// times measures what the faults gave the users. Of several faults' times the
// worst stands for all, and the outage is their sum, without what overlaps.
func (s *scorer) times() {
	t := &s.card.Times
	t.Ideal = s.ideal(s.whole())
	for _, f := range s.card.Faults { // those that were felt without an outage
		t.Mitigate, t.Recover = worse(t.Mitigate, f.Mitigate), worse(t.Recover, f.Recover)
	}
	for _, x := range s.byFault {
		m := s.lasting(x, x.mitigate(s.course.end, s.confirm()))
		r := s.quiet(x, x.recover(m))
		t.Mitigate, t.Recover = worse(t.Mitigate, m), worse(t.Recover, r)
		i := slices.IndexFunc(s.card.Faults, func(f Fault) bool { return f.Name == x.fault })
		s.card.Faults[i].Outage, s.card.Faults[i].Mitigate, s.card.Faults[i].Recover = x.outage(),
			m, r
		s.card.Faults[i].Detectable, s.card.Faults[i].DetectableGroup = s.detectable, s.ofGroup
	}
	if len(s.byFault) > 0 {
		t.Outage = together(s.byFault)
	}
	for _, f := range s.card.Faults {
		if x := s.span(f.Name); x.paused != never {
			s.card.Notes = append(s.card.Notes, Say(CountsFromPause, f.Name,
				seconds(time.Duration(x.lifted-x.paused)), s.course.at(x.paused)))
		}
	}
}

// mitigated ends an outage before its fault does; of a faint one, a time is at most so
// long.
const (
	mitigated = "mitigated"
	tooFew    = "faint"
)

// everyRequest stands for a watcher of all the users' requests.
const everyRequest = "every-request"

// ideal is when all the users' requests, watched as they end, would have raised
// the alarm.
func (s *scorer) ideal(c detectionWindow) *Time {
	at := s.idealAt(c)
	if at == never || c.from == never {
		return nil
	}
	return &Time{Seconds: since(c.from, at), Resolution: seconds(c.doubt),
		By: everyRequest}
}

// idealAt is when, never where they would not have.
func (s *scorer) idealAt(c detectionWindow) int64 {
	at := int64(never)
	for _, st := range s.streams {
		if !s.canMeet(st.group.Name, c.names) {
			continue
		}
		if t, ok := st.noticed(c.injected); ok && c.injected != never && (at == never || t < at) {
			at = t
		}
	}
	return at
}

// canMeet reports whether requests of a group can meet any of some faults.
func (s *scorer) canMeet(group string, names []string) bool {
	return slices.ContainsFunc(s.record.Header.Faults, func(f timeline.Fault) bool {
		return slices.Contains(names, f.Name) && meets(f, group)
	})
}

// between is the time from an instant to a change that is only known to lie
// within a span: its middle ± half of it, and the clock's own doubt where the detector
// lives on another machine's clock.
func (s *scorer) between(c watch.Span, from int64, w timeline.Watcher) *Time {
	half := (c.After - c.Before) / 2
	doubt := time.Duration(half)
	if w.Local {
		doubt += s.record.Clock.Bound
	}
	return &Time{Seconds: seconds(time.Duration(c.Before + half - from)),
		Resolution: seconds(doubt)}
}

// earliest keeps the first alarm of all; among watchers that never noticed, the
// least that is known.
func (s *scorer) earliest(n watch.Noticed, hit int, d *Time, c detectionWindow) {
	t := &s.card.Times
	at := s.course.at(c.from) + d.Seconds
	if t.Detect == nil || t.Detect.Censored && !d.Censored || d.Censored == t.Detect.Censored &&
		at < s.first {
		t.Detect, s.first = d, at
	}
	if hit >= 0 && (s.detected == never || n.Alarms[hit].Raised.After < s.detected) {
		s.detected = n.Alarms[hit].Raised.After
	}
}
