package sla

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Two runs differ where their intervals are apart, in the direction that an objective asks for.
func TestCompare(t *testing.T) {
	timed := func(v, res float64, censored bool) Objective {
		return Objective{Name: "recover", Op: "<=", Unit: inSeconds, Value: &v, Resolution: res,
			Censored: censored, Measured: Say(TimeTaken, v, res)}
	}
	counted := func(v float64) Objective {
		return Objective{Name: "max-lost-writes", Op: "<=", Unit: "writes", Value: &v}
	}
	latency := func(o Objective) Objective {
		o.Name = "p95 of page in fault"
		return o
	}
	unending := Objective{Name: "p95 of page in fault", Op: "<=", Unit: inSeconds,
		Measured: Say(Latency, 0.1, math.Inf(1), 60, 1000)}
	renamed := func(o Objective) Objective {
		o.Name = "recover"
		return o
	}
	by := func(d Difference, seconds float64) bool {
		return d.By == nil && seconds == 0 || d.By != nil && d.By.Of("seconds") == seconds
	}
	of := func(o Objective) Scorecard {
		return Scorecard{Objectives: []Objective{o}, Jitter: 0.5}
	}
	for name, c := range map[string]struct {
		a, b Objective
		is   string
		by   float64 // 0: not measured
		why  string
	}{
		"slower": {latency(timed(1, 0.1, false)), latency(timed(1.3, 0.1, false)), Worse,
			0.3, ""},
		"faster": {latency(timed(1.3, 0.1, false)), latency(timed(1, 0.1, false)), Better,
			0.3, ""},
		"within the resolution":        {timed(1, 0.2, false), timed(1.3, 0.2, false), Alike, 0, ""},
		"not over, and longer already": {timed(1, 0.1, false), timed(5, 0.1, true), Worse, 0, ""},
		"not over, and may be as long": {timed(9, 0.1, false), timed(5, 0.1, true), Alike, 0, Unended},
		"more writes lost":             {counted(0), counted(1), Worse, 0, ""},
		"by where the fault fell": {timed(1, 0.1, false), timed(1.5, 0.1, false), Alike, 0.5,
			Jittered},
		"by more than that":    {timed(1, 0.1, false), timed(1.9, 0.1, false), Worse, 0.9, ""},
		"none measured":        {Objective{Name: "x"}, Objective{Name: "x"}, Open, 0, Unmeasured},
		"without an upper end": {latency(timed(1, 0.1, false)), unending, Open, 0, Endless},
		"in other units":       {timed(1, 0, false), renamed(counted(1)), Open, 0, Units},
		"shares of something": {Objective{Name: "x", Unit: asShare, Value: new(float64)},
			Objective{Name: "x", Unit: asShare, Value: new(float64)}, Open, 0, Shares},
	} {
		if d := Compare(of(c.a), of(c.b)); len(d) != 1 || d[0].Is != c.is || !by(d[0], c.by) ||
			d[0].Why != c.why {
			t.Errorf("%s: %+v, want %s by %v, %s", name, d, c.is, c.by, c.why)
		}
	}
	group := func(failed uint64) Scorecard {
		return Scorecard{Groups: []Group{{Name: "page",
			Phases: []Phase{{Name: "fault", Sent: 1000, Failed: failed}}}}}
	}
	for failed, is := range map[uint64]string{10: Alike, 16: Alike, 40: Worse, 0: Better} {
		if d := Compare(group(10), group(failed)); len(d) != 1 || d[0].Is != is ||
			d[0].Name != "success of page in fault" {
			t.Errorf("10 and %d of 1,000 failed: %+v, want %s", failed, d, is)
		}
	}
	// An outage that is a jitter longer has half as many failures again.
	out := func(failed uint64) Scorecard {
		c := group(failed)
		c.Jitter, c.Outages = 0.5, []Outage{{Group: "page", Onset: 10, Recovery: 11}}
		return c
	}
	for failed, is := range map[uint64]string{140: Alike, 160: Alike, 300: Worse} {
		if d := Compare(out(100), out(failed)); d[0].Is != is {
			t.Errorf("100 and %d of 1,000 failed in an outage: %+v, want %s", failed, d, is)
		}
	}
	a, b := of(timed(1, 0, false)), of(counted(1))
	if d := Compare(a, b); !slices.Equal([]string{d[0].Is, d[1].Is}, []string{Open, Open}) ||
		d[0].Values[1] != nil || d[1].Values[0] != nil || d[0].Why != Absent || d[1].Why != Absent ||
		d[0].Of != [2]bool{false, true} || d[1].Of != [2]bool{true, false} {
		t.Errorf("each has another objective: %+v", d)
	}
}

