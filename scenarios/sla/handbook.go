package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Handbook is the profile of the operations handbook: its alerts, owners, limits
// and key indicators, beside a drill's own objectives.
const Handbook = "handbook"

// Profiles that an SLA may name.
var Profiles = []string{Handbook}

// How much a fault hits, by the plan; see timeline.Fault.
const (
	ScopeNode   = "node"
	ScopeRegion = "region"
	ScopeCore   = "core"
)

// alarm is a row of the handbook's alerts.
type alarm struct {
	scope, colour string
	when          Code
	respond       time.Duration
}

// The alerts, the mildest first.
var alarms = []alarm{
	{ScopeNode, "yellow", AlertNode, 30 * time.Minute},
	{ScopeRegion, "orange", AlertRegion, 15 * time.Minute},
	{ScopeCore, "red", AlertCore, 5 * time.Minute},
}

// failure is a row of the handbook's owners.
type failure struct {
	what, team Code
	repair     time.Duration
}

// failures says which team repairs a fault, by where it lies and not by what users see of it.
var failures = map[link.Cause]failure{
	link.Network: {NetworkInterruption, NetworkOperations, 15 * time.Minute},
	link.Server:  {ServerDown, SystemsOperations, 10 * time.Minute},
	link.Attack:  {SecurityAttack, SecurityOperations, 5 * time.Minute},
}

// Indicators are the handbook's key indicators, as objectives: resolution under
// 50 ms, handshakes over 99.9 %. They hold once the fault is gone. The third, port
// connectivity, is what each tcp watcher finds then.
var Indicators = []string{"dns-p95 in recovery <= 50ms", "handshake in recovery >= 99.9%"}

// PortEvery is how often the handbook has a port checked, at least.
const PortEvery = 5 * time.Minute

// LeastAsked is how often a port has to have answered for its connectivity to be known:
// had it failed every other time, five answers would all be good in one of 32 runs.
const LeastAsked = 5

// Port names the objective of a tcp watcher.
func Port(watcher string) string { return "port " + watcher + " in recovery" }

// AlertOf is the alert that faults call for by the plan; nil without any. Of
// several it is the gravest, and the shortest limit.
func AlertOf(faults []timeline.Fault) *Alert {
	if len(faults) == 0 {
		return nil
	}
	a, row := &Alert{}, 0
	for _, f := range faults {
		row = max(row, rowOf(f.Scope))
		own, ok := failures[f.Cause]
		if !ok { // of a record that has more causes
			own = failures[link.Server]
		}
		if !slices.Contains(a.Failures, own.what) {
			a.Failures, a.Teams = append(a.Failures, own.what), append(a.Teams, own.team)
		}
		if repair := own.repair.Seconds(); a.Repair == 0 || repair < a.Repair {
			a.Repair = repair
		}
	}
	a.raise(row)
	return a
}

// rowOf is a scope's alert; a record that does not say is held to the gravest.
func rowOf(scope string) int {
	if i := slices.IndexFunc(alarms, func(r alarm) bool { return r.scope == scope }); i >= 0 {
		return i
	}
	return len(alarms) - 1
}

func (a *Alert) raise(row int) {
	r := alarms[row]
	a.Colour, a.When, a.Respond = r.colour, r.when, r.respond.Seconds()
}

// alert finds the alert's colour: by the plan, and red where everyone was hit,
// however little the fault itself touched.
func (s *scorer) alert() {
	if s.wanted.Profile != Handbook {
		return
	}
	if s.card.Alert = AlertOf(s.record.Header.Faults); s.card.Alert != nil &&
		s.card.Impact.Everyone {
		s.card.Alert.raise(rowOf(ScopeCore))
	}
}

// handbook judges by the profile. A person who acknowledges has responded. Where none is
// waited for, no response comes before something noticed, so the first watcher stands for
// the response. Mended is when the users are well.
func (s *scorer) handbook() (all []Objective) {
	if s.wanted.Profile != Handbook {
		return nil
	}
	if a := s.card.Alert; a != nil {
		all = append(all,
			atMost("respond", duration(a.Respond), s.responded(), Say(NothingToNotice)),
			s.change("repair", duration(a.Repair), s.card.Times.Outage))
	}
	for _, text := range Indicators {
		if !slices.Contains(s.wanted.Keep, text) {
			all = append(all, s.keep(text))
		}
	}
	for _, w := range s.record.Header.Watch {
		if w.Port {
			all = append(all, s.port(w.Name))
		}
	}
	return all
}

// responded is when the first person acknowledged, or the first watcher noticed where no
// person is waited for; where none did, the least that is known.
func (s *scorer) responded() *Time {
	first, any := (*Time)(nil), false
	for i, w := range s.record.Header.Watch {
		if !w.Person {
			continue
		}
		any = true
		if t := s.card.Watchers[i].Detect; t != nil && (first == nil ||
			first.Censored && !t.Censored ||
			first.Censored == t.Censored && t.Seconds < first.Seconds) {
			first = t
		}
	}
	if !any {
		return s.card.Times.Detect
	}
	return first
}

// port judges a tcp watcher: once the fault is gone, it connects whenever it tries.
func (s *scorer) port(watcher string) Objective {
	o := Objective{Name: Port(watcher), Wanted: Say(WantEveryConnect), Op: ">=", Limit: counts(1),
		Unit: asShare, Measured: Say(Nothing)}
	from, to, ok := s.course.phase("recovery")
	asked, good := 0, 0
	for _, a := range s.record.Answers {
		if a.Check == watcher && a.Known && ok && a.Start >= from && a.Start < to {
			asked++
			if a.Good {
				good++
			}
		}
	}
	if asked == 0 {
		o.undecided(NotAskedInRecovery)
		return o
	}
	share := round(float64(good) / float64(asked))
	o.Measured, o.Value, o.Result = Say(CountOf, good, asked), &share, Met
	switch {
	case good < asked:
		o.Result = Missed
	case asked < LeastAsked:
		o.undecided(AnswersFew, LeastAsked)
	}
	return o
}

func duration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
