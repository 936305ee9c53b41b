package switchboard

import (
	"net/netip"
	"testing"

	"github.com/miekg/dns"
)

// A wrong address, and one that has moved, live as long as the right one would have.
func TestForeignAddressesKeepTheirLife(t *testing.T) {
	const life = 7
	foreign := netip.MustParseAddr("192.0.2.1")
	for _, r := range []*disturbance{
		{DNS: DNS{Answer: "wrong", Address: foreign}},
		{DNS: DNS{Answer: "stale", Moved: map[string]netip.Addr{"page": foreign}}},
	} {
		ask := new(dns.Msg).SetQuestion("app.", dns.TypeA)
		well := new(dns.Msg).SetReply(ask)
		well.Answer = []dns.RR{addressRecord("app.", netip.MustParseAddr("198.18.2.1"), life)}
		m := r.disturb(well, ask, "page", true)
		if len(m.Answer) != 1 || m.Answer[0].Header().Ttl != life || m.Answer[0].(*dns.A).A.String() != foreign.String() {
			t.Errorf("%s: have %v, want %s for %d s", r.Answer, m.Answer, foreign, life)
		}
	}
}
