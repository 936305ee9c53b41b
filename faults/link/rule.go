package link

import (
	"net/netip"
	"time"
)

// Rule is one thing to do to some links; exactly one kind is set. It is the
// body of the call "apply"; "lift" takes its name, undoes exactly it, and is
// safe twice.
type Rule struct {
	Name  string   `json:"name"` // the fault's
	Links []string `json:"links"`
	// For is how long it may be in force: then the switchboard lifts it by itself, and
	// sends "expired". 0: until it is lifted.
	For time.Duration `json:"for,omitempty"`
	// Select is which requests a rule on streams touches.
	Select Selection `json:"select,omitzero"`

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
	Duplicate   *Duplicate   `json:"duplicate,omitempty"`
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
	There bool   `json:"there"`
	Back  bool   `json:"back"`
	Above uint32 `json:"above,omitempty"` // only those longer than so many bytes
}

// Loss drops a share of the links' packets, both ways, drawn per packet.
type Loss struct {
	Share float64 `json:"share"` // in thousandths
}

// Duplicate sends a share of the links' packets twice, both ways, drawn per packet.
type Duplicate struct {
	Share float64 `json:"share"` // in thousandths
}

// IdleDrop drops the packets of flows that were idle for After.
type IdleDrop struct {
	After time.Duration `json:"after"`
	Reset bool          `json:"reset,omitempty"` // and answers them with RST
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
var DNSAnswers = []string{"nxdomain", "servfail", "refused", "empty", "none", "slow", "truncated",
	"wrong", "stale"}

// DNS changes the answers to some clients (by their names) about some names (all, where
// none is given).
type DNS struct {
	Askers []string `json:"askers"`
	// of them, those with questions for no request: counted as checks'
	Apart   []string      `json:"apart,omitempty"`
	Names   []string      `json:"names,omitempty"`
	Answer  string        `json:"answer"`
	Delay   time.Duration `json:"delay,omitempty"`  // of slow
	Address netip.Addr    `json:"address,omitzero"` // of wrong; default one with no host
	Share   float64       `json:"share,omitempty"`  // of questions, drawn for each; 0: all
	// Moved is what each client is answered about names that have moved, of stale.
	Moved map[string]netip.Addr `json:"moved,omitempty"`
}

// Steer leads some clients elsewhere: it is what the zone's operator would publish now, and
// faults of the resolver lie over it.
type Steer struct {
	Names []string                `json:"names"`
	To    map[string][]netip.Addr `json:"to"` // by client's name, what it is answered instead
	// Except are addresses that are answered as without it: of the watchers that decide,
	// which would otherwise see their own doing.
	Except []netip.Addr `json:"except,omitempty"`
}

// Dead makes the links look as if their node were gone: every packet is
// dropped (a host) or answered with RST (a process).
type Dead struct {
	Process bool `json:"process"`
}

// Latency delays every byte of the answer direction by Delay ± Jitter (uniform).
type Latency struct {
	Delay  time.Duration `json:"delay"`
	Jitter time.Duration `json:"jitter"`
	// Share is of requests, or of connections that carry none of HTTP/1; 0: all.
	Share float64 `json:"share,omitempty"`
}

// Reset ends connections with an RST to both ends: those that stand at once and
// new ones with their first request; or behind the first After bytes of an
// answer; or at the age of In.
type Reset struct {
	After int64         `json:"after,omitempty"`
	In    time.Duration `json:"in,omitempty"`
}

// What Bandwidth.Direction may be.
const (
	Download = "download"
	Upload   = "upload"
	Both     = "both"
)

// Directions lists them.
var Directions = []string{Download, Upload, Both}

// Bandwidth narrows each connection to Rate bytes per second, in each direction by itself.
type Bandwidth struct {
	Rate      int64  `json:"rate"`
	Direction string `json:"direction,omitempty"` // default Download
}

// Up reports whether requests come slowly.
func (b Bandwidth) Up() bool { return b.Direction == Upload || b.Direction == Both }

// Down reports whether answers come slowly.
func (b Bandwidth) Down() bool { return b.Direction != Upload }

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
	IncompleteChain  = "incomplete-chain"
	OldVersion       = "old-version"
	NoAnswer         = "no-answer"
)

// TLSAnswers lists them.
var TLSAnswers = []string{Expired, WrongHost, UnknownAuthority, IncompleteChain, OldVersion,
	NoAnswer}

// TLS answers the TLS handshakes of new connections in the node's stead.
type TLS struct {
	As string `json:"as"`
}
