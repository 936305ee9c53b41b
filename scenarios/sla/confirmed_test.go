package sla

import (
	"strings"
	"testing"
	"time"
)

// unconfirmed is a drill whose users are well 6 s into a fault of 10 s, and so for
// less than W = 5 s when it is lifted.
func unconfirmed() sim {
	s := usual()
	s.watch, s.answers, s.goals.Detect, s.goals.Restore, s.goals.Recover, s.goals.Keep = nil, nil,
		nil, nil, nil, nil
	s.downs = []down{{15 * sec, 21 * sec, 1, "503"}}
	return s
}

// Users who were well too shortly before the lift for it to be confirmed are known to
// have been unwell until they were last seen so. A limit above that is neither met
// nor missed; one below it is missed.
func TestUnconfirmedMitigation(t *testing.T) {
	for limit, want := range map[time.Duration]string{5 * time.Second: Missed, 6 * time.Second: Undecided, 9 * time.Second: Undecided, 30 * time.Second: Undecided} {
		s := unconfirmed()
		s.goals.Mitigate = &limit
		card := Score(s.record(), s.goals)
		m, o := card.Times.Mitigate, card.Objectives[0]
		if m == nil || !m.Censored || m.Unconfirmed != atLift || m.Seconds < 5.97 ||
			m.Seconds > 6.01 {
			t.Fatalf("mitigate %+v, want at least 6 s", m)
		}
		if o.Result != want || o.Measured.Code != TimeToLift {
			t.Errorf("limit %s: have %+v, want %s", limit, o, want)
		}
		if want == Undecided && (card.Verdict != Inconclusive ||
			card.Reasons[0].Of("why").(Said).Code != UnconfirmedAtLift) {
			t.Errorf("limit %s: %s %q", limit, card.Verdict, card.Reasons)
		}
	}
}

// Users who are unwell until the lift were not mitigated, however close the limit is.
func TestUnmitigated(t *testing.T) {
	for _, d := range []down{{15 * sec, 25 * sec, 1, "503"}, {15 * sec, 25 * sec, 0.3, "503"}, {15 * sec, 26 * sec, 1, "hang"}} {
		s := unconfirmed()
		limit := 9500 * time.Millisecond
		s.downs, s.goals.Mitigate = []down{d}, &limit
		card := Score(s.record(), s.goals)
		if m, o := card.Times.Mitigate, card.Objectives[0]; m == nil || !m.Censored ||
			m.Unconfirmed != "" || o.Result != Missed || o.Measured.Code != TimeExceeds {
			t.Errorf("%+v: mitigate %+v, %+v, want missed", d, m, o)
		}
	}
}

// Of several faults each is judged by itself: one that was mitigated late is missed
// though another's mitigation could not be confirmed, and that one is not missed
// because the fault was short.
func TestEachFaultIsMitigated(t *testing.T) {
	for _, c := range []struct {
		limit       time.Duration
		want, fault string
	}{
		{4 * time.Second, Missed, "fault"},
		{7 * time.Second, Undecided, "a-later"},
	} {
		s := two(down{15 * sec, 20 * sec, 1, "reset"}, down{35 * sec, 36500 * ms, 1, "reset"})
		s.goals.Mitigate = &c.limit
		r := s.record()
		also(r, "a-later", 35*sec, 38*sec)
		card := Score(r, s.goals)
		if o := card.Objectives[0]; o.Result != c.want || string(o.Fault) != c.fault {
			t.Errorf("limit %s: have %+v, want %s, %s", c.limit, o, c.want, c.fault)
		}
		// Of the worst of them no less is known than that it is as long as the longest.
		if m := card.Times.Mitigate; m == nil || m.Unconfirmed != atLift || m.Seconds < 4.9 ||
			m.Seconds > 5.1 {
			t.Errorf("mitigate %+v, want at least 5 s", m)
		}
	}
}

// A run that ends before a recovery is confirmed says no more than it has seen.
func TestUnconfirmedRecovery(t *testing.T) {
	for limit, want := range map[time.Duration]string{10 * time.Second: Missed, 13 * time.Second: Undecided} {
		s := unconfirmed()
		s.downs, s.goals.Mitigate, s.goals.Recover = []down{{15 * sec, 37 * sec, 1, "503"}}, nil,
			&limit
		card := Score(s.record(), s.goals)
		r, out, o := card.Times.Recover, card.Times.Outage, card.Objectives[0]
		if r == nil || r.Unconfirmed != atEnd || r.Seconds < 11.97 || r.Seconds > 12.01 ||
			out.Unconfirmed != atEnd || out.Seconds > 22.01 || card.Outages[0].Recovery > 37.01 {
			t.Errorf("recover %+v, outage %+v, %+v, want at least 12 s", r, out, card.Outages)
		}
		if o.Result != want || o.Measured.Code != TimeToEnd {
			t.Errorf("limit %s: have %+v, want %s", limit, o, want)
		}
	}
}

// Limits that the phases of a record are too short for are reported: those of another SLA
// that it is scored by may be.
func TestLimitsThatCannotBeConfirmed(t *testing.T) {
	for _, c := range []struct{ mitigate, recover, want string }{
		{"4s", "4s", ""},
		{"9s", "4s", "limit-beyond-fault limit=mitigate limit_seconds=9 fault=fault lasted_seconds=10 confirm_seconds=5 most_seconds=5"},
		{"4s", "12s", "limit-beyond-record limit=recover limit_seconds=12 lasted_seconds=15 confirm_seconds=5 most_seconds=10"},
	} {
		s := usual()
		m, _ := time.ParseDuration(c.mitigate)
		r, _ := time.ParseDuration(c.recover)
		s.goals.Mitigate, s.goals.Recover = &m, &r
		if have := strings.Join(lines(Score(s.record(), s.goals).Notes), "\n"); have != c.want {
			t.Errorf("%s, %s: notes %q, want %q", c.mitigate, c.recover, have, c.want)
		}
	}
}
