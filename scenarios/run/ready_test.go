package run

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// A lift waits for as long as the slowest of its targets says that it may take.
func TestReadyWithin(t *testing.T) {
	node := func(name string, within time.Duration) plan.Node {
		return plan.Node{Name: name, Spec: &scenarios.Target{Ready: &scenarios.Ready{Within: within}}}
	}
	plan := &plan.Plan{Nodes: []plan.Node{node("db", 5*time.Minute), node("app-1", time.Minute),
		node("app-2", 0), {Name: "lb", Spec: &scenarios.Target{}}}}
	for _, c := range []struct {
		nodes []string
		want  time.Duration
	}{{nil, 0}, {[]string{"lb", "app-2"}, 0}, {[]string{"app-1", "app-2"},
		time.Minute}, {[]string{"app-1", "db"}, 5 * time.Minute}} {
		if have := readyWithin(plan, c.nodes); have != c.want {
			t.Errorf("%q: have %s, want %s", c.nodes, have, c.want)
		}
	}
}
