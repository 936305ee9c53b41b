// Package hostname is the names of a drill's nodes: as people write them, in any script, and as
// DNS, TLS and HTTP have them, in ASCII (IDNA, RFC 5891, as UTS 46 processes it for lookups).
package hostname

import (
	"net"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// aLabel begins a label that stands for letters of other scripts (RFC 5890, 2.3.2.1).
const aLabel = "xn--"

// Encode is a name as it goes over the wire; one in ASCII is that already. The error says why
// IDNA has no form for it.
func Encode(name string) (string, error) {
	if ascii(name) {
		return name, nil
	}
	return idna.Lookup.ToASCII(name)
}

// Wire is Encode of a name that a plan has checked; any other that has no form stays as it is.
func Wire(name string) string {
	if host, err := Encode(name); err == nil {
		return host
	}
	return name
}

// Written is a name that came over the wire as people write it. One that stands for no letters
// of other scripts, or for some that IDNA refuses, stays as it is.
func Written(host string) string {
	if !ascii(host) || !strings.Contains(strings.ToLower(host), aLabel) {
		return host
	}
	if name, err := idna.Lookup.ToUnicode(host); err == nil {
		return name
	}
	return host
}

// Address is host:port, the host as it goes over the wire.
func Address(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || ascii(host) {
		return address
	}
	return net.JoinHostPort(Wire(host), port)
}

// Replica names the n-th of several nodes of one name, counted from 1: app-2 of app. The number
// is in the first part, so that all of them are in one domain, as the pods of a StatefulSet
// are: redis-2.internal.corp of redis.internal.corp.
func Replica(name string, n int) string {
	first, domain, dotted := strings.Cut(name, ".")
	first += "-" + strconv.Itoa(n)
	if dotted {
		return first + "." + domain
	}
	return first
}

// Original is the name of which Replica made this one, and the number; ok is false where it
// ends in none.
func Original(replica string) (name string, n int, ok bool) {
	first, domain, dotted := strings.Cut(replica, ".")
	i := strings.LastIndexByte(first, '-')
	if i < 1 {
		return "", 0, false
	}
	if name = first[:i]; dotted {
		name += "." + domain
	}
	n, err := strconv.Atoi(first[i+1:])
	return name, n, err == nil && n > 0 && Replica(name, n) == replica
}

// Variable is a name as a part of an environment variable's, which shells take: that on the
// wire in upper case, where all but letters and digits is _.
func Variable(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(Wire(name)))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
