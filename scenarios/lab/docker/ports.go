package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"

	"github.com/stormdrill/stormdrill/scenarios/lab/carry"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// startPorts starts the node that carries what comes to published ports, where any are. It
// runs as nobody, and is given the links' addresses that it may dial.
func (l *Lab) startPorts(ctx context.Context) error {
	if len(l.Plan.Published) == 0 {
		return nil
	}
	spec := carry.Spec{Subnet: l.Plan.Subnet, Ports: map[string]netip.AddrPort{}}
	for _, p := range l.Plan.Published {
		spec.Ports[p.Leads()] = netip.AddrPortFrom(p.Addr, p.Port)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	h := own()
	h.CPUShares = instrumentShares // monitoring beside the drill waits for it
	var s stdio
	n, err := l.startOwn(ctx, box{node: "ports", addr: l.Plan.PortsAddr, user: nobody, host: h,
		env: map[string]string{carry.Variable: string(text)},
	}, func(attached stdio) { s = attached })
	if err != nil {
		return fmt.Errorf("ports node: %w", err)
	}
	if l.ports, err = carry.NewClient(ctx, s.out, s.in); err != nil {
		return fmt.Errorf("ports node: %w %s", err, n.said)
	}
	l.tend(n, l.ports)
	return nil
}

// Carry takes a connection to a published port.
func (l *Lab) Carry(ctx context.Context, to plan.Published, c net.Conn) error {
	if l.ports == nil {
		return fmt.Errorf("carry to %s: no port is published", to.Leads())
	}
	return l.ports.Carry(ctx, to.Leads(), c)
}
