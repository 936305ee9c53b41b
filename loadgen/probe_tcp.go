//go:build linux

package loadgen

import (
	"context"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// tcpAsker completes a handshake and closes.
type tcpAsker struct {
	*load.TCPProbe
	dialer *dialer
}

// Ask is good when the handshake is complete in time.
func (p *tcpAsker) Ask(ctx context.Context) probe.Reply {
	s, ctx := newTrace(ctx)
	defer s.undo()
	if _, err := p.dialer.dial(ctx, "tcp", p.Address); err != nil {
		return failed(classify(err, s.stage()))
	}
	return probe.Reply{Good: true, Known: true, Detail: "connected"}
}
