//go:build linux

package target

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Defaults of connections to a database.
const (
	defaultSQLTimeout     = 2 * time.Second
	defaultSQLConnections = 20
)

// closeWithin bounds a good-bye to a server that may be silent.
const closeWithin = time.Second

// database is a pool of connections to a PostgreSQL, which are made when they are
// needed. It is pgx's lower half: its upper half has types that no drill needs, and would
// make the binary larger by 4 MB.
type database struct {
	pool    *puddle.Pool[*pgconn.PgConn]
	timeout time.Duration // of one statement, with the wait for a connection
	refused atomic.Value  // string: why the last attempt to connect failed
}

func newDatabase(cfg scenarios.SQL, dial dialler, find pgconn.LookupFunc) (*database, error) {
	dsn, err := cfg.DSN.Reveal()
	if err != nil {
		return nil, err
	}
	c, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New(secret.Hidden(err.Error()))
	}
	for _, t := range append([]*pgconn.FallbackConfig{{TLSConfig: c.TLSConfig}},
		c.Fallbacks...) {
		if t.TLSConfig != nil {
			t.TLSConfig.ServerName = hostname.Wire(t.TLSConfig.ServerName)
		}
	}
	d := &database{timeout: or(cfg.Timeout, defaultSQLTimeout)}
	c.DialFunc = pgconn.DialFunc(dial)
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = d.timeout / 2 // a host that is silent leaves time for the next
	}
	// pgconn bounds the way to a host and not the question where it is; a question
	// that got lost would hold its place in the pool for a resolver's five seconds.
	c.LookupFunc = func(ctx context.Context, host string) ([]string, error) {
		ctx, cancel := context.WithTimeout(ctx, c.ConnectTimeout)
		defer cancel()
		return find(ctx, hostname.Wire(host))
	}
	d.pool, err = puddle.NewPool(&puddle.Config[*pgconn.PgConn]{
		Constructor: func(ctx context.Context) (*pgconn.PgConn, error) {
			conn, err := pgconn.ConnectConfig(ctx, c)
			if err != nil {
				d.refused.Store(secret.Hidden(err.Error())) // it names user and database
			}
			return conn, err
		},
		Destructor: func(c *pgconn.PgConn) {
			ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
			defer cancel()
			_ = c.Close(ctx) // it is given up
		},
		MaxSize: int32(or(cfg.Connections, defaultSQLConnections)),
	})
	return d, err
}

// ask has one statement done and gives how many rows came. The error is nil only
// once the server is ready for the next statement, which is after the commit: that a
// statement is complete it says before.
func (d *database) ask(ctx context.Context, statement string, args ...string) (rows int,
	err error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	c, err := d.connection(ctx)
	if err != nil {
		if why, _ := d.refused.Load().(string); why != "" && ctx.Err() != nil {
			return 0, fmt.Errorf("no connection within %s, the last attempt: %s", d.timeout, why)
		}
		return 0, fmt.Errorf("no connection: %w", err)
	}
	values := make([][]byte, len(args))
	for i, a := range args {
		values[i] = []byte(a)
	}
	done := c.Value().ExecParams(ctx, statement, values, nil, nil, nil).Read()
	if unusable(c.Value(), done.Err) {
		c.Destroy()
	} else {
		c.Release()
	}
	return len(done.Rows), done.Err
}

// connection is one that was open when last looked at.
func (d *database) connection(ctx context.Context) (*puddle.Resource[*pgconn.PgConn], error) {
	for {
		c, err := d.pool.Acquire(ctx)
		if err != nil || !c.Value().IsClosed() {
			return c, err
		}
		c.Destroy()
	}
}

// readOnly is the SQLSTATE of a write to a server that takes none.
const readOnly = "25006"

// unusable says whether a connection must not serve again: it is closed, or leads to
// a server that leads no longer. The next goes where the DSN finds one that does.
func unusable(c *pgconn.PgConn, err error) bool {
	var reason *pgconn.PgError
	return c.IsClosed() || errors.As(err, &reason) && reason.Code == readOnly
}
