//go:build linux

package switchboard

import (
	"net/netip"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// Whatever is asked, and whatever rule is in force, there is one answer, from the
// drill's subnet or the place that is nowhere, or silence where the rule says so.
func FuzzNames(f *testing.F) {
	f.Add("app.", uint16(dns.A), true, 0, uint32(0))
	f.Add("APP-2", uint16(dns.AAAA), false, 5, uint32(1))
	f.Add("11.0.18.198.in-addr.arpa.", uint16(dns.PTR), true, 6, uint32(2))
	f.Add(`a\.b\000..`, uint16(255), true, 7, uint32(1<<31))
	f.Fuzz(func(t *testing.T, name string, kind uint16, udp bool, rule int, client uint32) {
		s := threeApps()
		d := newDNSRules(s, func(string, int64) {})
		r := resolver{names: newNames(s, func(link.Unknown) {}), faults: d}
		q := dns.Query{Question: dns.Question{Name: name, Type: dns.Type(kind)}, UDP: udp}
		from := shopper
		if client%2 == 1 {
			from = proxy
		}
		answer := link.DNSAnswers[uint(rule)%uint(len(link.DNSAnswers))]
		if _, err := d.apply(link.Rule{Name: "names",
			DNS: &link.DNS{Askers: []string{"lb"}, Names: []string{"app", name},
				Answer: answer}}); err != nil {
			t.Fatal(err)
		}
		d.lift("names")
		if _, err := d.apply(link.Rule{Name: "names",
			DNS: &link.DNS{Askers: []string{"lb"}, Answer: answer}}); err != nil {
			t.Fatal(err)
		}
		q.From = netip.AddrPortFrom(from, 53)
		a := r.reply(q)
		if silent := from == proxy && answer == "none"; silent != (a == nil) {
			t.Fatalf("%s: %q is answered %+v", answer, name, a)
		}
		if a == nil {
			return
		}
		if a.Code != dns.Success && len(a.Addresses) > 0 {
			t.Errorf("%s: %q: %+v", answer, name, a)
		}
		for _, ip := range a.Addresses {
			if !s.Subnet.Contains(ip) && (ip != nowhere || from != proxy) {
				t.Errorf("%s: %q is at %s", answer, name, ip)
			}
		}
	})
}
