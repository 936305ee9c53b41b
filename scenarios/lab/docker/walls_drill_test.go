//go:build drill

package docker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// outside is in the range that RFC 2544 reserves for benchmarks. The test sends packets
// there only once the network has been inspected, which Start does before a target is
// there.
const outside = "198.19.255.7"

// The network is as it was asked for, and what a target sends out of it arrives at the
// switchboard, is counted by its name and dropped.
func TestLabLetsNothingOut(t *testing.T) {
	const run = "00000000000000b1"
	l, err := open(t, "bad-lb-node", run, func(p *plan.Plan) {
		p.Nodes[0].Spec = &scenarios.Target{
			Image: "stormdrill-test/base:debian",
			Command: []secret.Text{"bash", "-c",
				`for i in 1 2; do timeout 1 bash -c "echo > /dev/tcp/` + outside +
					`/443" || echo "no way out"; done; echo tried; exec sleep 600`},
			Ready: &scenarios.Ready{Log: "tried"},
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
	if n.Options[optionMasquerade] != "false" || n.Options[optionInhibit] != "true" ||
		n.EnableIPv6 ||
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
	if want := (timeline.Stray{From: "app-1", To: outside, Protocol: "tcp",
		Port: 443}); s.Seen[i] != want {
		t.Errorf("have %+v, want %+v", s.Seen[i], want)
	}
	if log := l.tailOf("app-1"); strings.Count(log, "no way out") != 2 {
		t.Errorf("the target's log: %s", log)
	}
	for _, x := range s.Seen {
		if x.Direct() || x.From != "app-1" {
			t.Errorf("no target did that: %s", x)
		}
	}
}

// A target that is not ready in time is reported with what it tried to reach outside.
func TestLabSaysWhatATargetTried(t *testing.T) {
	const run = "00000000000000b5"
	_, err := open(t, "bad-lb-node", run, func(p *plan.Plan) {
		p.Nodes[0].Spec = &scenarios.Target{
			Image:   "stormdrill-test/base:debian",
			Command: []secret.Text{"bash", "-c", "echo licence > /dev/tcp/" + outside + "/8443"},
			Ready:   &scenarios.Ready{Log: "licensed", Within: 8 * time.Second},
		}
	})
	if err == nil || !strings.Contains(err.Error(), "lets nothing out: app-1 tried ") ||
		!strings.Contains(err.Error(), outside+":8443/tcp") {
		t.Errorf("have %v", err)
	}
	if n := left(t, run); n != 0 {
		t.Errorf("%d things left", n)
	}
}

// bare are capabilities as people write them; engines add a prefix.
func bare(capabilities []string) (all []string) {
	for _, c := range capabilities {
		all = append(all, strings.TrimPrefix(c, "CAP_"))
	}
	return all
}

// Own nodes may do what their role needs and no more, as the engine says; targets have
// no raw sockets; nothing is published.
func TestLabNodesMayDoNoMore(t *testing.T) {
	const run = "00000000000000b3"
	l, err := open(t, "bad-lb-node", run, func(p *plan.Plan) {
		p.Nodes[0].Spec = &scenarios.Target{Image: "stormdrill-test/base:debian",
			Command: []secret.Text{"sleep", "600"}}
		p.Nodes[0].Ready = nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeLab(t, l, run)
	all, err := l.engine.ContainerList(t.Context(),
		client.ContainerListOptions{Filters: client.Filters{}.Add("label", Label+"="+run)})
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Items) != 6 {
		t.Errorf("%d containers", len(all.Items))
	}
	for _, c := range all.Items {
		i, err := l.engine.ContainerInspect(t.Context(), c.ID, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		node, h := c.Labels[NodeLabel], i.Container.HostConfig
		if len(h.PortBindings) > 0 || h.PublishAllPorts || h.Privileged || len(c.Ports) > 0 {
			t.Errorf("%s: published %v, privileged %t", node, c.Ports, h.Privileged)
		}
		if len(i.Container.NetworkSettings.Networks) != 1 {
			t.Errorf("%s: networks %v", node, i.Container.NetworkSettings.Networks)
		}
		if node == "app-1" {
			if !slices.Equal(bare(h.CapDrop), []string{"NET_RAW"}) || len(h.CapAdd) > 0 {
				t.Errorf("%s: drops %q, adds %q", node, h.CapDrop, h.CapAdd)
			}
			continue
		}
		want, user := map[string][]string{"switchboard": {"NET_ADMIN"},
			"load": {"NET_ADMIN"}}[node], ""
		if want == nil {
			user = nobody
		}
		if !slices.Equal(h.CapDrop, []string{"ALL"}) || !slices.Equal(bare(h.CapAdd), want) ||
			i.Container.Config.User != user {
			t.Errorf("%s: drops %q, adds %q, user %q", node, h.CapDrop, h.CapAdd,
				i.Container.Config.User)
		}
		if !slices.Contains(h.SecurityOpt, "no-new-privileges") || !h.ReadonlyRootfs ||
			h.PidsLimit == nil || *h.PidsLimit != ownProcesses || h.Memory <= 0 ||
			h.Memory > ownMemory {
			t.Errorf("%s: %q, read-only %t, %v processes, %d bytes", node, h.SecurityOpt,
				h.ReadonlyRootfs, h.PidsLimit, h.Memory)
		}
	}
}
