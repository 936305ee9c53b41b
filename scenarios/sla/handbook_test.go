package sla

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

func TestAlertOf(t *testing.T) {
	node := timeline.Fault{Traits: link.Traits{Cause: link.Server}, Scope: ScopeNode}
	region := timeline.Fault{Traits: link.Traits{Cause: link.Network}, Scope: ScopeRegion}
	for _, c := range []struct {
		faults          []timeline.Fault
		colour          string
		teams           []Code
		respond, repair time.Duration
	}{
		{[]timeline.Fault{node}, "yellow", []Code{SystemsOperations}, 30 * time.Minute,
			10 * time.Minute},
		{[]timeline.Fault{region}, "orange", []Code{NetworkOperations}, 15 * time.Minute,
			15 * time.Minute},
		{[]timeline.Fault{region, node}, "orange", []Code{NetworkOperations, SystemsOperations},
			15 * time.Minute, 10 * time.Minute},
		{[]timeline.Fault{{Traits: link.Traits{Cause: link.Attack}, Scope: ScopeCore}}, "red",
			[]Code{SecurityOperations}, 5 * time.Minute, 5 * time.Minute},
		{[]timeline.Fault{{Traits: link.Traits{Cause: link.Network}}}, "red", []Code{NetworkOperations},
			5 * time.Minute, 15 * time.Minute},
	} {
		a := AlertOf(c.faults)
		if a.Colour != c.colour || !slices.Equal(a.Teams, c.teams) ||
			duration(a.Respond) != c.respond || duration(a.Repair) != c.repair {
			t.Errorf("%+v: have %+v", c.faults, a)
		}
	}
	if a := AlertOf(nil); a != nil {
		t.Errorf("no fault: have %+v", a)
	}
}

// handbooked is the usual drill under the profile, with enough handshakes.
func handbooked() sim {
	s := usual()
	s.rate, s.goals = 400, timeline.Objectives{Profile: Handbook}
	s.adjust = func(q *load.Request) {
		q.Handshake, q.Lookup = load.StepOf(time.Millisecond, true),
			load.StepOf(2*time.Millisecond, true)
	}
	return s
}

func TestHandbook(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*sim)
		verdict Verdict
		colour  string
		reason  string
	}{
		"pass":     {nil, Pass, "yellow", ""},
		"absorbed": {func(s *sim) { s.downs = nil }, Pass, "yellow", ""},
		"everyone": {func(s *sim) { s.downs[0].share = 1 }, Pass, "red", ""},
		"unnoticed": {func(s *sim) { s.answers = s.answers[:1] }, Inconclusive, "yellow",
			"objective=respond wanted=(time-limit op=<= limit_seconds=1800) measured=(time-exceeds seconds=10)"},
		"never well": {func(s *sim) { s.downs[0].to = 40 * sec }, Inconclusive, "yellow",
			"objective=repair wanted=(time-limit op=<= limit_seconds=600) measured=(time-exceeds seconds=2"},
		"slow names": {func(s *sim) {
			s.adjust = func(q *load.Request) {
				q.Handshake, q.Lookup = load.StepOf(time.Millisecond, true),
					load.StepOf(60*time.Millisecond, true)
			}
		}, Fail, "yellow", "objective=dns-p95 in recovery wanted=(time-limit op=<= limit_seconds=0.05) measured=(latency low_seconds=0.06"},
		"few handshakes": {func(s *sim) { s.rate = 100 }, Inconclusive, "yellow",
			"limit_share=0.999 needed=2995"},
	} {
		t.Run(name, func(t *testing.T) {
			s := handbooked()
			if c.change != nil {
				c.change(&s)
			}
			r := s.record()
			r.Header.Faults[0].Scope = ScopeNode
			card := Score(r, s.goals)
			if card.Verdict != c.verdict || card.Alert == nil || card.Alert.Colour != c.colour ||
				!strings.Contains(strings.Join(lines(card.Reasons), "\n"), c.reason) {
				t.Errorf("have %s, %+v, %q", card.Verdict, card.Alert, card.Reasons)
			}
		})
	}
	s := usual()
	if card := Score(s.record(), s.goals); card.Alert != nil {
		t.Errorf("without the profile: have %+v", card.Alert)
	}
}

