package run

import (
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// stuck is a console that takes no update before it is let go, and keeps what it was told.
type stuck struct {
	told
	let    chan bool
	states []timeline.State
}

func (s *stuck) Update(x timeline.State) {
	<-s.let
	s.states = append(s.states, x)
}

// An injection that begins or ends is shown at once, and does not wait for the console.
func TestInjectionsDoNotWaitForTheConsole(t *testing.T) {
	rec, err := newRecorder(filepath.Join(t.TempDir(), "record"))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.discard()
	synctest.Test(t, func(t *testing.T) {
		c := &stuck{let: make(chan bool)}
		d := &Drill{Console: c, recorder: rec, plan: &plan.Plan{}}
		stop := d.show()
		began := time.Now()
		tell := func(injecting, injected []string) {
			d.phase(engine.PhaseNow{Name: "fault", Length: time.Minute, Injecting: injecting,
				Faults: injected})
			synctest.Wait()
		}
		tell(nil, nil)
		tell([]string{"slow"}, nil)
		tell(nil, []string{"slow"})
		if time.Since(began) > 0 {
			t.Errorf("it waited for %v", time.Since(began))
		}
		c.let <- true // what was shown when the injection began
		c.let <- true
		synctest.Wait()
		if len(c.states) != 2 || time.Since(began) > 0 ||
			!slices.Equal(c.states[0].Injecting, []string{"slow"}) ||
			len(c.states[1].Injecting) > 0 || !slices.Equal(c.states[1].Faults, []string{"slow"}) ||
			len(c.states[1].Turns) != 1 {
			t.Errorf("after %v it was shown %+v", time.Since(began), c.states)
		}
		close(c.let)
		stop()
	})
}
