package docker

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Options of the bridge driver, and the auxiliary address that is the containers'
// default route; Docker 20.10 is the first engine that has all three.
const (
	optionMasquerade = "com.docker.network.bridge.enable_ip_masquerade"
	optionInhibit    = "com.docker.network.bridge.inhibit_ipv4"
	auxGateway       = "DefaultGatewayIPv4"
)

// startNetwork makes the drill's own bridge and looks at what the engine made of it,
// before anything is on it.
func (l *Lab) startNetwork(ctx context.Context) error {
	l.network = "stormdrill-" + l.Plan.Run
	_, err := l.engine.NetworkCreate(ctx, l.network, l.closed())
	if err != nil && l.Uncontained && !taken(err) {
		l.lacking("the engine refused to make the network without a way out: " + err.Error())
		o := l.closed()
		o.Options, o.IPAM.Config[0].AuxAddress = nil, nil
		_, err = l.engine.NetworkCreate(ctx, l.network, o)
	}
	switch {
	case taken(err):
		return fmt.Errorf("%w: %w", lab.ErrSubnetTaken, err)
	case err != nil:
		return fmt.Errorf("%w; an engine that does not know the network's options needs "+
			"--uncontained, and stormdrill doctor examines it", err)
	}
	made, err := l.engine.NetworkInspect(ctx, l.network, client.NetworkInspectOptions{})
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	return l.contain(unlike(l.closed(), made.Network.Network))
}

func taken(err error) bool { return err != nil && strings.Contains(err.Error(), "overlap") }

// closed is a network that no packet leaves: no masquerading, no address of the host's
// on the bridge, and a default route that leads to the switchboard.
func (l *Lab) closed() client.NetworkCreateOptions {
	off := false
	with := l.labels()
	// else clean says less
	if at, err := filepath.Abs(filepath.Join(l.Dir, "ledger.jsonl")); err == nil {
		with[ledgerLabel] = at
	}
	return client.NetworkCreateOptions{
		Driver: "bridge", EnableIPv6: &off, Labels: with,
		Options: map[string]string{optionMasquerade: "false", optionInhibit: "true"},
		IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: l.Plan.Subnet,
			Gateway:    l.Plan.Switchboard.Bridge,
			AuxAddress: map[string]netip.Addr{auxGateway: l.Plan.Gateway}}}},
	}
}

// unlike says in what a network is not what was asked for.
func unlike(want client.NetworkCreateOptions, have network.Network) (lacks []string) {
	say := func(format string, a ...any) { lacks = append(lacks, fmt.Sprintf(format, a...)) }
	if have.Driver != want.Driver {
		say("its driver is %q, not %q", have.Driver, want.Driver)
	}
	for _, o := range []struct{ name, why string }{
		{optionMasquerade, "images under test reach whatever this machine reaches"},
		{optionInhibit, "images under test reach this machine"},
	} {
		if have.Options[o.name] != want.Options[o.name] {
			say("it was made without %s=%s: %s", o.name, want.Options[o.name], o.why)
		}
	}
	if have.EnableIPv6 {
		say("IPv6 is on, and goes round the switchboard")
	}
	if !slices.ContainsFunc(have.IPAM.Config, func(c network.IPAMConfig) bool {
		w := want.IPAM.Config[0]
		return c.Subnet == w.Subnet && c.AuxAddress[auxGateway] == w.AuxAddress[auxGateway]
	}) {
		say("the auxiliary address %s is not set: strays are not led to the switchboard",
			auxGateway)
	}
	return lacks
}

// lacking notes what the network lacks.
func (l *Lab) lacking(all ...string) { l.lacks = append(l.lacks, all...) }

// contain takes what is lacking: an error, or, where it is allowed, a fact.
func (l *Lab) contain(lacks []string) error {
	if len(lacks) == 0 {
		return nil
	}
	if !l.Uncontained {
		return &lab.UncontainedError{Lacks: lacks}
	}
	l.lacking(lacks...)
	return nil
}

// examineWalls asks the switchboard what it sees of the network's walls from inside,
// before any target is there.
func (l *Lab) examineWalls(ctx context.Context) error {
	var lacks []string
	if err := l.switchboard.Call(ctx, "contained", nil, &lacks); err != nil {
		return err
	}
	return l.contain(lacks)
}

// Strays says what went by no link so far, by the names of nodes.
func (l *Lab) Strays(ctx context.Context) (timeline.Strays, error) {
	var s link.Strays
	if err := l.switchboard.Call(ctx, "strays", nil, &s); err != nil {
		return timeline.Strays{}, fmt.Errorf("switchboard: %w", err)
	}
	out := timeline.Strays{Dropped: s.Dropped, Uncontained: l.lacks}
	for _, x := range s.Seen {
		out.Seen = append(out.Seen, timeline.Stray{From: l.nameOf(x.From), To: l.nameOf(x.To),
			Protocol: x.Protocol, Port: x.Port, Packets: x.Packets})
	}
	return out, nil
}

// nameOf is a node's name, or else the address.
func (l *Lab) nameOf(a netip.Addr) string {
	for _, n := range l.Plan.Nodes {
		if n.Addr == a {
			return n.Name
		}
	}
	switch a {
	case l.Plan.LoadAddr:
		return "load"
	case l.Plan.PortsAddr:
		return "ports"
	}
	return a.String()
}

// strayedWithin bounds the question what a target tried that did not get ready.
const strayedWithin = 2 * time.Second

// strayed says what a node tried that its network does not let out: often the reason
// why it does not get ready.
func (l *Lab) strayed(node string) string {
	ctx, cancel := context.WithTimeout(context.Background(), strayedWithin)
	defer cancel()
	s, err := l.Strays(ctx)
	if err != nil {
		return ""
	}
	var all []string
	for _, x := range s.Seen {
		if x.From == node {
			all = append(all, x.String())
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "; the drill's network lets nothing out: " + strings.Join(all[:min(len(all), 3)], ", ")
}
