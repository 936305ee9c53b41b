//go:build linux

package switchboard

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// A wrong address, and one that has moved, live as long as the right one would have.
func TestForeignAddressesKeepTheirLife(t *testing.T) {
	const life = 7
	foreign := netip.MustParseAddr("192.0.2.1")
	for _, r := range []*dnsRule{
		{DNS: link.DNS{Answer: "wrong", Address: foreign}},
		{DNS: link.DNS{Answer: "stale", Moved: map[string]netip.Addr{"page": foreign}}},
	} {
		well := dns.Answer{Addresses: []netip.Addr{netip.MustParseAddr("198.18.2.1")}, TTL: life}
		a := r.disturb(well, dns.Query{Question: dns.Question{Name: "app.", Type: dns.A},
			UDP: true}, "page")
		if !slices.Equal(a.Addresses, []netip.Addr{foreign}) || a.TTL != life {
			t.Errorf("%s: have %+v, want %s for %d s", r.Answer, a, foreign, life)
		}
	}
}
