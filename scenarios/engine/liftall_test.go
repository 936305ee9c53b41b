package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// hanging is an injection whose lift never ends by itself.
type hanging struct{ injection }

func (h hanging) Lift(ctx context.Context) (b link.Bracket, err error) {
	_ = h.did("lift " + h.name)
	<-ctx.Done()
	return b, ctx.Err()
}

// On the way out a lift that hangs is given up at its own deadline, and keeps no other fault
// of its instant in force; those of an earlier instant wait for it.
func TestAHangingLiftDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		w, d := drill("first", "a", "b", "c")
		for i := range d.Faults[1:] {
			d.Faults[1+i].At = time.Second
		}
		d.Faults[2].Injection = hanging{injection{w, "b"}}
		time.AfterFunc(40*time.Second, func() { cancel(ErrInterrupted) })
		if err := d.Run(ctx); !errors.Is(err, ErrInterrupted) ||
			!strings.Contains(err.Error(), "lift b: ") {
			t.Errorf("have %v", err)
		}
		lifted := map[string]time.Duration{}
		for _, m := range w.marks {
			if m.Name == timeline.MarkLift || m.Name == timeline.MarkUnlifted {
				lifted[m.Fault] = time.Duration(m.After)
			}
		}
		interrupted := 40 * time.Second
		for name, want := range map[string]time.Duration{"a": interrupted, "c": interrupted, "b": interrupted + liftWithin, "first": interrupted + liftWithin} {
			if lifted[name] != want {
				t.Errorf("%s: lifted, or given up, at %s, want %s", name, lifted[name], want)
			}
		}
	})
}