// Where a person is waited for, the profile's limit to respond is theirs, whichever watcher
// noticed before; one who acknowledges when the fault is gone was late, and not mistaken.
func TestRespondIsThePersons(t *testing.T) {
	for name, c := range map[string]struct {
		acks     []int64 // since the start
		result   string
		measured float64 // s; where it did not come, the least that is known
		late     bool
		mistaken int
	}{
		"while the fault is on": {[]int64{20 * sec}, Met, 5, false, 0},
		"once it is gone":       {[]int64{38 * sec}, Met, 23, false, 0},
		"twice":                 {[]int64{20 * sec, 22 * sec}, Met, 5, false, 0},
		"never":                 {nil, Undecided, 25, true, 0},
		"before":                {[]int64{12 * sec}, Undecided, 0, true, 1},
		"before, and again":     {[]int64{12 * sec, 20 * sec}, Undecided, 5, false, 1},
	} {
		s := handbooked()
		s.watch = append(s.watch, timeline.Watcher{Name: "oncall", Kind: "person",
			WatcherTraits: (&watch.Person{}).Traits(), Fails: 1, Oks: 1})
		for _, at := range c.acks {
			s.deliveries = append(s.deliveries, load.Delivery{Hook: "oncall", At: t0 + at, Body: "x"})
		}
		s.goals.Detect = map[string]time.Duration{"oncall": 25 * time.Second}
		card := Score(s.record(), s.goals)
		if slices.ContainsFunc(card.Reasons, func(r Said) bool { return r.Code == AlarmLate }) {
			t.Errorf("%s: the late watcher alarms of another outage: %v", name, card.Reasons)
		}
		i := slices.IndexFunc(card.Objectives, func(o Objective) bool { return o.Name == "respond" })
		w := card.Watchers[len(card.Watchers)-1]
		if i < 0 || card.Objectives[i].Result != c.result || w.FalseAlarms != c.mistaken ||
			w.Detect == nil || w.Detect.Censored != c.late ||
			w.Detect.Seconds < c.measured-1 || w.Detect.Seconds > c.measured+1 {
			t.Errorf("%s: have %+v, detect %+v, %d false", name, card.Objectives, w.Detect,
				w.FalseAlarms)
		}
	}
}

// Port connectivity is judged once the fault is gone: what a tcp watcher tried before
// says nothing of it, and of what could not be asked nothing is known.
func TestPortInRecovery(t *testing.T) {
	try := func(at int64, good, known bool) load.Answer {
		return load.Answer{Check: "port", Start: t0 + at, End: t0 + at + ms, Good: good,
			Known: known}
	}
	for name, c := range map[string]struct {
		answers  []load.Answer
		measured string
		result   string
	}{
		"open": {[]load.Answer{try(16*sec, false, true), try(26*sec, true, true),
			try(27*sec, true, true), try(28*sec, true, true),
			try(29*sec, true, true), try(30*sec, true, true)}, "count-of count=5 of=5", Met},
		"asked once": {[]load.Answer{try(26*sec, true, true)}, "count-of count=1 of=1", Undecided},
		"closed once": {[]load.Answer{try(26*sec, true, true), try(30*sec, false, true)}, "count-of count=1 of=2",
			Missed},
		"not asked": {[]load.Answer{try(16*sec, true, true), try(30*sec, false, false)},
			"nothing", Undecided},
	} {
		s := handbooked()
		s.watch = append(s.watch, timeline.Watcher{Name: "port", Kind: "tcp",
			WatcherTraits: (&watch.TCP{}).Traits(), Fails: 1, Oks: 1, Every: time.Second})
		s.answers = append(s.answers, c.answers...)
		card := Score(s.record(), s.goals)
		i := slices.IndexFunc(card.Objectives,
			func(o Objective) bool { return o.Name == Port("port") })
		if i < 0 || card.Objectives[i].Measured.String() != c.measured ||
			card.Objectives[i].Result != c.result {
			t.Errorf("%s: have %+v, want %s, %s", name, card.Objectives, c.measured, c.result)
		}
	}
	s := handbooked()
	if card := Score(s.record(), s.goals); slices.ContainsFunc(card.Objectives,
		func(o Objective) bool { return strings.HasPrefix(o.Name, "port ") }) {
		t.Errorf("without a tcp watcher: have %+v", card.Objectives)
	}
}
