package sla

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Strays are reported and decide nothing; a node that was looked for past the switchboard
// makes a run void where a fault is on the link between the two.
func TestStraysAreReported(t *testing.T) {
	out := timeline.Stray{From: "app-1", To: "203.0.113.7", Protocol: "tcp", Port: 443, Packets: 3}
	past := timeline.Stray{From: "lb", To: "app-2", Protocol: "arp", Packets: 2}
	for name, c := range map[string]struct {
		aim, node string
		stray     timeline.Stray
		note      string
		void      bool
	}{
		"outside": {"lb -> app-2", "app-2", out, "stray-to-port from=app-1 packets=3 to=203.0.113.7 port=443 protocol=tcp",
			false},
		"without a port": {"lb -> app-2", "app-2",
			timeline.Stray{From: "app-1", To: "224.0.0.22", Protocol: "igmp", Packets: 1},
			"stray from=app-1 packets=1 to=224.0.0.22 protocol=igmp", false},
		"past a faulty link": {"lb -> app-2", "app-2", past,
			"stray-direct from=lb to=app-2 packets=2", true},
		"the other way": {"app-2 -> lb", "lb", past, "stray-direct from=lb to=app-2", true},
		"a replica's": {"edge -> app", "app-2",
			timeline.Stray{From: "edge-1", To: "app-2", Protocol: "arp", Packets: 1},
			"stray-direct from=edge-1 to=app-2", true},
		"a replica's in a domain": {"edge.internal.corp -> app", "app-2",
			timeline.Stray{From: "edge-1.internal.corp", To: "app-2", Protocol: "arp", Packets: 1},
			"stray-direct from=edge-1.internal.corp to=app-2", true},
		"of a like name": {"edge -> app", "app-2",
			timeline.Stray{From: "edge-cache", To: "app-2", Protocol: "arp", Packets: 1},
			"stray-direct from=edge-cache to=app-2", false},
		"any container's": {"* -> app-2", "app-2", past, "stray-direct from=lb to=app-2", true},
		"another link":    {"users -> app-2", "app-2", past, "stray-direct from=lb to=app-2", false},
		"another node":    {"lb -> app-1", "app-1", past, "stray-direct from=lb to=app-2", false},
		"no link":         {"app-2", "app-2", past, "stray-direct from=lb to=app-2", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual()
			r := s.record()
			r.Header.Faults[0].Aim, r.Header.Faults[0].Nodes = c.aim, []string{c.node}
			before := Score(r, s.goals)
			r.Strays = timeline.Strays{Seen: []timeline.Stray{c.stray}, Dropped: 3}
			card := Score(r, s.goals)
			if !slices.ContainsFunc(card.Notes,
				func(n Said) bool { return strings.HasPrefix(n.String(), c.note) }) {
				t.Errorf("notes: have %q, want %q", card.Notes, c.note)
			}
			if len(card.Strays) != 1 || !reflect.DeepEqual(card.Strays[0], strayOf(c.stray)) ||
				card.StraysDropped != 3 {
				t.Errorf("have %+v, %d dropped", card.Strays, card.StraysDropped)
			}
			void := slices.ContainsFunc(card.Reasons,
				func(r Said) bool { return r.Code == LinkBypassed })
			if void != c.void || c.void && !card.Void || !c.void && card.Verdict != before.Verdict {
				t.Errorf("void: have %t, %s for %q; without the stray %s", void, card.Verdict,
					card.Reasons, before.Verdict)
			}
		})
	}
}

// What a scorecard lists of strays, and its notes name, is bounded, and says so.
func TestStraysAreBounded(t *testing.T) {
	s := usual()
	r := s.record()
	r.Strays.Dropped = 1000
	r.Strays.Uncontained = []string{"the bridge answers"}
	for i := range 500 {
		r.Strays.Seen = append(r.Strays.Seen,
			timeline.Stray{From: "app", To: fmt.Sprint(i), Protocol: "udp", Port: 1, Packets: 2})
	}
	card := Score(r, s.goals)
	notes := strings.Join(lines(card.Notes), "\n")
	if len(card.Strays) != mostStrays || strings.Count(notes, "stray-to-port ") != toldStrays ||
		!strings.Contains(notes, "more-strays strays=495 packets=1000") ||
		!strings.Contains(notes, "not-contained detail=the bridge answers") {
		t.Errorf("have %d, %s", len(card.Strays), notes)
	}
}
