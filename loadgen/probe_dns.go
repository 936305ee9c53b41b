//go:build linux

package loadgen

import (
	"context"
	"errors"

	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// dnsAsker asks for a name's addresses, each time anew: it keeps no cache.
type dnsAsker struct {
	*load.DNSProbe
	dialer *dialer
}

// Ask is good when an address came back in time.
func (p *dnsAsker) Ask(ctx context.Context) probe.Reply {
	addrs, _, err := p.dialer.names.ask(ctx, dns.Canonical(p.Name))
	var lookup *lookupError
	switch {
	case err == nil:
		return probe.Reply{Good: true, Known: true, Detail: addrs[0].String()}
	case errors.As(err, &lookup):
		return failed(lookup.class)
	}
	return failed(load.DNSOther)
}
