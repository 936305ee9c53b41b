//go:build linux

package switchboard

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// shortTTL is what answers carry that no rule gave another, in seconds: short, so
// that rotation is seen.
const shortTTL = 1

// resolver is the drill's DNS, on UDP and TCP of the switchboard's own addresses.
type resolver struct {
	names   *names
	faults  *dnsRules
	servers []*dns.Server
}

// serveDNS listens on port 53 of every address, and answers from then on.
func serveDNS(n *names, d *dnsRules, own []netip.Addr) (*resolver, error) {
	r := &resolver{names: n, faults: d}
	for _, ip := range own {
		s, err := dns.Serve(netip.AddrPortFrom(ip, 53), r.reply)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.servers = append(r.servers, s)
	}
	return r, nil
}

func (r *resolver) close() error {
	var errs []error
	for _, s := range r.servers {
		errs = append(errs, s.Close())
	}
	r.servers = nil
	return errors.Join(errs...)
}

// reply is an answer as the faults in force leave it; nil is silence.
func (r *resolver) reply(q dns.Query) *dns.Answer {
	from := q.From.Addr()
	a := r.answer(from, q.Question)
	client := r.names.client(from)
	if d := r.faults.hit(client, from, plain(q.Name)); d != nil {
		return d.disturb(a, q, client)
	}
	return &a
}

// answer is pure, but for the turn it takes and the report of an unknown name.
func (r *resolver) answer(from netip.Addr, q dns.Question) dns.Answer {
	switch {
	case q.Type != dns.A && r.names.has(from, q.Name):
		return dns.Answer{} // the name exists and has nothing of this type: AAAA above all
	case q.Type == dns.PTR || strings.HasSuffix(plain(q.Name), ".arpa") &&
		!r.names.has(from, q.Name):
		// asked by many programs about their peers; no mistake
		return dns.Answer{Code: dns.NameError}
	}
	addrs, ok := r.names.lookup(from, q.Name)
	if !ok {
		return dns.Answer{Code: dns.NameError}
	}
	return dns.Answer{Addresses: addrs, TTL: r.names.ttl(from, q.Name)}
}
