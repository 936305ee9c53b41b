package lab

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"

	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Every wall that is missing of a network is named.
func TestUnlike(t *testing.T) {
	subnet := netip.MustParsePrefix("198.18.0.0/22")
	gateway := netip.MustParseAddr("198.18.0.1")
	l := &Lab{Options: Options{Plan: &scenarios.Plan{Run: "00000000000000b2", Subnet: subnet, Gateway: gateway,
		Switchboard: switchboard.Spec{Bridge: netip.MustParseAddr("198.18.0.3")}}}}
	for want, spoil := range map[string]func(*network.Network){
		"":                           func(*network.Network) {},
		"enable_ip_masquerade=false": func(n *network.Network) { delete(n.Options, optionMasquerade) },
		"inhibit_ipv4=true":          func(n *network.Network) { n.Options[optionInhibit] = "false" },
		"IPv6 is on":                 func(n *network.Network) { n.EnableIPv6 = true },
		"DefaultGatewayIPv4":         func(n *network.Network) { n.IPAM.Config[0].AuxAddress = nil },
		"driver":                     func(n *network.Network) { n.Driver = "macvlan" },
	} {
		o := l.closed()
		n := network.Network{Driver: o.Driver, Options: o.Options, IPAM: *o.IPAM}
		spoil(&n)
		have := strings.Join(unlike(l.closed(), n), "; ")
		if want == "" && have != "" || !strings.Contains(have, want) {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

// An engine that ignored what was asked for is told, with the cure; where that is
// allowed it is kept as a fact.
func TestLabRefusesAnOpenNetwork(t *testing.T) {
	l := &Lab{}
	err := l.contain([]string{"the bridge answers"})
	var open *UncontainedError
	if !errors.As(err, &open) || !strings.Contains(err.Error(), "the bridge answers") || !strings.Contains(err.Error(), "--uncontained") {
		t.Errorf("have %v", err)
	}
	l.Uncontained = true
	if err := l.contain([]string{"the bridge answers"}); err != nil || len(l.lacks) != 1 {
		t.Errorf("have %v, %q", err, l.lacks)
	}
}
