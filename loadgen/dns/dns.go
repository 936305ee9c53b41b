// Package dns is DNS on the wire, as far as a drill needs it: one question, its addresses,
// client and server. It alone imports github.com/miekg/dns, v1, which is frozen; a test
// holds that.
package dns

import (
	"fmt"
	"math"
	"net/netip"

	"github.com/miekg/dns"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
)

// Type is what a question asks for.
type Type uint16

// The types that a drill asks for, or is asked for.
const (
	A    = Type(dns.TypeA)
	PTR  = Type(dns.TypePTR)
	MX   = Type(dns.TypeMX)
	AAAA = Type(dns.TypeAAAA)
)

func (t Type) String() string { return dns.Type(t).String() }

// Code is how an answer ends, RFC 1035 4.1.1.
type Code int

// The codes that a drill tells apart.
const (
	Success        = Code(dns.RcodeSuccess)
	ServerFailure  = Code(dns.RcodeServerFailure)
	NameError      = Code(dns.RcodeNameError)
	NotImplemented = Code(dns.RcodeNotImplemented)
	Refused        = Code(dns.RcodeRefused)
)

// String is the code's name, such as NXDOMAIN.
func (c Code) String() string {
	if s, ok := dns.RcodeToString[int(c)]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", int(c))
}

// Question is one name and what is asked of it.
type Question struct {
	Name string // with its final dot, spelt as it was asked
	Type Type
}

// Answer is the answer to a question.
type Answer struct {
	Code      Code
	Truncated bool         // ask again over TCP
	Addresses []netip.Addr // IPv4
	// TTL is how long the addresses may be kept, in seconds: the shortest of all
	// records. Without records it is the longest there is, RFC 2181.
	TTL uint32
}

// Canonical is a name as it is asked for and compared: as on the wire, in lower case, with the
// final dot.
func Canonical(name string) string { return dns.CanonicalName(hostname.Wire(name)) }

// Reverse is the name that asks for an address's name.
func Reverse(a netip.Addr) string {
	name, err := dns.ReverseAddr(a.String())
	if err != nil { // of no address
		return "."
	}
	return name
}

// answerOf reads an answer. Records of other types than A count for the TTL alone.
func answerOf(m *dns.Msg) Answer {
	a := Answer{Code: Code(m.Rcode), Truncated: m.Truncated, TTL: math.MaxInt32}
	for _, rr := range m.Answer {
		a.TTL = min(a.TTL, rr.Header().Ttl)
		if r, ok := rr.(*dns.A); ok {
			if ip, ok := netip.AddrFromSlice(r.A.To4()); ok {
				a.Addresses = append(a.Addresses, ip)
			}
		}
	}
	return a
}

// records are an answer's addresses as records of the name.
func (a Answer) records(name string) []dns.RR {
	var all []dns.RR
	for _, ip := range a.Addresses {
		all = append(all, &dns.A{A: ip.AsSlice(),
			Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: a.TTL}})
	}
	return all
}
