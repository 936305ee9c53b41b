package dns

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// Client asks one server, each time over a new socket.
type Client struct {
	Server  netip.AddrPort
	Dialer  func(network string) *net.Dialer // for udp or tcp
	Timeout time.Duration                    // of one question
}

// Ask asks once, over udp or tcp. Where the context ended it, the error is the context's, too.
func (c Client) Ask(ctx context.Context, network string, q Question) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	client := dns.Client{Net: network, Dialer: c.Dialer(network), Timeout: c.Timeout}
	conn, err := client.DialContext(ctx, c.Server.String())
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // reads know only deadlines
	m, _, err := client.ExchangeWithConnContext(ctx,
		new(dns.Msg).SetQuestion(dns.Fqdn(q.Name), uint16(q.Type)), conn)
	switch {
	case err != nil && ctx.Err() != nil:
		return Answer{}, fmt.Errorf("%w: %w", ctx.Err(), err)
	case err != nil:
		return Answer{}, err
	}
	return answerOf(m), nil
}
