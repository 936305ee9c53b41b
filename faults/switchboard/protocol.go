// Package switchboard is the container that every link of a drill runs
// through. It owns one address per link, answers the drill's DNS by who asks,
// and applies packet rules and stream modes. It lives in a network namespace
// of its own: what it does ends with its container.
package switchboard

import (
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/faults/authority"
)

// Spec is the body of the call "prepare": all links, names and what may happen
// to them. A switchboard is prepared once.
type Spec struct {
	Run    string       `json:"run"` // 16 hex digits: traceparents that begin 00-<run> are users' traffic
	Subnet netip.Prefix `json:"subnet"`
	// Gateway is where the containers' default route leads: the switchboard takes this
	// address, and what arrives there is a stray. Bridge is the one that the engine's
	// bridge must not have. Neither is set where there is no engine.
	Gateway netip.Addr `json:"gateway,omitzero"`
	Bridge  netip.Addr `json:"bridge,omitzero"`
	Links   []Link     `json:"links"`
	Clients []Client   `json:"clients"`
	// Names are fixed names that every asker may resolve, such as "hooks", the
	// load node's address for webhooks. Lower case.
	Names map[string]netip.Addr `json:"names,omitempty"`
	// Authority signs the certificates that tls rules and opened links show. It is
	// the drill's own.
	Authority authority.Pair `json:"authority,omitzero"`
}

// Link is the path from one consumer to one port of one node.
type Link struct {
	ID   string     `json:"id"`   // "shoppers -> lb:8080"
	From string     `json:"from"` // name of the client
	To   string     `json:"to"`   // node: "app-2"
	Name string     `json:"name"` // target: "app"; equals To where there is one replica
	Addr netip.Addr `json:"addr"` // the link's own address, on the switchboard
	Port uint16     `json:"port"`
	Node netip.Addr `json:"node"` // the node's real address
	// Proxied: Toxiproxy and the HTTP stage stand in this link from the start;
	// otherwise it is a kernel path.
	Proxied bool `json:"proxied"`
	// Opened: where the client speaks TLS, it ends in this link and begins anew, so
	// that HTTP in it can be read. What is shown is by the drill's own authority.
	Opened bool `json:"opened,omitempty"`
	Users  bool `json:"users"` // From is a load group
	// Staged, of a proxied link: a fault of the plan answers in the node's stead, so
	// the HTTP stage holds each request, or ClientHello, until it is whole.
	Staged bool `json:"staged,omitempty"`
	// Protocol is Plain or Encrypted; empty: not known.
	Protocol string `json:"protocol,omitempty"`
}

// What Link.Protocol may be.
const (
	Plain     = "plain"
	Encrypted = "tls"
)

// Client is somebody who asks names and opens connections. Addresses[i] is
// seen by targets as Aliases[i] (source NAT).
type Client struct {
	Name      string       `json:"name"`
	Addresses []netip.Addr `json:"addresses"`
	Aliases   []netip.Addr `json:"aliases"`
	// TTL is how long answers about a name (lower case) may be kept, in seconds; 1
	// for names that it lacks.
	TTL map[string]uint32 `json:"ttl,omitempty"`
}

// Rule is one thing to do to some links; exactly one kind is set. It is the
// body of the call "apply"; "lift" takes its name, undoes exactly it, and is
// safe twice.
type Rule struct {
	Name  string   `json:"name"` // the fault's
	Links []string `json:"links"`
	// For is how long it may be in force: then the switchboard lifts it by itself, and
	// tells "expired". 0: until it is lifted.
	For time.Duration `json:"for,omitempty"`
	// Spare are paths that a rule on streams lets alone; a * at the end stands for anything.
	Spare []string `json:"spare,omitempty"`

	SynDrop    *SynDrop    `json:"syn_drop,omitempty"`
	Refuse     *Refuse     `json:"refuse,omitempty"`
	Dead       *Dead       `json:"dead,omitempty"`
	HTTPStatus *HTTPStatus `json:"http_status,omitempty"`
	Latency    *Latency    `json:"latency,omitempty"`
	Reset      *Reset      `json:"reset,omitempty"`
	Bandwidth  *Bandwidth  `json:"bandwidth,omitempty"`
	Slice      *Slice      `json:"slice,omitempty"`
	LimitData  *LimitData  `json:"limit_data,omitempty"`
	Stall      *Stall      `json:"stall,omitempty"`
	TLS        *TLS        `json:"tls,omitempty"`

	Unreachable *Unreachable `json:"unreachable,omitempty"`
	Blackhole   *Blackhole   `json:"blackhole,omitempty"`
	Loss        *Loss        `json:"loss,omitempty"`
	IdleDrop    *IdleDrop    `json:"idle_drop,omitempty"`
	AcceptStall *AcceptStall `json:"accept_stall,omitempty"`
	Tally       *Tally       `json:"tally,omitempty"`
	DNS         *DNS         `json:"dns,omitempty"`   // it stands in no link
	Steer       *Steer       `json:"steer,omitempty"` // nor does it; and it is no fault
}

