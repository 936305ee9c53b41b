package load

import (
	"fmt"
	"time"
)

// Class says how a request ended. Its values are part of the record's format:
// never renumber.
type Class uint8

// The classes of a request.
const (
	OK          Class = iota
	Status            // an answer with a status that is not expected
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

	Assertion // a whole answer with the status expected, and another body or header
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
	Node      string // the node that answered: header X-Stormdrill-Node, else empty
	// which fault answered, where Injected, by the same header; empty in older records
	Fault    string
	Status   uint16 // 0: no answer
	Class    Class
	Attempts uint8 // requests written on the wire: 2 means the transport replayed it
	Reused   bool  // sent on an established connection
	Injected bool  // answered by the switchboard's HTTP stage: header X-Stormdrill-Fault
	Unsent   bool  // due, but the generator could not send it
}

// Latency is done − due.
func (r *Request) Latency() time.Duration { return time.Duration(r.Done - r.Due) }

// Bad reports whether the user was badly served, τ being the group's Slow.
// A request never sent is neither good nor bad. An answer that a fault made is never
// good, whatever it looks like.
func (r *Request) Bad(slow time.Duration) bool {
	return !r.Unsent && (r.Class != OK || r.Injected || r.Latency() > slow)
}

// Failure names how a bad request failed: by its class, by a status and, where a fault
// answered, that it did.
func (r *Request) Failure() string {
	switch {
	case r.Injected && r.Status != 0 && (r.Class == OK || r.Class == Status):
		return fmt.Sprintf("http %d, injected", r.Status)
	case r.Class == OK:
		return "slow"
	case r.Class == Status:
		return fmt.Sprintf("http %d", r.Status)
	}
	return r.Class.String()
}

// Known is when it could be decided whether the request was good: min(done, due + slow).
func (r *Request) Known(slow time.Duration) int64 { return min(r.Done, r.Due+int64(slow)) }

// Acknowledged reports whether a write was promised to last.
func (r *Request) Acknowledged() bool {
	return !r.Unsent && !r.Injected && r.Class == OK && r.Status >= 200 && r.Status < 300
}
