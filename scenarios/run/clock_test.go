package run

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Each machine's clock is related by itself: what may be one clock is taken for one, and
// all else is shifted, and widened by what is not known.
func TestClocks(t *testing.T) {
	type pair struct{ load, board wire.Offset }
	for name, c := range map[string]struct {
		measured []pair
		cli      time.Duration // that is added to the CLI's instants
		doubt    time.Duration
		board    wire.Offset
	}{
		"not measured": {nil, 0, 0, wire.Offset{}},
		"one machine": {[]pair{{wire.Offset{Shift: 3, Bound: 5},
			wire.Offset{Shift: -4, Bound: 5}}}, 3, 0, wire.Offset{}},
		"the CLI elsewhere": {[]pair{{wire.Offset{Shift: 903, Bound: 5},
			wire.Offset{Shift: 896, Bound: 5}}}, 903, 5, wire.Offset{}},
		"the switchboard elsewhere": {[]pair{{wire.Offset{Shift: 3, Bound: 5},
			wire.Offset{Shift: 896, Bound: 4}}}, 3, 0, wire.Offset{Shift: -893, Bound: 9}},
		"the load node elsewhere": {[]pair{{wire.Offset{Shift: 903, Bound: 5},
			wire.Offset{Shift: 2, Bound: 4}}}, 903, 5, wire.Offset{Shift: 901, Bound: 9}},
		"seen to be two only later": {[]pair{{wire.Offset{Bound: 50}, wire.Offset{Bound: 50}},
			{wire.Offset{Bound: 5}, wire.Offset{Shift: 20,
				Bound: 4}}}, 0, 0, wire.Offset{Bound: 100}},
		"two that drift": {[]pair{{wire.Offset{Bound: 1},
			wire.Offset{Shift: 900, Bound: 1}}, {wire.Offset{Bound: 1},
			wire.Offset{Shift: 907, Bound: 2}}}, 0, 0, wire.Offset{Shift: -900, Bound: 10}},
		"the CLI's drifts off the one": {[]pair{{wire.Offset{Shift: 900, Bound: 1},
			wire.Offset{Shift: 900, Bound: 1}}, {wire.Offset{Shift: 905, Bound: 1},
			wire.Offset{Shift: 905, Bound: 1}}}, 900, 6, wire.Offset{}},
	} {
		var have clocks
		for _, m := range c.measured {
			have.add(m.load, m.board)
		}
		if at := have.at(1000); at != 1000+int64(c.cli) || have.doubt() != c.doubt ||
			have.switchboard() != c.board {
			t.Errorf("%s: CLI %d, doubt %d, switchboard %+v, want %+v", name, at, have.doubt(),
				have.switchboard(), c)
		}
	}
}

// A reading of the wall clock of the containers' machine is put on the record's clock by
// what was measured last; that it was set meanwhile is noted, and drift is not.
func TestClocksOfStamps(t *testing.T) {
	at := func(shift time.Duration) wire.Offset { return wire.Offset{Shift: shift, Bound: 3} }
	for name, c := range map[string]struct {
		measured []wire.Offset
		want     int64
		set      time.Duration
	}{
		"once":      {[]wire.Offset{at(-time.Hour)}, int64(time.Second), 0},
		"as before": {[]wire.Offset{at(-time.Hour), at(-time.Hour + 9)}, int64(time.Second) + 9, 0},
		"a wide reading replaces no better one": {[]wire.Offset{at(-time.Hour),
			{Shift: -time.Hour + 20*time.Millisecond, Bound: 50 * time.Millisecond}},
			int64(time.Second), 0},
		"wide, and set all the same": {[]wire.Offset{at(-time.Hour),
			{Shift: -time.Hour + time.Second, Bound: 50 * time.Millisecond}},
			int64(2 * time.Second), time.Second},
		"set, and set back": {[]wire.Offset{at(-time.Hour), at(-time.Hour - 3*time.Second),
			at(-time.Hour)}, int64(time.Second), 3 * time.Second},
	} {
		var have clocks
		for _, o := range c.measured {
			have.addWall(o)
		}
		if at := have.stamp(int64(time.Hour + time.Second)); at != c.want || have.wallSet() != c.set {
			t.Errorf("%s: have %d, set by %s, want %+v", name, at, have.wallSet(), c)
		}
	}
}

// What the switchboard reports is enclosed wherever it may have been on the record's clock;
// what never happened stays so.
func TestClocksOfTheSwitchboard(t *testing.T) {
	var c clocks
	if b, n := (link.Bracket{Before: 7, After: 9}),
		(link.Count{First: 3, Last: 4, At: 5}); c.bracket(b) != b || c.count(n) != n {
		t.Error("one clock's instants were changed")
	}
	c.add(wire.Offset{Shift: 1000, Bound: 2}, wire.Offset{Shift: 300, Bound: 1})
	if have, want := c.bracket(link.Bracket{Before: 5000, After: 5010}),
		(link.Bracket{Before: 5697, After: 5713}); have != want {
		t.Errorf("bracket: have %+v, want %+v", have, want)
	}
	if have := c.bracket(link.Bracket{}); have != (link.Bracket{}) {
		t.Errorf("no bracket: have %+v", have)
	}
	have := c.count(link.Count{Users: 1, First: 5000, Last: 5000, Late: 4, At: 5010})
	if want := (link.Count{Users: 1, First: 5703, Last: 5703, Late: 10, At: 5710,
		Doubt: 3}); have != want {
		t.Errorf("count: have %+v, want %+v", have, want)
	}
	if b := have.Read(); b != (link.Bracket{Before: 5707, After: 5713}) {
		t.Errorf("read: have %+v", b)
	}
	if have := c.count(link.Count{At: 5010}); have.First != 0 || have.Last != 0 || have.Late != 0 {
		t.Errorf("it touched no user: have %+v", have)
	}
}

// The recorder's own notes, also those from before the clocks were compared, and what a
// node undid by itself come on the record's clock.
func TestRecorderKeepsOneClock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	synctest.Test(t, func(t *testing.T) {
		rec, err := newRecorder(path)
		if err != nil {
			t.Fatal(err)
		}
		emit := func(node, name string, body any) {
			t.Helper()
			b, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			rec.event(node, name, b)
		}
		began := wire.Now()
		emit("switchboard", "unknown-name", link.Unknown{Asker: "app", Name: "early"})
		time.Sleep(time.Second)
		const day = 24 * time.Hour
		rec.clocks.add(wire.Offset{Shift: day, Bound: 2}, wire.Offset{Shift: 3 * day, Bound: 1})
		rec.begin(timeline.Header{Mono: rec.clocks.now()}, rec.clocks.cli())
		emit("switchboard", "trouble", link.Trouble{Link: "app -> db:5432"})
		emit("switchboard", "expired", wire.Expired{Name: "rule", At: wire.Now() + int64(3*day)})
		emit("load", "expired", wire.Expired{Name: "flood", At: wire.Now() + int64(day)})
		if err := rec.close(); err != nil {
			t.Fatal(err)
		}
		r, err := timeline.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		early, now := began+int64(day), began+int64(day+time.Second)
		if len(r.Notes) != 2 || r.Notes[0].At != early || r.Notes[1].At != now {
			t.Errorf("notes: have %+v, want them at %d and %d", r.Notes, early, now)
		}
		if len(r.Marks) != 2 || r.Marks[0].Before != now-3 || r.Marks[0].After != now+3 ||
			r.Marks[1].Before != now || r.Marks[1].After != now {
			t.Errorf("marks: have %+v, want them about %d", r.Marks, now)
		}
	})
}
