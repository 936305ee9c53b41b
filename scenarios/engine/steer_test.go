package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// zone is a resolver whose names can be moved; each move takes a second.
type zone struct {
	*world
	moved bool
}

func (z *zone) Apply(ctx context.Context, r link.Rule) (link.Bracket, error) {
	before := now()
	time.Sleep(time.Second)
	err := errors.Join(ctx.Err(), z.did("apply "+r.Name))
	z.moved = err == nil
	return link.Bracket{Before: before, After: now()}, err
}

func (z *zone) Lift(ctx context.Context, name string) (link.Bracket, error) {
	before := now()
	time.Sleep(time.Second)
	err := errors.Join(ctx.Err(), z.did("unsteer "+name))
	z.moved = z.moved && err != nil
	return link.Bracket{Before: before, After: now()}, err
}

func (z *zone) Count(context.Context, string) (link.Count, error) {
	return link.Count{Users: 7, Active: z.moved}, nil
}

func steered() (*world, *Drill, *zone, *Steer) {
	w, d := drill("a")
	z := &zone{world: w}
	s := NewSteer("away", link.Rule{Name: "r"}, z, nil)
	d.Steers = []*Steer{s}
	return w, d, z, s
}

func wish(s *Steer, moved bool, after time.Duration) {
	time.AfterFunc(after, func() { s.Want(moved) })
}

// Names move when it is wanted and back when it no longer is; a wish that is there
// already changes nothing, and of wishes that come during a move the last counts.
func TestSteer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, z, s := steered()
		var seen []bool
		s.Moved = func(moved bool) { seen = append(seen, moved) }
		for _, c := range []struct {
			at   time.Duration
			want bool
		}{
			{10 * time.Second, false}, {31 * time.Second, true}, {33 * time.Second, true}, {45 * time.Second, false},
			{60 * time.Second, true}, {60*time.Second + 200*time.Millisecond, false}, {60*time.Second + 400*time.Millisecond, true},
			{90 * time.Second, false},
		} {
			wish(s, c.want, c.at)
		}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if have, want := w.at(timeline.MarkSteer), []time.Duration{32 * time.Second, 61 * time.Second}; !slices.Equal(have, want) {
			t.Errorf("moved at %v, want %v", have, want)
		}
		if have, want := w.at(timeline.MarkSteerBack), []time.Duration{46 * time.Second, 91 * time.Second}; !slices.Equal(have, want) {
			t.Errorf("back at %v, want %v", have, want)
		}
		for _, m := range w.marks {
			if m.Name == timeline.MarkSteerBack && (m.Answers != 7 || m.Steer != "away" || m.After-m.Before != int64(time.Second)) {
				t.Errorf("mark %+v", m)
			}
		}
		if z.moved || !slices.Equal(seen, []bool{true, false, true, false}) {
			t.Errorf("moved %v at the end, seen %v", z.moved, seen)
		}
	})
}

// On every way out the names are brought back, once the load has stopped: a
// reference to them is the users' to the last.
func TestSteerIsUndoneOnEveryWayOut(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(*world, *Drill, context.CancelCauseFunc)
		err     string
	}{
		"the end": {func(*world, *Drill, context.CancelCauseFunc) {}, ""},
		"a panic": {func(w *world, d *Drill, _ context.CancelCauseFunc) {
			d.Faults[0].At, w.explode = 10*time.Second, "inject a"
		}, "kaboom"},
		"an interrupt": {func(_ *world, _ *Drill, cancel context.CancelCauseFunc) {
			time.AfterFunc(40*time.Second, func() { cancel(ErrInterrupted) })
		}, "interrupted"},
		"an interrupt during the move": {func(_ *world, _ *Drill, cancel context.CancelCauseFunc) {
			time.AfterFunc(35500*time.Millisecond, func() { cancel(ErrInterrupted) })
		}, "interrupted"},
		"a load that does not stop": {func(w *world, d *Drill, _ context.CancelCauseFunc) { w.fail["stop"] = errors.New("boom") }, "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				w, d, z, s := steered()
				wish(s, true, 35*time.Second)
				c.arrange(w, d, cancel)
				err := d.Run(ctx)
				if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("have error %v, want %q", err, c.err)
				}
				if n := len(w.log); z.moved || !slices.Contains(w.log, "stop") || w.log[n-1] != "unsteer r" {
					t.Errorf("moved %v, log %q", z.moved, w.log)
				}
				if len(w.at(timeline.MarkSteerBack)) != 1 {
					t.Errorf("marks %+v", w.marks)
				}
			})
		})
	}
}

// A move that fails ends the run: users that were not led away would be counted against the
// defence. One that cannot be undone is left in place, and said to be.
func TestSteerThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, _, s := steered()
		wish(s, true, 35*time.Second)
		w.fail["apply r"] = errors.New("no zone")
		err := d.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "steer away: no zone") || len(w.at(timeline.MarkError)) != 1 {
			t.Errorf("have error %v and marks %+v", err, w.marks)
		}
		if have := w.log[len(w.log)-3:]; !slices.Equal(have, []string{"lift a", "stop", "unsteer r"}) {
			t.Errorf("log %q", have)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w, d, _, s := steered()
		wish(s, true, 35*time.Second)
		w.fail["unsteer r"] = errors.New("no zone")
		if err := d.Run(t.Context()); err == nil || len(w.at(timeline.MarkUnlifted)) != 1 {
			t.Errorf("have error %v and marks %+v", err, w.marks)
		}
	})
}

// Nothing is steered before there are users.
func TestSteerWithoutLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, _, s := steered()
		s.Want(true)
		w.fail["start"] = errors.New("boom")
		if err := d.Run(t.Context()); err == nil || slices.Contains(w.log, "apply r") {
			t.Errorf("have error %v, log %q", err, w.log)
		}
	})
}
