package diagnosis

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// all has n of n bad requests on new connections with one symptom.
func all(symptom Symptom, n int, but ...func(*Seen)) *Seen {
	s := &Seen{Bad: Share{n, n}, New: Share{n, n}, Symptoms: map[Symptom]int{symptom: n},
		Statuses: map[uint16]int{}}
	for _, b := range but {
		b(s)
	}
	return s
}

// Three nodes answered a third each; of 300 requests now the second answers so many, so many
// of them bad, and the others a hundred good ones each.
func three(now, bad int) func(*Seen) {
	return func(s *Seen) {
		third := Share{100, 300}
		s.Bad.Of = 300
		s.Nodes = []Node{{"a", third, 100, 0}, {"b", third, now, bad}, {"c", third, 100, 0}}
	}
}

// Others of the same nodes were served, of whom so many of a hundred asked the DNS.
func served(asked int) func(*Seen) {
	return func(s *Seen) {
		s.Others, s.OthersNew, s.OthersLookups = Share{100, 100}, Share{0, 100}, Share{asked, 100}
	}
}

func asked(n int) func(*Seen) { return func(s *Seen) { s.Lookups = Share{0, n} } }

func late(each ...time.Duration) func(*Seen) {
	return func(s *Seen) { s.Late, s.Parts = each, Tenths }
}

func times(n int, d time.Duration) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }

func standing(s *Seen) { s.Established, s.New = s.New, Share{0, 50}; s.Bad.Of += 50 }

func TestDiagnose(t *testing.T) {
	found := map[Cause]bool{}
	for _, c := range []struct {
		what  string
		seen  *Seen
		cause Cause
		scope Scope
		nodes []string
	}{
		{"of five requests a majority is known", all(Refused, 5), ServerDown, Everyone, nil},
		{"of four it is not", all(Refused, 4), Undetermined, Part, nil},
		{"two symptoms by halves", &Seen{Bad: Share{100, 100}, New: Share{100, 100},
			Symptoms: map[Symptom]int{Refused: 50, Reset: 50}}, Undetermined, Everyone, nil},
		{"the load node's own", all(OwnFailure, 50), LoadGenerator, Everyone, nil},

		{"NXDOMAIN", all(NameAbsent, 50), DNS, Everyone, nil},
		{"SERVFAIL for a cohort", all(NameFails, 50, served(0)), DNS, Cohort, nil},
		{"a silent resolver", all(NameSilent, 50), DNS, Everyone, nil},
		{"slow names", all(NameSlow, 50), DNS, Everyone, nil},
		{"refused at a cached address", all(Refused, 50, served(100)), StaleName, Cohort, nil},
		{"refused at an asked one", all(Refused, 50, served(0), asked(50)), WrongName, Cohort, nil},

		{"silence", all(SYNUnanswered, 50), PathDrops, Everyone, nil},
		{"silence for a cohort", all(SYNUnanswered, 50, served(50), asked(25)), NAT, Cohort, nil},
		{"silence when some had opened", all(SYNUnanswered, 50,
			func(s *Seen) { s.Silent = Least }), Overload, Everyone, nil},
		{"ICMP", all(Unreachable, 50), RuleRefuses, Everyone, nil},
		{"refused, and others are not", all(Refused, 50, served(50), asked(25)), RuleRefuses, Cohort,
			nil},
		{"lost at random", &Seen{Bad: Share{40, 200}, Symptoms: map[Symptom]int{Late: 40},
			Connects: Share{2, 50}, Resent: 10, New: Share{10, 50}, Established: Share{30, 150}},
			LossyPath, Part, nil},

		{"reset", all(Reset, 50), Intercepted, Everyone, nil},
		{"reset where it stood", all(Reset, 50, standing), Intercepted, Established, nil},
		{"broken off", all(Broken, 50), Intercepted, Everyone, nil},
		{"a block page", all(TurnedAway, 50), Intercepted, Everyone, nil},
		{"another body", all(WrongAnswer, 50), Intercepted, Everyone, nil},
		{"expired", all(CertExpired, 50), Certificate, Everyone, nil},
		{"TLS versions", all(TLSVersion, 50), TLSVersions, Everyone, nil},

		{"503 by one node", all(ServerError, 100, three(100, 100)), BadNode, OneNode,
			[]string{"b"}},
		{"502 for one node", all(ServerError, 100, three(0, 0)), NodeDown, OneNode, []string{"b"}},
		{"502, and no node answers", all(ServerError, 100, func(s *Seen) {
			s.Strange, s.Nodes = 100, []Node{{"a", Share{100, 100}, 0, 0}}
		}), ServerDown, Everyone, nil},
		{"503 by all", all(ServerError, 100, func(s *Seen) {
			s.Nodes = []Node{{"a", Share{50, 100}, 50, 50}, {"b", Share{50, 100}, 50, 50}}
		}), Overload, Everyone, nil},

		{"one node slow", all(Late, 100, three(100, 100)), SlowNode, OneNode, []string{"b"}},
		{"one node silent", all(Late, 100, three(0, 0)), NodeDown, OneNode, []string{"b"}},
		{"what stood hangs", all(Late, 50, standing), IdleFlows, Established, nil},
		{"each late by as much", all(Late, 50, late(times(50, time.Second)...)), SlowPath,
			Everyone, nil},
		{"late by chance", all(Late, 50, late(slices.Concat(times(25, time.Second),
			times(25, 2*time.Second))...)), Overload, Everyone, nil},
		{"nothing answered", all(Late, 50), ServerDown, Everyone, nil},
		{"late and errors", &Seen{Bad: Share{100, 100}, New: Share{100, 100}, Parts: Tenths,
			Symptoms: map[Symptom]int{Late: 50, ServerError: 50}}, Overload, Everyone, nil},
	} {
		have := Diagnose(c.seen)
		if have.Cause != c.cause || have.Scope != c.scope || !slices.Equal(have.Nodes, c.nodes) {
			t.Errorf("%s: have %+v, want %s, %s, %q", c.what, have, c.cause, c.scope, c.nodes)
		}
		found[have.Cause] = true
		for _, also := range have.Also {
			found[also] = true
			if also == have.Cause {
				t.Errorf("%s: %s is named twice", c.what, also)
			}
		}
	}
	for _, c := range Causes {
		if !found[c] {
			t.Errorf("nothing leads to %s", c)
		}
		if c != Undetermined && (c.Place() == "" || len(c.Commands()) == 0) {
			t.Errorf("%s: nothing says where to look", c)
		}
	}
	for c := range advices {
		if !slices.Contains(Causes, c) {
			t.Errorf("Causes has no %s", c)
		}
	}
	for _, r := range rules {
		for _, c := range append([]Cause{r.cause}, r.also...) {
			if !slices.Contains(Causes, c) || !slices.Contains(Symptoms(), r.symptom) {
				t.Errorf("%s, %s are not listed", r.symptom, c)
			}
		}
	}
}

