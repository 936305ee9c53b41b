package link

import "net/netip"

// Bracket encloses a change: it took effect within [Before, After], ns on
// CLOCK_MONOTONIC.
type Bracket struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// Count is what a rule did on the wire since it was applied; the body of the
// answer to "count" (by name). Counts outlive the lift.
type Count struct {
	Unit   string `json:"unit"`   // "SYNs dropped", "503s answered", "bytes held", …
	Users  uint64 `json:"users"`  // to users' traffic
	Checks uint64 `json:"checks"` // to anything else (health checks, watchers)
	Total  uint64 `json:"total"`  // may exceed Users + Checks where the two cannot be told apart
	First  int64  `json:"first"`  // when it first touched users' traffic, ns; 0: never
	Last   int64  `json:"last"`
	// First is late by at most this, ns: counters have no clock and are polled
	Late int64 `json:"late,omitempty"`
	// Doubt is by how much At may be off, ns, either way: it was read on another clock.
	Doubt int64 `json:"doubt,omitempty"`
	// Blind: users' traffic cannot be distinguished from checks on these links (packets, or
	// bytes that cannot be read, between targets); Users then holds the total.
	Blind bool `json:"blind"`
	// Own: what is counted is traffic that the fault makes itself, beside the
	// users'. It touches no request of theirs; First is when it first went out.
	Own    bool   `json:"own,omitempty"`
	Detail string `json:"detail,omitempty"` // what else is to be said of Total
	// Stated is Detail by a code, for languages other than English; none in older records.
	Stated *Statement `json:"stated,omitempty"`
	// Untraced: no request on one of its links, which is between nodes, ever carried a
	// user's traceparent, so that none can be distinguished from a check there.
	Untraced bool `json:"untraced,omitempty"`
	// Unread names the protocols other than HTTP/1 that were used on its links since they were
	// opened, in which no request can be read: "HTTP/2", "WebSocket and an upgraded
	// protocol".
	Unread string `json:"unread,omitempty"`
	// Counted is what Unit is, by a code, where only the run shows it; none: as its fault's
	// traits have it.
	Counted Unit  `json:"counted,omitzero"`
	Active  bool  `json:"active"` // rule or mode read back as present now
	At      int64 `json:"at"`     // when it was read
}

// Read encloses when it was read.
func (c Count) Read() Bracket { return Bracket{Before: c.At - c.Doubt, After: c.At + c.Doubt} }

// Traffic is what went over a link, faulted or not; the answer to "traffic"
// is one per link.
type Traffic struct {
	Link        string `json:"link"`
	Connections uint64 `json:"connections"` // SYNs forwarded or connections accepted
	Requests    uint64 `json:"requests"`    // proxied links only
	// Users are those of Requests that carry a user's traceparent.
	Users uint64 `json:"users,omitempty"`
	// Untraced and Unread are as of a Count.
	Untraced bool   `json:"untraced,omitempty"`
	Unread   string `json:"unread,omitempty"`
}

// ProtocolARP is the Protocol of a Stray that asked on the wire for an address that is
// not the switchboard's: it is about to go round the switchboard.
const ProtocolARP = "arp"

// Stray is what went by no link: packets to an address outside of the drill's subnet,
// which were dropped, or questions for a neighbour's own address, which were not.
type Stray struct {
	From     netip.Addr `json:"from"`
	To       netip.Addr `json:"to"`
	Protocol string     `json:"protocol"`       // tcp, udp, icmp, igmp, ip-47 …; arp
	Port     uint16     `json:"port,omitempty"` // of tcp and udp
	Packets  uint64     `json:"packets"`
}

// Strays is the answer to "strays", the most first. At most 1,024 are told apart of
// those dropped, and as many of those that asked for a neighbour.
type Strays struct {
	Seen    []Stray `json:"seen,omitempty"`
	Dropped uint64  `json:"dropped"` // packets, also those of what is not told apart
}

// Unknown is the event "unknown-name": a client asked for a name that no `uses`
// declares.
type Unknown struct {
	Asker string `json:"asker"`
	Name  string `json:"name"`
	More  bool   `json:"more,omitempty"` // there were so many that no more are reported
}

// MostUnknown bounds how many questions are reported as Unknown, and remembered: a client
// may make up a name for each.
const MostUnknown = 100

// Trouble is the event "trouble": a proxied link could not take a client in, for
// want of descriptors, say; sent once until it can again.
type Trouble struct {
	Link string `json:"link"`
	What string `json:"what"`
}

// Touched is the event "touched": the first time a rule touched users' traffic.
type Touched struct {
	Rule string `json:"rule"`
	At   int64  `json:"at"`
}

// Feature is one thing of the kernel or of the container that faults need, or that a
// reader of results wants to know.
type Feature struct {
	Name   Text `json:"name"`
	There  bool `json:"there"`
	Needed bool `json:"needed"` // drills do not run without it
	Detail Text `json:"detail"` // the value that was found
	Means  Text `json:"means"`  // what drills have of it, a sentence
}
