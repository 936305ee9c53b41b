package run

import (
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A watcher that asks in the wrong place is reported once, as soon as the warm-up is over,
// with what its answers say; one that is only slow to start, or loses its way later, is
// not.
func TestSilences(t *testing.T) {
	const lost = "backend app has no server app2; it has app-1, app-2"
	var said []string
	s := &silences{say: func(kind, text string, values ...string) {
		said = append(append(said, kind, text), values...)
	}}
	ask := func(times int, watcher string, known bool, detail string) {
		for range times {
			s.answer(load.Answer{Check: watcher, Known: known, Detail: detail})
		}
	}
	ask(100, "lost", false, lost)
	ask(100, "slow", false, "out of reach: refused")
	ask(1, "slow", true, "UP")
	ask(leastSilence-2, "late", false, "out of reach: refused")
	s.begin()
	ask(1, "late", false, "out of reach: refused")
	ask(1, "late", true, "UP")
	if len(said) > 0 {
		t.Fatalf("said before it was due: %q", said)
	}
	ask(100, "lost", false, lost)
	ask(100, "slow", false, "out of reach: refused")
	ask(100, "late", false, "out of reach: refused")
	want := []string{"unanswered", "watcher lost: none of its answers counted so far: " + lost,
		"watcher", "lost", "detail", lost}
	if !slices.Equal(said, want) {
		t.Errorf("have %q, want %q", said, want)
	}
}