// Where no answer names its node, a share of errors does not distinguish one bad node from
// an overloaded server, and errors for all do not distinguish that from a server that is
// gone. No cause is then called likely.
func TestDiagnoseUnnamedNodes(t *testing.T) {
	for _, c := range []struct {
		of    int // requests, of which a hundred are bad
		scope Scope
		among []Cause
	}{
		{1900, Part, []Cause{BadNode, NodeDown, Overload}},
		{200, Part, []Cause{BadNode, NodeDown, Overload}},
		{120, Everyone, []Cause{BadNode, NodeDown, Overload}},
		{101, Everyone, []Cause{Overload, ServerDown}},
	} {
		have := Diagnose(all(ServerError, 100, func(s *Seen) { s.Bad.Of = c.of }))
		if have.Cause != Undetermined || have.Scope != c.scope || !slices.Equal(have.Also, c.among) {
			t.Errorf("100 of %d: have %+v, want %s between %q", c.of, have, c.scope, c.among)
		}
	}
}

// Whatever was seen, there is a finding, and one that names a cause rests on more than four
// requests.
func TestDiagnoseFewRequests(t *testing.T) {
	for _, symptom := range Symptoms() {
		for n := range 5 {
			if have := Diagnose(all(symptom, n)); have.Cause != Undetermined {
				t.Errorf("%d of %s: have %+v", n, symptom, have)
			}
		}
	}
	if have := Diagnose(&Seen{}); have.Cause != Undetermined || have.Symptom != Mixed {
		t.Errorf("of nothing: %+v", have)
	}
}

func TestSymptomOf(t *testing.T) {
	second := int64(time.Second)
	step := func(d time.Duration) load.Step { return load.StepOf(d, true) }
	for want, r := range map[Symptom]load.Request{
		NameAbsent:    {Class: load.NXDomain},
		NameSlow:      {Done: second, Lookup: step(900 * time.Millisecond)},
		SYNUnanswered: {Done: second + second/10, Handshake: step(time.Second)},
		Late:          {Done: second, Handshake: step(time.Millisecond)},
		ServerError:   {Class: load.Status, Status: 502},
		TurnedAway:    {Class: load.Status, Status: 403},
		TLSVersion:    {Class: load.TLSVersion},
		Mixed:         {Class: load.Classes},
	} {
		if have := Of(&r); have != want {
			t.Errorf("%+v: have %s, want %s", r, have, want)
		}
	}
	for c := range load.Classes {
		if _, ok := ofClass[c]; !ok && c != load.Status {
			t.Errorf("no symptom is %s", c)
		}
	}
}

func ExampleShare_Mostly() {
	fmt.Println(Share{4, 4}.Mostly(), Share{5, 5}.Mostly(), Share{60, 100}.Mostly())
	// Output: false true true
}
