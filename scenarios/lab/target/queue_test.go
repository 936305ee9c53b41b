//go:build linux

package target

import (
	"testing"
	"time"
)

func TestQueueServesAtItsRateInOrder(t *testing.T) {
	q, now := newQueue(200, 0), time.Unix(1, 0)
	for i := range 5 {
		have, ok := q.join(now)
		if want := time.Duration(i) * 5 * time.Millisecond; !ok || have != want {
			t.Errorf("request %d: have %s, %t, want %s", i, have, ok, want)
		}
	}
	if have := q.length(now); have != 4 {
		t.Errorf("waiting: have %v, want 4", have)
	}
	now = now.Add(12 * time.Millisecond) // two more have begun
	if have := q.length(now); have != 2 {
		t.Errorf("waiting after 12 ms: have %v, want 2", have)
	}
	if have, _ := q.join(now.Add(time.Second)); have != 0 {
		t.Errorf("an idle server makes wait %s", have)
	}
}

func TestQueueTurnsAwayWhenFull(t *testing.T) {
	q, now := newQueue(1000, 30), time.Unix(1, 0)
	served := 0
	for range 100 {
		if _, ok := q.join(now); ok {
			served++
		}
	}
	if served != 30 {
		t.Errorf("places: have %d, want %d", served, 30)
	}
	if _, ok := q.join(now.Add(time.Millisecond)); !ok {
		t.Error("no place though one was served")
	}
}

func TestQueueWithoutCapacityNeverWaits(t *testing.T) {
	q := newQueue(0, 0)
	for range 10 {
		if wait, ok := q.join(time.Unix(1, 0)); wait != 0 || !ok {
			t.Fatalf("have %s, %t", wait, ok)
		}
	}
}
