//go:build drill

package lab

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// outside is an address that is nobody's (RFC 5737). The test sends packets there only
// once the network has been inspected, which Start does before a target is there.
const outside = "203.0.113.7"

// The network is as it was asked for, and what a target sends out of it arrives at the
// switchboard, is counted by its name and dropped.
func TestLabLetsNothingOut(t *testing.T) {
	const run = "00000000000000b1"
	l, err := open(t, "bad-lb-node", run, func(p *scenarios.Plan) {
		p.Nodes[0].Spec = &scenarios.Target{
			Image:   "stormdrill-test/base:debian",
			Command: []string{"bash", "-c", `for i in 1 2; do timeout 1 bash -c "echo > /dev/tcp/` + outside + `/443" || echo "no way out"; done; echo tried; exec sleep 600`},
			Ready:   &scenarios.Ready{Log: "tried"},
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	made, err := l.engine.NetworkInspect(t.Context(), l.network, client.NetworkInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n := made.Network
	if n.Options[optionMasquerade] != "false" || n.Options[optionInhibit] != "true" || n.EnableIPv6 ||
		n.IPAM.Config[0].AuxAddress[auxGateway] != l.Plan.Gateway || n.Labels[Label] != run {
		t.Errorf("the network: have %+v", n)
	}
	s, err := l.Strays(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Seen, func(x timeline.Stray) bool { return x.To == outside })
	if i < 0 || s.Seen[i].Packets < 2 || s.Dropped < s.Seen[i].Packets {
		t.Fatalf("strays: have %+v", s)
	}
	s.Seen[i].Packets = 0
	if want := (timeline.Stray{From: "app-1", To: outside, Protocol: "tcp", Port: 443}); s.Seen[i] != want {
		t.Errorf("have %+v, want %+v", s.Seen[i], want)
	}
	if log := l.tailOf("app-1"); strings.Count(log, "no way out") != 2 {
		t.Errorf("the target's log: %s", log)
	}
	for _, x := range s.Seen {
		if x.Direct() {
			t.Errorf("nobody went round the switchboard: %s", x)
		}
	}
}
