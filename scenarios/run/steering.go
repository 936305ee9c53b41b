package run

import (
	"fmt"
	"slices"
	"sync"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// steering takes the watchers' answers as they come, and passes on to the steers, and to
// the console, what follows. It never waits: answers come from what reads the nodes.
type steering struct {
	mu       sync.Mutex
	deciders []decider
	silences silences
}

// decider is what a watcher finds, and what follows when it is content, or is not any more.
type decider struct {
	*watch.Follower
	turned func(content bool)
}

// newSteering makes a plan's steers, and what decides over them. It says each
// change in a line, and reports each watcher that wakes or is content again.
func newSteering(p *plan.Plan, board faults.Switchboard,
	say func(kind, text string, values ...string),
	woke func(watcher string, content bool)) (*steering, []*engine.Steer) {
	s := &steering{silences: silences{say: say}}
	if p.Header.Phases.WarmUp == 0 {
		s.begin()
	}
	for _, w := range p.Header.Watch {
		s.deciders = append(s.deciders, decider{watch.Follow(w),
			func(content bool) { woke(w.Name, content) }})
	}
	var all []*engine.Steer
	for _, x := range p.Steers {
		steer := engine.NewSteer(x.Name, x.Rule, board, func(moved bool) {
			if moved {
				say("steer-moved", fmt.Sprintf("steer %s: %s is not content; %s from now on",
					x.Name, x.When, x), "steer", x.Name, "watcher", x.When, "what", x.String())
				return
			}
			say("steered-back", fmt.Sprintf("steer %s: back to where it was", x.Name),
				"steer", x.Name)
		})
		all = append(all, steer)
		i := slices.IndexFunc(p.Header.Watch,
			func(w timeline.Watcher) bool { return w.Name == x.When })
		s.deciders = append(s.deciders, decider{watch.Follow(p.Header.Watch[i]),
			func(content bool) { steer.Want(!content) }})
	}
	return s, all
}

// answer takes a check's answer.
func (s *steering) answer(a load.Answer) {
	s.each(func(d decider) { d.Answer(a) })
	if s != nil {
		s.silences.answer(a)
	}
}

// begin says that the baseline begins: from then on watchers' answers have to count.
func (s *steering) begin() {
	if s != nil {
		s.silences.begin()
	}
}

// delivery takes a notification.
func (s *steering) delivery(n load.Delivery) { s.each(func(d decider) { d.Delivery(n) }) }

func (s *steering) each(take func(decider)) {
	if s == nil {
		return // nothing is steered, or there is no plan yet
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.deciders {
		before := d.Content()
		if take(d); d.Content() != before {
			d.turned(!before)
		}
	}
}
