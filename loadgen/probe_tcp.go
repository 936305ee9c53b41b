//go:build linux

package loadgen

import (
	"context"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// tcpAsker completes a handshake and closes.
type tcpAsker struct {
	*load.TCPProbe
	road *road
}

// Ask is good when the handshake is complete in time.
func (p *tcpAsker) Ask(ctx context.Context) Reply {
	s, ctx := newShot(ctx)
	defer s.undo()
	if _, err := p.road.dial(ctx, "tcp", p.Address); err != nil {
		return failed(classify(err, s.stage()))
	}
	return Reply{Good: true, Known: true, Detail: "connected"}
}
