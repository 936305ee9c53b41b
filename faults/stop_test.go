package faults_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// deaf is a world whose targets ignore SIGTERM, with a clock.
type deaf struct {
	*world
	began time.Time
}

func (d deaf) Terminate(context.Context, string) error { return nil }

func (d deaf) Count(ctx context.Context, name string) (link.Count, error) {
	c, err := d.world.Count(ctx, name)
	c.At = int64(time.Since(d.began))
	return c, err
}

// Replicas are signalled at one instant, which is the bracket, and those that do not go
// are killed ten seconds later, all at once; then their host refuses.
func TestStopOfReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := deaf{newWorld(), time.Now()}
		site := faults.Site{Links: []link.Link{{ID: "page -> app-1:8080", To: "app-1"}},
			Targets: []string{"app-1", "app-2"}, Switchboard: d, Nodes: d}
		in, err := (&faults.Stop{Target: "app"}).Bind("f", site)
		if err != nil {
			t.Fatal(err)
		}
		b, err := in.Inject(t.Context())
		if took := time.Since(d.began); err != nil || b.Before != 0 || b.After != 0 ||
			took != 10*time.Second {
			t.Errorf("have %+v after %v, %v; want a bracket of no length, after 10s", b, took, err)
		}
		if left := d.left(); len(left) != 3 {
			t.Errorf("have %q, want both dead and a rule", left)
		}
		if _, err := in.Lift(t.Context()); err != nil || len(d.left()) > 0 {
			t.Errorf("after the lift: %q, %v", d.left(), err)
		}
	})
}
