package run

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// told is a console that keeps what is said.
type told struct{ lines []string }

func (c *told) Say(n timeline.Note)       { c.lines = append(c.lines, n.Text) }
func (*told) Pulling(timeline.Pull)       {}
func (*told) Phase(string, time.Duration) {}
func (*told) Update(timeline.State)       {}

// A line that begins with the key acknowledges, with what follows as its note; nothing else
// does, nor what was typed before any watcher waited.
func TestKeysAcknowledge(t *testing.T) {
	console := &told{}
	d := &Drill{Console: console, plan: &plan.Plan{}}
	d.plan.Run = "00000000000000aa"
	lines := make(chan string, 1)
	lines <- "a too early"
	var acked []string
	done := make(chan bool)
	go func() {
		defer close(done)
		d.takeKeys(t.Context(), lines, func(_ context.Context, run, note string) (string, []string,
			error) {
			acked = append(acked, run+": "+note)
			if note == "fail" {
				return "", nil, ErrNobodyWaits
			}
			return run, nil, nil
		})
	}()
	for len(lines) > 0 {
		time.Sleep(time.Millisecond)
	}
	for _, l := range []string{"a", "", "ack", "A  checkout is down ", "a fail", "yes"} {
		lines <- l
	}
	close(lines)
	<-done
	want := []string{"00000000000000aa: ", "00000000000000aa: checkout is down",
		"00000000000000aa: fail"}
	if !slices.Equal(acked, want) {
		t.Errorf("have %q, want %q", acked, want)
	}
	if len(console.lines) != 3 {
		t.Errorf("said %q, want that two lines were not understood, and one not taken", console.lines)
	}
}

// Nothing is read from the terminal where no watcher waits for a person.
func TestKeysAreNotReadUnasked(t *testing.T) {
	d := &Drill{Typed: func() <-chan string { t.Error("the terminal is read"); return nil }}
	d.listenForKeys()()
	(&Drill{awaited: true}).listenForKeys()()
}
