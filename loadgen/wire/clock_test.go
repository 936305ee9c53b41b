package wire

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// A node reports its wall clock and the other one in one call.
func TestWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, commands := io.Pipe()
		events, out := io.Pipe()
		s := NewServer(out)
		s.Now = func() int64 { return 7000 }
		go func() { _ = s.Serve(t.Context(), in, nil); _ = out.Close() }()
		p := NewPeer(events, commands, nil)
		var w Wall
		now := time.Now().UnixNano()
		if err := p.Call(t.Context(), "wall", nil, &w); err != nil ||
			w != (Wall{Before: 7000, At: now, After: 7000}) {
			t.Errorf("have %+v, %v", w, err)
		}
		_ = p.Close()
		<-p.Done()
	})
	if have := (Wall{Before: 100, At: 5000, After: 106}).Offset(); have != (Offset{Shift: -4897,
		Bound: 3}) {
		t.Errorf("have %+v", have)
	}
}

// What is stated of a whole run covers every instant that its measurements allow: the shift
// of the first, with a bound that reaches where the clocks went apart.
func TestOffsetOverARun(t *testing.T) {
	for _, c := range []struct {
		all  []Offset
		want Offset
	}{
		{nil, Offset{}},
		{[]Offset{{50, 3}}, Offset{50, 3}},
		{[]Offset{{50, 3}, {51, 1}}, Offset{50, 3}},
		{[]Offset{{50, 3}, {90, 4}, {60, 1}}, Offset{50, 44}},
		{[]Offset{{50, 3}, {10, 4}}, Offset{50, 44}},
	} {
		if have := Over(c.all); have != c.want {
			t.Errorf("%v: have %v, want %v", c.all, have, c.want)
		}
	}
}

// A process that loses its turn amid a reading reports another one, in which it did not.
func TestWallReadingIsTheNarrowest(t *testing.T) {
	clock, waits := int64(0), []int64{900, 40, 700, 5, 600}
	calls := 0
	w := readWall(func() int64 {
		if calls++; calls%2 == 0 {
			clock += waits[calls/2-1]
		} else {
			clock += 1000
		}
		return clock
	})
	if calls != 2*wallReadings || w.After-w.Before != 5 {
		t.Errorf("%d readings, the one used %d wide", calls/2, w.After-w.Before)
	}
}