// SynDrop drops new connections' SYNs; established connections go on.
type SynDrop struct {
	Share   float64 `json:"share"`    // of SYNs, or of flows, in thousandths
	PerFlow bool    `json:"per_flow"` // drawn once per flow instead of per packet
}

// Refuse answers SYNs with RST; established connections go on.
type Refuse struct{}

// Unreachable answers SYNs with ICMP “destination unreachable” of a code;
// established connections go on.
type Unreachable struct {
	Code uint8 `json:"code"`
}

// Blackhole drops every packet of the links, to the node, from it, or both.
type Blackhole struct {
	There bool `json:"there"`
	Back  bool `json:"back"`
}

// Loss drops a share of the links' packets, both ways, drawn per packet.
type Loss struct {
	Share float64 `json:"share"` // in thousandths
}

// IdleDrop drops the packets of flows that were idle for After.
type IdleDrop struct {
	After time.Duration `json:"after"`
}

// AcceptStall leads new connections to a listener that never accepts;
// established connections go on.
type AcceptStall struct {
	Backlog int `json:"backlog"`
}

// Tally only counts what is sent to the nodes, for a fault that is done
// elsewhere.
type Tally struct {
	Unit string `json:"unit"`
}

// DNSAnswers are what DNS.Answer may be.
var DNSAnswers = []string{"nxdomain", "servfail", "refused", "none", "slow", "truncated", "wrong", "stale"}

// DNS changes the answers to some askers (names of clients) about some names
// (all, where none is given).
type DNS struct {
	Askers  []string      `json:"askers"`
	Apart   []string      `json:"apart,omitempty"` // of them, those whose questions are for no request: counted as checks'
	Names   []string      `json:"names,omitempty"`
	Answer  string        `json:"answer"`
	Delay   time.Duration `json:"delay,omitempty"`  // of slow
	Address netip.Addr    `json:"address,omitzero"` // of wrong; default one where nobody is
	// Moved is what each asker hears of names that have moved, of stale.
	Moved map[string]netip.Addr `json:"moved,omitempty"`
}

// Steer leads some askers elsewhere: it is what whoever runs the zone says now, and
// faults of the resolver lie over it.
type Steer struct {
	Names []string                `json:"names"`
	To    map[string][]netip.Addr `json:"to"` // by asker (a client's name), what they hear instead
	// Except are addresses that hear what they always heard: of the watchers that
	// decide, which would otherwise see their own doing.
	Except []netip.Addr `json:"except,omitempty"`
}

// Dead makes the links look as if their node were gone: every packet is
// dropped (a host) or answered with RST (a process).
type Dead struct {
	Process bool `json:"process"`
}

// HTTPStatus answers a share of requests in the node's stead.
type HTTPStatus struct {
	Code  int     `json:"code"`
	Share float64 `json:"share"` // drawn per request
	Body  string  `json:"body,omitempty"`
	// Period: the node flaps, and is bad for Bad of each, from the apply on; 0: it is bad throughout.
	Period time.Duration `json:"period,omitempty"`
	Bad    time.Duration `json:"bad,omitempty"`
}

// Latency delays every byte of the answer direction by Delay ± Jitter (uniform).
type Latency struct {
	Delay  time.Duration `json:"delay"`
	Jitter time.Duration `json:"jitter"`
}

