// Package loadgen makes the users of a drill: open-loop HTTP load by groups of
// synthetic users, and probes that each ask one question. It runs inside the
// drill's network, in a load node, and knows neither scenarios nor faults.
package loadgen

import (
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// Spec is everything a load node needs to know; it is the body of the call
// "prepare".
type Spec struct {
	Run      string       `json:"run"`      // 16 hex digits; the first half of every trace id
	Subnet   netip.Prefix `json:"subnet"`   // the only addresses ever dialled
	Resolver netip.Addr   `json:"resolver"` // the switchboard's DNS
	Groups   []Group      `json:"groups"`
	Floods   []Group      `json:"floods,omitempty"` // let loose by the call "flood"; see Deluge
	Swarms   []Swarm      `json:"swarms,omitempty"` // the same, of connections
	Checks   []Check      `json:"checks"`
	Hooks    []Hook       `json:"hooks,omitempty"`
	// Authority is the drill's own, PEM: everybody here trusts it, besides what
	// else he does.
	Authority string `json:"authority,omitempty"`
}

// Group is one group of synthetic users doing the same thing.
type Group struct {
	Name    string                 `json:"name"`
	URL     secret.Text            `json:"url"`
	Method  string                 `json:"method"`
	Headers map[string]secret.Text `json:"headers,omitempty"`
	Body    secret.Text            `json:"body,omitempty"`
	Expect  Expect                 `json:"expect,omitzero"`
	Rate    float64                `json:"rate"`    // requests per second, > 0
	Users   int                    `json:"users"`   // synthetic users, ≥ 1; the n-th request is user n mod Users
	Timeout time.Duration          `json:"timeout"` // of a whole request, from sent
	Slow    time.Duration          `json:"slow"`    // τ: slower than this, from due, is bad

	// Sources are the group's own addresses on the load node; the node adds
	// them to its interface. A user keeps to one: user mod len(Sources).
	Sources []netip.Addr `json:"sources"`

	PerRequest bool           `json:"per_request"`         // a new connection for each request
	PerUser    bool           `json:"per_user,omitempty"`  // users share no connections
	Live       time.Duration  `json:"live"`                // a connection is closed at this age; 0: never
	KeepAlive  time.Duration  `json:"keepalive,omitempty"` // TCP keepalive after so long idle, and as often; 0: none
	CA         string         `json:"ca,omitempty"`        // PEM, trusted besides the drill's own
	Ramp       time.Duration  `json:"ramp,omitempty"`      // the rate climbs for so long
	Mix        []Part         `json:"mix,omitempty"`       // paths by weight, instead of the URL's
	DNSCache   *time.Duration `json:"dns_cache,omitempty"` // names are kept at least so long; 0: not at all; nil: as their TTL says
	Workers    int            `json:"workers,omitempty"`   // most requests in flight; 0: from rate and time-out
	Writes     *Writes        `json:"writes,omitempty"`    // IDMark in URL and body becomes the id of each request
}

// Check is a probe asked periodically, or just until it is first answered well.
// Exactly one of the kinds is set.
type Check struct {
	Name    string        `json:"name"`
	Source  netip.Addr    `json:"source"` // asked from this address
	Every   time.Duration `json:"every"`
	Timeout time.Duration `json:"timeout"`
	Phase   time.Duration `json:"phase"` // delay of the first question, drawn at random by the plan

	HTTP    *HTTPProbe    `json:"http,omitempty"`
	TCP     *TCPProbe     `json:"tcp,omitempty"`
	DNS     *DNSProbe     `json:"dns,omitempty"`
	HAProxy *HAProxyProbe `json:"haproxy,omitempty"`
	LB      *LBProbe      `json:"lb,omitempty"`
}

// HTTPProbe asks for a URL over a fresh connection. Good is an answer as expected.
type HTTPProbe struct {
	URL    secret.Text `json:"url"`
	Expect Expect      `json:"expect,omitzero"`
	CA     string      `json:"ca,omitempty"` // PEM, trusted besides the drill's own
}

// TCPProbe completes a handshake with host:port and closes.
type TCPProbe struct {
	Address string `json:"address"`
}

// DNSProbe asks the drill's resolver for a name's addresses, from its source.
type DNSProbe struct {
	Name string `json:"name"`
}

// HAProxyProbe reads the statistics CSV and finds one server; good is a status
// that begins with UP or is "no check". An answer that lacks the server is an
// error, not a state.
type HAProxyProbe struct {
	Stats   secret.Text `json:"stats"` // URL of the CSV
	Backend string      `json:"backend"`
	Server  string      `json:"server"`
}

// LBProbe reads the embedded balancer's state (JSON, see the target "lb") and
// finds one server by name; good is "up".
type LBProbe struct {
	State  secret.Text `json:"state"` // URL of the state
	Server string      `json:"server"`
}

// Answer is what a probe brought back.
type Answer struct {
	Check string `json:"check"`
	Start int64  `json:"start"` // CLOCK_MONOTONIC of the load node, ns
	End   int64  `json:"end"`
	// Good: the question was answered as wished. Known is false where the
	// question could not be asked or the answer not be read (for haproxy, lb:
	// the statistics page was out of reach); then Good means nothing.
	Good   bool   `json:"good"`
	Known  bool   `json:"known"`
	Detail string `json:"detail,omitempty"` // "503", "DOWN", "refused", …
}

// Hook is a web address inside the drill's network, on the load node, where a
// user's monitoring delivers notifications by POST: http://hooks:PORT/PATH. Each becomes a
// Delivery event.
type Hook struct {
	Name string `json:"name"`
	Port int    `json:"port"`
	Path string `json:"path"`
	// Token ends the path: only who knows it notifies. Empty: whoever reaches the node does.
	Token secret.Text `json:"token,omitempty"`
}

// NoDelivery is something that was sent to a hook and is no notification.
type NoDelivery struct {
	Hook string `json:"hook"`
	Why  string `json:"why"`
}

// Delivery is one notification received by a hook.
type Delivery struct {
	Hook string `json:"hook"`
	At   int64  `json:"at"`
	Body string `json:"body"` // at most MostDelivery
}

// Class says how a request ended. Its values are part of the record's format:
// never renumber.
type Class uint8

// The classes of a request.
const (
	OK          Class = iota
	Status            // an answer whose status is not expected
	DialTimeout       // no SYN-ACK in time
	Refused           // RST to the SYN
	Unreachable       // ICMP: host or net unreachable
	Reset             // RST, or EOF before an answer, on an established connection
	Timeout           // established, but no (whole) answer in time
	TLS               // handshake or certificate
	NXDomain
	ServFail
	DNSRefused
	DNSTimeout
	DNSOther
	Body     // the body broke off
	Local    // this node's own fault: descriptors, ports, a resolver outside the subnet
	Protocol // the answer was not HTTP

	// TLS told apart, where the handshake says what was wrong.
	TLSExpired   // certificate not valid now
	TLSHost      // certificate of another host
	TLSAuthority // certificate by an authority that is not trusted
	TLSVersion   // no version in common

	Assertion // a whole answer whose status is expected, and whose body or header is not
	Classes   // how many there are
)

var classNames = [Classes]string{
	"ok", "status", "dial-timeout", "refused", "unreachable", "reset", "timeout", "tls",
	"nxdomain", "servfail", "dns-refused", "dns-timeout", "dns", "body", "local", "protocol",
	"tls-expired", "tls-host", "tls-authority", "tls-version", "assertion",
}

func (c Class) String() string {
	if c < Classes {
		return classNames[c]
	}
	return "unknown"
}

// Request is the observation of one request. Times are CLOCK_MONOTONIC, ns.
type Request struct {
	Seq  uint64 // n-th of its group, from 0
	Due  int64  // when the pacer wanted it sent
	Sent int64  // when a worker sent it; 0: never sent (see Unsent)
	Done int64  // when its answer was complete, or it failed, or (unsent) was given up
	User uint32 // synthetic user, below Group.Users
	// How its connection came about, the latest where there were several. A pooled
	// connection has none of these, a name from the cache no lookup.
	Lookup    Step // the name, asked at the DNS; succeeded: answered with an address
	Handshake Step // TCP, from the SYN
	TLS       Step
	Node      string // who answered: header X-Stormdrill-Node, else empty
	Fault     string // which fault answered, where Injected, by the same header; empty in older records
	Status    uint16 // 0: no answer
	Class     Class
	Attempts  uint8 // requests written on the wire: 2 means the transport replayed it
	Reused    bool  // sent on an established connection
	Injected  bool  // answered by the switchboard's HTTP stage: header X-Stormdrill-Fault
	Unsent    bool  // due, but the generator could not send it
}

// Latency is done − due.
func (r *Request) Latency() time.Duration { return time.Duration(r.Done - r.Due) }

// Bad reports whether the user was badly served, τ being the group's Slow.
// A request never sent is neither good nor bad. An answer that a fault made is never
// good, whatever it looks like.
func (r *Request) Bad(slow time.Duration) bool {
	return !r.Unsent && (r.Class != OK || r.Injected || r.Latency() > slow)
}

// Known is when it could be told whether the request was good: min(done, due + slow).
func (r *Request) Known(slow time.Duration) int64 { return min(r.Done, r.Due+int64(slow)) }

// Block is a run of requests of one group, encoded by EncodeBlock. It is the
// body of the event "requests" (Data as base64) and an entry of a record.
type Block struct {
	Group string `json:"group"`
	Count int    `json:"count"`
	Data  []byte `json:"data"`
}

// Usage is the load node's own state, told once a second as the event "usage":
// it is how the generator convicts itself.
type Usage struct {
	At          int64         `json:"at"`
	Group       string        `json:"group"`
	Due         uint64        `json:"due"`  // since start
	Sent        uint64        `json:"sent"` // since start
	Unsent      uint64        `json:"unsent"`
	InFlight    int           `json:"in_flight"`
	LagP99      time.Duration `json:"lag_p99"` // of the last second
	Descriptors int           `json:"descriptors"`
	Machine     Pressure      `json:"machine"`
}

// The calls a load node answers, with their bodies:
//
//	secrets  values by name → null  of the secrets in what follows, before all else
//	prepare  Spec → null      addresses added, hooks listening, DNS reachable
//	knock    Check → Answer   one question now (readiness, canary)
//	start    Start → Started  load and checks begin
//	stop     null → null      stops pacing, waits for what is in flight (bounded by time-outs), flushes
//	readback null → null      after stop: what was acknowledged is read back; a stop ends it
//	flood    Let → Deluge     a flood is let loose
//	ebb      name → Deluge    it is cut off, at once; safe twice
//	flooded  name → Deluge    what it did so far
//	clock    null → int64
//
// Events: "requests" Block (at least four a second while there are any), "findings"
// Block (see EncodeFindings), "answer" Answer, "delivery" Delivery, "usage" Usage, "flooding" name (the
// first request of a flood is out), "expired" wire.Expired,
// "notifications-cut" name (a hook; no more are taken), "notification-refused" NoDelivery.
type Start struct {
	// Load starts the groups, Checks the periodic checks.
	Load   bool `json:"load"`
	Checks bool `json:"checks"`
}

// Started says when the first request was due.
type Started struct {
	At int64 `json:"at"`
}