// What cannot be held says on which side it is missing, and the judge's reason where it had one;
// a limit on a group's success is told once, by the group's counts.
func TestCompareSaysWhyNot(t *testing.T) {
	why := Say(NoEffect)
	value := 1.0
	told := Objective{Name: "detect probe", Op: "<=", Unit: inSeconds, Value: &value}
	untold := Objective{Name: "detect probe", Op: "<=", Unit: inSeconds, Why: &why}
	limit := Objective{Name: "success of page in fault", Op: ">=", Unit: asShare, Value: &value}
	side := func(o Objective, sent uint64, group string) Scorecard {
		return Scorecard{Objectives: []Objective{o, limit}, Groups: []Group{{Name: "page",
			Phases: []Phase{{Name: "fault", Sent: 1000}}}, {Name: group,
			Phases: []Phase{{Name: "fault", Sent: sent}}}}}
	}
	have := map[string]Difference{}
	for _, d := range Compare(side(told, 9, "old"), side(untold, 0, "quiet")) {
		if _, twice := have[d.Name]; twice {
			t.Errorf("%s is told twice", d.Name)
		}
		have[d.Name] = d
	}
	if d := have["detect probe"]; d.Why != Unmeasured || d.Of != [2]bool{false, true} ||
		d.Because == nil || d.Because.Code != NoEffect {
		t.Errorf("no value now: %+v", d)
	}
	if d := have["success of page in fault"]; d.Is != Alike {
		t.Errorf("the group that both have: %+v", d)
	}
	if d := have["success of old in fault"]; d.Is != Open || d.Why != NoGroup ||
		d.Of != [2]bool{false, true} || d.Values[0] == nil || d.Values[1] != nil {
		t.Errorf("a group of the first alone: %+v", d)
	}
	if d, ok := have["success of quiet in fault"]; ok {
		t.Errorf("a group that sent nothing: %+v", d)
	}
	for _, d := range Compare(side(told, 9, "old"), side(told, 0, "old")) {
		if d.Name == "success of old in fault" && (d.Why != Unmeasured || d.Because == nil) {
			t.Errorf("a group that sent nothing now: %+v", d)
		}
	}
	few := CompareRuns([]Scorecard{side(told, 9, "old")}, []Scorecard{side(untold, 9, "old")})
	if few[0].Why != FewRuns || few[0].Runs != [2]int{1, 0} {
		t.Errorf("too few runs: %+v", few[0])
	}
}

// A run that proves nothing, as its generator was late, is not worse than one that does, nor any
// better.
func TestCompareWithoutProof(t *testing.T) {
	hurt := crowd{rate: 100, bad: from(15, 25, 0.5)}
	w := usually(hurt)
	sound := Score(w.record(1), w.goals)
	w.groups[0].lag = func(at float64, _ *rand.Rand) float64 {
		if at > 15 {
			return 0.6
		}
		return 0
	}
	late := Score(w.record(2), w.goals)
	if sound.Void || !late.Void {
		t.Fatalf("void: %t, %t", sound.Void, late.Void)
	}
	for _, c := range []struct {
		a, b Scorecard
		of   [2]bool
	}{{sound, late, [2]bool{false, true}}, {late, sound, [2]bool{true, false}},
		{late, late, [2]bool{true, true}}} {
		all := Compare(c.a, c.b)
		if is := Outcome(all); is != Open || len(all) == 0 {
			t.Errorf("%v: %s", c.of, is)
		}
		for _, d := range all {
			if d.Why == Unproven && d.Of != c.of || d.By != nil {
				t.Errorf("have %+v, want it of %v", d, c.of)
			}
		}
	}
	for verdict, want := range map[Verdict]string{Error: Open, Interrupted: Open, Fail: Alike} {
		ended := sound
		ended.Verdict = verdict
		if is := Outcome(Compare(sound, ended)); is != want {
			t.Errorf("%s: %s, want %s", verdict, is, want)
		}
	}
	many := slices.Repeat([]Scorecard{late}, LeastRuns)
	for _, d := range CompareRuns(many, many) {
		if d.Why != FewRuns || d.Runs != [2]int{} {
			t.Errorf("of many: %+v", d)
		}
	}
}
