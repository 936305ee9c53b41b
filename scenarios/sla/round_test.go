package sla

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What a node answers has to have gone over a link: where none that leads there
// carried a connection, hop by hop, the run is void, and says which clients went round.
// What the switchboard cannot have seen, or saw another way, voids nothing.
func TestAnswersThatWentRound(t *testing.T) {
	for name, c := range map[string]struct {
		links string // FROM -> TO:PORT, those that carried connections behind a +
		nodes string // that answer, in turn
		void  string // the reason; empty: none
	}{
		"direct": {"+users -> web:80", "web", ""},
		"direct, round": {"users -> web:80", "web",
			"went-round group=users"},
		"no counters": {"", "web app-2", ""},
		"balanced": {"+users -> lb:80, +lb -> app-1:80, +lb -> app-2:80",
			"app-1 app-2", ""},
		"one is asked by address": {"+users -> lb:80, +lb -> app-1:80, lb -> app-2:80",
			"app-1 app-2", "went-round-node node=app-2 requests=2000 links=[lb -> app-2:80] askers=[lb]"},
		"checks do not count": {"+users -> lb:80, lb -> app-2:80, +ready -> app-2:80, +watch:pager -> app-2:80, +flood -> app-2:80",
			"app-2", "links=[lb -> app-2:80]"},
		"no use declares the way": {"+users -> lb:80, +ready -> app-2:80", "app-2",
			"went-round-unlinked node=app-2"},
		"another group's own way": {"+users -> lb:80, lb -> app-2:80, +others -> app-2:80",
			"app-2", "links=[lb -> app-2:80]"},
		"one of two ports is used": {"+users -> lb:80, lb -> app-2:80, +lb -> app-2:81", "app-2",
			""},
		"one of two ways is used": {"+users -> lb-1:80, +users -> lb-2:80, lb-1 -> app-2:80, +lb-2 -> app-2:80",
			"app-2", ""},
		"a hop before": {"+users -> edge:80, edge -> lb:80, +lb -> app-2:80", "app-2",
			"went-round-node node=app-2 requests=4000 links=[edge -> lb:80] askers=[edge]"},
		"a hop before, and its own": {"+users -> edge:80, edge -> lb:80, +lb -> app-2:80, edge -> app-3:80",
			"app-2", "links=[edge -> lb:80]"},
		"it fetches its work": {"+users -> lb:80, +app-2 -> lb:90", "app-2", ""},
		"it uses what others use": {"+users -> lb:80, +lb -> app-1:80, lb -> app-2:80, +app-1 -> db:5, +app-2 -> db:5",
			"app-1 app-2", "links=[lb -> app-2:80]"},
		"a name of its own": {"+users -> lb:80, +lb -> app-1:80", "srv-0815", ""},
		"round about, and back": {"+users -> kv-1:80, +kv-1 -> kv-2:80, +kv-2 -> kv-1:80",
			"kv-2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, nodes := usual(), strings.Fields(c.nodes)
			s.adjust = func(q *load.Request) {
				if q.Node != "" {
					q.Node = nodes[q.Seq%uint64(len(nodes))]
				}
			}
			s.downs = nil
			r := s.record()
			for l := range strings.SplitSeq(c.links, ", ") {
				id, taken := strings.CutPrefix(l, "+")
				link := link.Traffic{Link: id}
				if taken {
					link.Connections = 1
				}
				if id != "" {
					r.Traffic = append(r.Traffic, link)
				}
			}
			card := Score(r, s.goals)
			i := slices.IndexFunc(card.Reasons,
				func(s Said) bool { return strings.HasPrefix(string(s.Code), "went-round") })
			switch {
			case c.void == "" && i >= 0:
				t.Errorf("have %q, want none", card.Reasons[i])
			case c.void != "" && (i < 0 || !strings.Contains(card.Reasons[i].String(), c.void) ||
				!card.Void):
				t.Errorf("have %q, void %t, want %q", card.Reasons, card.Void, c.void)
			case c.void == "" && card.Verdict != Pass:
				t.Errorf("have %s, %q", card.Verdict, card.Reasons)
			}
		})
	}
}
