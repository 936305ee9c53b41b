package sla

import (
	"path"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Stray is what a container tried that goes by no link: packets to an address outside
// the drill's network, which were dropped, or, of protocol arp, a question on the wire
// for a neighbour's own address, past the switchboard.
type Stray struct {
	From     string  `json:"from"` // a node, or an address
	To       string  `json:"to"`
	Protocol string  `json:"protocol"` // tcp, udp, icmp, igmp, ip-47 …; arp
	Port     *uint16 `json:"port"`     // of tcp and udp; else null
	Packets  uint64  `json:"packets"`
}

// How many strays a scorecard lists, and how many of them its notes name.
const (
	mostStrays = 100
	toldStrays = 5
)

// strays reports what went by no link, and what the network lacked of its walls.
func (s *scorer) strays() {
	r := s.record.Strays
	s.card.StraysDropped, s.card.Uncontained = r.Dropped, append([]string{}, r.Uncontained...)
	for _, x := range r.Seen[:min(len(r.Seen), mostStrays)] {
		s.card.Strays = append(s.card.Strays, strayOf(x))
	}
	for _, lack := range r.Uncontained {
		s.card.Notes = append(s.card.Notes, Say(NotContained, lack))
	}
	for _, x := range r.Seen[:min(len(r.Seen), toldStrays)] {
		s.card.Notes = append(s.card.Notes, strayOf(x).Said())
	}
	if more := len(r.Seen) - toldStrays; more > 0 {
		s.card.Notes = append(s.card.Notes, Say(MoreStrays, more, r.Dropped))
	}
}

func strayOf(x timeline.Stray) Stray {
	out := Stray{From: x.From, To: x.To, Protocol: x.Protocol, Packets: x.Packets}
	if x.Port != 0 {
		out.Port = &x.Port
	}
	return out
}

// Said is what went where, and how often.
func (x Stray) Said() Said {
	switch {
	case (timeline.Stray{Protocol: x.Protocol}).Direct():
		return Say(StrayDirect, x.From, x.To, x.Packets)
	case x.Port != nil:
		return Say(StrayToPort, x.From, x.Packets, x.To, int(*x.Port), x.Protocol)
	}
	return Say(StrayOut, x.From, x.Packets, x.To, x.Protocol)
}

// bypassed says where a node looked past the switchboard for one that a fault's link
// leads to, or the other way round: such a link may have been gone round, so that the
// fault met less than was rehearsed.
func (s *scorer) bypassed() (reasons []Said) {
	for _, x := range s.record.Strays.Seen {
		if f := s.faultBetween(x); x.Direct() && f != "" {
			reasons = append(reasons, Say(LinkBypassed, strayOf(x).Said(), f, x.From, x.To))
		}
	}
	return reasons
}

// faultBetween names a fault on a link between the two nodes of a stray.
func (s *scorer) faultBetween(x timeline.Stray) string {
	for _, f := range s.record.Header.Faults {
		from, _, onLink := strings.Cut(f.Aim, " -> ")
		if onLink && (joins(f, from, x.From, x.To) || joins(f, from, x.To, x.From)) {
			return f.Name
		}
	}
	return ""
}

// joins reports whether a fault's link leads from one node, or its target, to another.
func joins(f timeline.Fault, aim, from, to string) bool {
	whole, _ := path.Match(aim, from)
	target, _, replica := hostname.Original(from)
	return slices.Contains(f.Nodes, to) && (whole || replica && target == aim)
}
