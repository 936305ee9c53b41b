package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A drill goes on while nothing reads what is shown of it; once something does, all of it
// comes, in its order, before the drill's console is closed.
func TestNothingReads(t *testing.T) {
	for name, s := range map[string]showing{"text": {}, "json": {json: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out, in := io.Pipe()
				c := &cobra.Command{}
				c.SetOut(in)
				c.SetErr(io.Discard)
				s.begin(c, c.OutOrStdout(), nil)
				live := s.console(nil)
				live.Say(timeline.Note{Text: "one"})
				live.Phase("fault", time.Second)
				live.Update(timeline.State{Faults: []string{"bad"}})
				live.Say(timeline.Note{Text: "two"})
				all := make(chan string)
				go func() {
					b, _ := io.ReadAll(out)
					all <- string(b)
				}()
				live.Close()
				s.warn("three")
				_ = in.Close()
				said := <-all
				at := 0
				for _, want := range []string{"one", "fault", "bad", "two", "three"} {
					i := strings.Index(said[at:], want)
					if i < 0 {
						t.Fatalf("no %q after %d in %q", want, at, said)
					}
					at += i
				}
			})
		})
	}
}

// What cannot be written fails later, and is not lost.
func TestQueuedFails(t *testing.T) {
	full := errors.New("no space left on device")
	q := &queued{to: failing{full}}
	q.begin()
	if _, err := q.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	q.end()
	if _, err := q.Write([]byte("y")); !errors.Is(err, full) {
		t.Errorf("have %v", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }
