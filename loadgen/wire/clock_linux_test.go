package wire

import (
	"testing"
	"testing/synctest"
	"time"
)

// Nodes and CLI are processes of their own; what they read has to be one clock.
func TestNowIsTheMachinesMonotonicClock(t *testing.T) {
	const slack = int64(100 * time.Microsecond) // far below every resolution printed
	for range 1000 {
		before := monotonic()
		now := Now()
		if after := monotonic(); now < before-slack || now > after+slack {
			t.Fatalf("%d, between %d and %d", now, before, after)
		}
	}
}

// In a bubble the clock goes on from where it stood outside, by the bubble's time.
func TestNowInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := Now()
		time.Sleep(time.Hour)
		if have := Now() - began; began < base.at || have != int64(time.Hour) {
			t.Errorf("from %d, with %d outside: an hour later have %d more", began, base.at, have)
		}
	})
}
