package run

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// zone is a switchboard that notes what it is asked, and takes its time.
type zone struct {
	mu  sync.Mutex
	log []string
}

func (z *zone) did(what string) (link.Bracket, error) {
	time.Sleep(time.Second)
	z.mu.Lock()
	defer z.mu.Unlock()
	z.log = append(z.log, what)
	return link.Bracket{}, nil
}

func (z *zone) Apply(_ context.Context, r link.Rule) (link.Bracket, error) {
	return z.did("apply " + r.Name)
}
func (z *zone) Lift(_ context.Context, name string) (link.Bracket, error) {
	return z.did("lift " + name)
}
func (z *zone) Count(context.Context, string) (link.Count, error) {
	return link.Count{}, nil
}

// users are there from the beginning to the end, and mark nothing.
type users struct{}

func (users) Start(context.Context) (int64, error) { return 0, nil }
func (users) Stop(context.Context) error           { return nil }
func (users) Mark(timeline.Mark) error             { return nil }
func (users) Proof(timeline.Proof) error           { return nil }

// A watcher's answers decide over its own steers, by its own rules, and the reader that
// brings them does not wait for what follows.
func TestSteering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		z := &zone{}
		plan := &plan.Plan{
			Header: timeline.Header{Watch: []timeline.Watcher{{Name: "probe", Kind: "http",
				Fails: 2, Oks: 2}, {Name: "alert", Kind: "webhook",
				WatcherTraits: (&watch.Webhook{}).Traits(), Match: "firing",
				Resolved: "resolved"}}},
			Steers: []plan.Steer{
				{Name: "east", When: "probe", Rule: link.Rule{Name: "steer east"}},
				{Name: "west", When: "alert", Rule: link.Rule{Name: "steer west"}},
			},
		}
		var said, turned []string
		s, steers := newSteering(plan, z, func(_, text string, _ ...string) {
			z.mu.Lock()
			defer z.mu.Unlock()
			said = append(said, text)
		}, func(watcher string, content bool) {
			z.mu.Lock()
			defer z.mu.Unlock()
			turned = append(turned, fmt.Sprintf("%s content: %t", watcher, content))
		})
		began := time.Now()
		go func() {
			for _, good := range []bool{true, false, true, false, false, false, true, false, true, true, true} {
				at := time.Now()
				s.answer(load.Answer{Check: "probe", Known: true, Good: good})
				s.answer(load.Answer{Check: "another", Known: true, Good: !good})
				if time.Since(at) > 0 {
					t.Error("an answer had to wait")
				}
				time.Sleep(3 * time.Second)
			}
			s.delivery(load.Delivery{Hook: "alert", Body: "firing"})
		}()
		d := engine.Drill{
			Phases: timeline.Phases{Baseline: time.Minute, Hold: time.Minute,
				Recovery: time.Minute},
			Load: users{}, Journal: users{}, Steers: steers,
			Now: func() int64 { return int64(time.Since(began)) },
		}
		if err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"apply steer east", "lift steer east", "apply steer west",
			"lift steer west"}; !slices.Equal(z.log, want) {
			t.Errorf("have %q, want %q", z.log, want)
		}
		if len(said) != 4 || said[1] != "steer east: back to where it was" {
			t.Errorf("said %q", said)
		}
		if want := []string{"probe content: false", "probe content: true",
			"alert content: false"}; !slices.Equal(turned, want) {
			t.Errorf("turned %q, want %q", turned, want)
		}
		(*steering)(nil).answer(load.Answer{}) // before there is a plan
	})
}
