//go:build linux

package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// sqlAsker asks a PostgreSQL over a connection that it makes anew.
type sqlAsker struct {
	*load.SQLProbe
	config *pgconn.Config
}

func newSQLAsker(p *load.SQLProbe, r *dialer) (*sqlAsker, error) {
	dsn, err := p.DSN.Reveal()
	if err != nil {
		return nil, err
	}
	c, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New(secret.Hidden(err.Error()))
	}
	// the dialer asks
	c.LookupFunc = func(_ context.Context, host string) ([]string, error) {
		return []string{host}, nil
	}
	c.DialFunc = r.connect
	return &sqlAsker{p, c}, nil
}

// Ask is good when the query has an answer, with the value wanted where one is.
func (p *sqlAsker) Ask(ctx context.Context) probe.Reply {
	value, at, err := p.value(ctx)
	var said *pgconn.PgError
	switch {
	case errors.As(err, &said):
		return probe.Reply{Known: true, Detail: fmt.Sprintf("%s (%s)", secret.Hidden(said.Message),
			said.Code)}
	case errors.Is(err, errNoRow):
		return probe.Reply{Known: true, Detail: err.Error()}
	case err != nil:
		return failed(classify(err, at))
	case p.Equals != "" && value != p.Equals:
		return probe.Reply{Known: true, Detail: value[:min(len(value), probe.MostValue)]}
	}
	return probe.Reply{Good: true, Known: true, Detail: value[:min(len(value), probe.MostValue)]}
}

var errNoRow = errors.New("no row")

// value is the first column of the first row, or how far the question got.
func (p *sqlAsker) value(ctx context.Context) (string, stage, error) {
	conn, err := pgconn.ConnectConfig(ctx, p.config)
	if err != nil {
		return "", dialing, err
	}
	defer func() { _ = conn.Close(ctx) }() // it is given up
	results, err := conn.Exec(ctx, p.Query).ReadAll()
	switch {
	case err != nil:
		return "", waiting, err
	case len(results) == 0 || len(results[0].Rows) == 0 || len(results[0].Rows[0]) == 0:
		return "", waiting, errNoRow
	}
	return string(results[0].Rows[0][0]), waiting, nil
}

// connect dials host:port for a client that speaks a protocol of its own.
func (r *dialer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ip, err := r.names.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	return r.dialer(network).DialContext(ctx, network, net.JoinHostPort(ip.String(), port))
}