// Reset ends connections with an RST to both ends: those that stand at once and
// new ones with their first request; or behind the first After bytes of an
// answer; or at the age of In.
type Reset struct {
	After int64         `json:"after,omitempty"`
	In    time.Duration `json:"in,omitempty"`
}

// Bandwidth narrows the answer direction of each connection to Rate bytes per second.
type Bandwidth struct {
	Rate int64 `json:"rate"`
}

// Slice parts answers into pieces of Size bytes, Delay apart.
type Slice struct {
	Size  int64         `json:"size"`
	Delay time.Duration `json:"delay"`
}

// LimitData closes the connection behind the first Bytes of an answer that is longer.
type LimitData struct {
	Bytes int64 `json:"bytes"`
}

// Stall holds the bytes of answers until the lift.
type Stall struct{}

// What TLS.As may be.
const (
	Expired          = "expired"
	WrongHost        = "wrong-host"
	UnknownAuthority = "unknown-authority"
	OldVersion       = "old-version"
	NoAnswer         = "no-answer"
)

// TLSAnswers lists them.
var TLSAnswers = []string{Expired, WrongHost, UnknownAuthority, OldVersion, NoAnswer}

// TLS answers the TLS handshakes of new connections in the node's stead.
type TLS struct {
	As string `json:"as"`
}

// Headers of every answer that the HTTP stage makes itself.
const (
	// FaultHeader names the fault.
	FaultHeader = "X-Stormdrill-Fault"
	// NodeHeader names the node in whose stead it is given, as the node itself would.
	NodeHeader = "X-Stormdrill-Node"
)

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
	Late   int64  `json:"late,omitempty"` // First is late by at most this, ns: counters have no clock and are polled
	// Blind: users' traffic cannot be told from checks on these links (packets, or
	// bytes that cannot be read, between targets); Users then holds the total.
	Blind bool `json:"blind"`
	// Own: what is counted is traffic that the fault makes itself, beside the
	// users'. It touches no request of theirs; First is when it first went out.
	Own    bool   `json:"own,omitempty"`
	Detail string `json:"detail,omitempty"` // what else is to be said of Total
	// Untraced: no request on one of its links, which is between nodes, ever carried a
	// user's traceparent, so that none can be told from a check there.
	Untraced bool `json:"untraced,omitempty"`
	// Unread is what else than HTTP/1 was spoken on its links since they were opened, in
	// which no request can be read: "HTTP/2", "WebSocket and an upgraded protocol".
	Unread string `json:"unread,omitempty"`
	Active bool   `json:"active"` // rule or mode read back as present now
	At     int64  `json:"at"`     // when it was read
}

// Traffic is what went over a link, faulted or not; the answer to "traffic"
// is one per link.
type Traffic struct {
	Link        string `json:"link"`
	Connections uint64 `json:"connections"` // SYNs forwarded or connections accepted
	Requests    uint64 `json:"requests"`    // proxied links only
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

// Unknown is the event "unknown-name": somebody asked a name that no `uses`
// declares.
type Unknown struct {
	Asker string `json:"asker"`
	Name  string `json:"name"`
	More  bool   `json:"more,omitempty"` // there were so many that no more are told of
}

// Trouble is the event "trouble": a proxied link could not take a client in, for
// want of descriptors, say; told once until it can again.
type Trouble struct {
	Link string `json:"link"`
	What string `json:"what"`
}

// Touched is the event "touched": the first time a rule touched users' traffic.
type Touched struct {
	Rule string `json:"rule"`
	At   int64  `json:"at"`
}

// The event "expired" is wire.Expired.

// The calls a switchboard answers:
//
//	prepare  Spec → null
//	apply    Rule → Bracket
//	lift     name → Bracket    after it returns, the rule is read back as gone
//	count    name → Count
//	traffic  null → []Traffic
//	leftover null → []string   addresses, rules and modes beyond what prepare made; empty is clean
//	clock    null → int64
//	contained null → []string  what the drill's network lacks of its walls; empty is closed
//	strays   null → Strays     what went by no link so far
