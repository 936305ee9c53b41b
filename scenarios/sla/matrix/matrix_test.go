package matrix

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// ran is a run of a drill in which one fault gave users an outage, with its watchers.
func ran(drill, id string, watchers ...sla.Watcher) sla.Scorecard {
	return sla.Scorecard{Scenario: drill, Run: id, Verdict: sla.Pass,
		Times: sla.Times{Outage: &sla.Time{Seconds: 10}}, Faults: []sla.Fault{{Name: "f"}},
		Watchers: watchers}
}

func watching(name string, detect *sla.Time) sla.Watcher {
	return sla.Watcher{Name: name, Kind: "http", Detect: detect}
}

func TestMatrix(t *testing.T) {
	at := func(s float64) *sla.Time { return &sla.Time{Seconds: s} }
	never := &sla.Time{Seconds: 10, Censored: true}
	late := ran("late", "1", watching("probe", at(5)))
	limit := 3.0
	late.Objectives = []sla.Objective{{Name: "detect probe", Result: sla.Missed, Limit: &limit}}
	absorbed := ran("absorbed", "1", watching("probe", never))
	absorbed.Times.Outage, absorbed.Faults[0].Absorbed = nil, true
	void := ran("void", "1", watching("probe", at(1)))
	void.Void = true
	control := ran("control", "1", watching("probe", nil))
	control.Control, control.Times.Outage = true, nil
	control.Watchers[0].FalseAlarms = 2
	blind := ran("blind", "1", watching("probe", nil), watching("other", never))
	blind.Watchers[0].Unmet = []string{"f"}
	two := ran("two", "1", watching("probe", &sla.Time{Censored: true, Unconfirmed: "other"}))
	m := Of([]sla.Scorecard{late, ran("found", "2", watching("probe", never), watching("other", at(1))),
		ran("found", "1", watching("probe", at(1))), absorbed, void,
		control, blind, two, ran("mute", "1", watching("probe", never), watching("idle", never)),
		ran("bare", "1"), ran("bare", "1"), ran("dead", "1", watching("probe", nil))})

	probe := slices.IndexFunc(m.Alerts, func(a Alert) bool { return a.Name == "probe" })
	for drill, want := range map[string]Result{"late": Late, "absorbed": Quiet, "void": Open,
		"control": Quiet, "blind": Blind, "two": Open, "mute": Missed, "bare": Absent,
		"dead": Open, "found": Found} {
		i := slices.IndexFunc(m.Runs, func(r Run) bool { return r.Drill == drill })
		if have := m.Runs[i].Cells[probe].Result; have != want {
			t.Errorf("%s: have %q, want %q", drill, have, want)
		}
	}
	names := func(all []Run) (names []string) {
		for _, r := range all {
			names = append(names, m.Label(r))
		}
		return names
	}
	if have, want := names(m.Unseen()),
		[]string{"bare", "blind", "dead", "mute", "two"}; !slices.Equal(have, want) {
		t.Errorf("no alert saw %q, want %q", have, want)
	}
	if have := m.Silent(); len(have) != 1 || have[0].Name != "idle" || have[0].Met != 1 {
		t.Errorf("never fired: %+v", have)
	}
	if have := m.Crying(); len(have) != 1 || have[0].False != 2 || have[0].In != 10 {
		t.Errorf("false alarms: %+v", have)
	}
	if have := names(m.Runs)[6]; have != "found 2" {
		t.Errorf("of several runs of a drill one is called %q", have)
	}
}

// Where a watcher received alerts of several names, each has a column; alerts of other
// nodes than those hit are no find.
func TestMatrixOfAlertNames(t *testing.T) {
	at := func(s float64) *sla.Time { return &sla.Time{Seconds: s} }
	never := &sla.Time{Seconds: 10, Censored: true}
	pager := func(detect *sla.Time, alerts ...sla.AlertName) sla.Watcher {
		w := sla.Watcher{Name: "pager", Kind: "webhook", Detect: detect, Alerts: alerts}
		for _, a := range alerts {
			w.Told += a.Told
			w.FalseBy.WrongTarget += a.WrongTarget
		}
		return w
	}
	down := sla.AlertName{Name: "Down", Told: 1, Detect: at(2)}
	slow := sla.AlertName{Name: "Slow", Told: 2, Detect: at(3), WrongTarget: 2}
	early := sla.AlertName{Name: "Slow", Told: 1, Detect: never, FalseAlarms: 1}
	control := ran("control", "1", pager(nil, down))
	control.Control, control.Times.Outage = true, nil
	limit := 1.0
	both := ran("both", "1", pager(at(2), down, slow))
	both.Objectives = []sla.Objective{{Name: "detect pager", Result: sla.Missed, Limit: &limit}}
	m := Of([]sla.Scorecard{both, ran("astray", "1", pager(at(3), slow)),
		ran("deaf", "1", pager(never)), ran("early", "1", pager(never, early)), control,
		ran("one", "1", watching("probe", never))}, "Slow", "Full", "Down", "Lost")
	if want := []string{"Full", "Lost"}; !slices.Equal(m.Unfired, want) {
		t.Errorf("of the rules never fired %q, want %q", m.Unfired, want)
	}
	var have [][]Result
	for _, r := range m.Runs {
		var row []Result
		for _, c := range r.Cells {
			row = append(row, c.Result)
		}
		have = append(have, row)
	}
	want := [][]Result{ // all, Down, Slow, probe
		{Wrong, Untold, Wrong, Absent}, {Late, Found, Wrong, Absent}, {Quiet, Quiet, Quiet, Absent},
		{Missed, Untold, Untold, Absent}, {Missed, Untold, Missed, Absent},
		{Absent, Absent, Absent, Missed}}
	if !reflect.DeepEqual(have, want) {
		t.Errorf("have %v\nwant %v", have, want)
	}
	if all := m.Astray(); len(all) != 2 || all[1].Of != "Slow" || all[1].Wrong != 4 || all[1].In != 5 {
		t.Errorf("for the wrong target: %+v", all)
	}
	if all := m.Silent(); len(all) != 1 || all[0].Name != "probe" {
		t.Errorf("never fired: %+v", all)
	}
	if c := m.Runs[1].Cells[1]; c.Limit != nil || c.Time == nil {
		t.Errorf("an alert's name has the watcher's limit: %+v", c)
	}
}

// Nothing makes a matrix of nothing.
func TestMatrixOfNothing(t *testing.T) {
	if m := Of(nil); len(m.Runs)+len(m.Alerts)+len(m.Unseen())+len(m.Silent()) > 0 {
		t.Errorf("have %+v", m)
	}
}

// Whether an alert was asked for, and whether that is known, is told apart from what none saw.
func TestMatrixKnows(t *testing.T) {
	void := ran("void", "1", watching("probe", nil))
	void.Void = true
	unasked := ran("unasked", "1", watching("probe", nil))
	m := Of([]sla.Scorecard{void})
	if m.Asks() || len(m.Unproven()) != 1 {
		t.Errorf("of a void run: asks %v, unproven %v", m.Asks(), m.Unproven())
	}
	m = Of([]sla.Scorecard{unasked, ran("mute", "1",
		watching("probe", &sla.Time{Seconds: 10, Censored: true}))})
	if !m.Asks() || len(m.Unproven()) > 0 || m.Runs[0].Open() || !m.Runs[1].Open() {
		t.Errorf("have %+v", m.Runs)
	}
}
