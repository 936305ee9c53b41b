//go:build linux

package switchboard

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
)

func TestCheckRefusesHalfASpec(t *testing.T) {
	at := netip.MustParseAddr
	good := func() link.Spec {
		return link.Spec{Subnet: netip.MustParsePrefix("198.18.0.0/22"),
			Links: []link.Link{
				{ID: "a", Addr: at("198.18.2.1"), Port: 80, Node: at("198.18.0.10")},
				{ID: "b", Addr: at("198.18.2.1"), Port: 81, Node: at("198.18.0.10")},
			},
			Clients: []link.Client{{Name: "c", Addresses: []netip.Addr{at("198.18.1.1")},
				Aliases: []netip.Addr{at("198.18.3.1")}}},
		}
	}
	if err := check(good()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*link.Spec){
		"want an IPv4 network":     func(s *link.Spec) { s.Subnet = netip.MustParsePrefix("fd00::/64") },
		"two of that name":         func(s *link.Spec) { s.Links[1].ID = "a" },
		"must lie in":              func(s *link.Spec) { s.Links[0].Node = at("10.0.0.1") },
		"port 0":                   func(s *link.Spec) { s.Links[0].Port = 0 },
		`198.18.2.1:80 is "a"'s`:   func(s *link.Spec) { s.Links[1].Port = 80 },
		"1 addresses and 0":        func(s *link.Spec) { s.Clients[0].Aliases = nil },
		`198.18.1.1 is "c"'s`:      func(s *link.Spec) { s.Clients = append(s.Clients, s.Clients[0]) },
		"10.0.0.1 lies outside":    func(s *link.Spec) { s.Clients[0].Aliases[0] = at("10.0.0.1") },
		`link "b": there are two `: func(s *link.Spec) { s.Links[0].ID = "b" },
	} {
		s := good()
		spoil(&s)
		if err := check(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestShareInThousandths(t *testing.T) {
	for share, want := range map[float64]uint32{1: 1000, 0.3: 300, 0.999: 999, 0.001: 1, 0.0001: 1, 0.2999: 300} {
		if have := thousandths(share); have != want {
			t.Errorf("%v: %d, want %d", share, have, want)
		}
	}
}

func TestChecksComeFromTheDrillsOwnRange(t *testing.T) {
	first, last := checkRange(netip.MustParsePrefix("198.18.4.0/22"))
	if first.String() != "198.18.4.101" || last.String() != "198.18.4.255" {
		t.Errorf("%s to %s", first, last)
	}
}
