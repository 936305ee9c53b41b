package sla

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Where answers do not say which of several nodes gave them, or name one that there is none of,
// the reader is told, and no cause that only a node's name could show is called likely.
func TestNodesUnnamed(t *testing.T) {
	for _, c := range []struct {
		what  string
		node  func(n int) string // of the n-th answer
		scope string
		note  string // what is noted of names
		cause Code
	}{
		{"named", func(n int) string { return fmt.Sprintf("app-%d", 1+n%2) }, ScopeNode, "",
			"cause-bad-node"},
		{"unnamed", func(int) string { return "" }, ScopeNode, "nodes-unnamed",
			"cause-undetermined"},
		{"unnamed, and nodes alike are not known", func(int) string { return "" }, ScopeCore,
			"nodes-unnamed", "cause-undetermined"},
		{"by a container's id", func(n int) string { return fmt.Sprintf("50def8a1400%d", 1+n%2) },
			ScopeNode, "node-unknown 50def8a14001, node-unknown 50def8a14002", "cause-bad-node"},
	} {
		s, n := usual(), 0
		s.downs = nil
		s.adjust = func(q *load.Request) {
			n++
			if q.Node = c.node(n); n%2 == 0 {
				if at := q.Due - t0; at >= s.inject && at < s.lift {
					status(q, 503)
				}
			}
		}
		r := s.record()
		r.Header.Faults[0].Scope = c.scope
		r.Traffic = []link.Traffic{{Link: "shoppers -> lb:8080"}, {Link: "lb -> app-1:8080"},
			{Link: "lb -> app-2:8080"}}
		card := Score(r, r.Header.Objectives)
		var said []string
		for _, x := range card.Notes {
			switch {
			case x.Code == NodesUnnamed:
				said = append(said, string(x.Code))
			case x.Code == NodeUnknown:
				said = append(said, fmt.Sprint(x.Code, " ", x.Values[0].Is))
			}
		}
		if have := strings.Join(said, ", "); have != c.note {
			t.Errorf("%s: noted %s, want %s", c.what, have, c.note)
		}
		if len(card.Diagnosis) != 1 || card.Diagnosis[0].Cause != c.cause {
			t.Errorf("%s: diagnosed %+v, want %s", c.what, card.Diagnosis, c.cause)
		}
	}
}
