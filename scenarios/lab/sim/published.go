package sim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Carry takes a connection to a port that is published: a target that runs answers one request
// of HTTP with its name.
func (l *Lab) Carry(ctx context.Context, to plan.Published, c net.Conn) error {
	if !slices.Contains(l.o.Plan.Published, to) {
		return fmt.Errorf("carry to %s: it is not published", to.Leads())
	}
	up, err := l.Running(ctx, to.Node)
	if err == nil && !up {
		err = errors.New("connection refused")
	}
	select {
	case <-l.closed:
		err = errors.Join(err, net.ErrClosed)
	default:
	}
	if err != nil {
		return fmt.Errorf("carry to %s: %w", to.Leads(), err)
	}
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
		return fmt.Errorf("carry to %s: %w", to.Leads(), err)
	}
	return (&http.Response{StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"X-Stormdrill-Node": {to.Node}}, Close: true,
		Body: http.NoBody}).Write(c)
}
