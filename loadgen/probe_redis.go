//go:build linux

package loadgen

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// redisAsker asks a Redis over a connection that it makes anew.
type redisAsker struct {
	*load.RedisProbe
	options redis.Options
	dialer  *dialer
	trust   *tls.Config // nil: without TLS
}

func newRedisAsker(p *load.RedisProbe, r *dialer, trust *tls.Config) (*redisAsker, error) {
	url, err := p.URL.Reveal()
	if err != nil {
		return nil, err
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New(secret.Hidden(err.Error()))
	}
	if o.TLSConfig == nil {
		trust = nil
	}
	// One try on one connection, which asks for nothing but what is wanted; how long, ctx says.
	return &redisAsker{p, redis.Options{Addr: o.Addr, Username: o.Username, Password: o.Password,
		DB: o.DB, Protocol: 2, PoolSize: 1, MaxRetries: -1, DialerRetries: 1, ReadTimeout: -1,
		WriteTimeout: -1, ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{
			Mode: maintnotifications.ModeDisabled}}, r, trust}, nil
}

// redisError is an error that a server answers with.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

// capped is a connection of which so much is read, and no more.
type capped struct {
	net.Conn
	left int
}

func (c *capped) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, redisError("more than the 4 MiB that a value may have")
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

// Ask is good when PING is answered, or a key has a value, the one wanted where one is.
func (p *redisAsker) Ask(ctx context.Context) probe.Reply {
	s, ctx := newTrace(ctx)
	defer s.undo()
	c, err := p.dialer.once(ctx, s, p.options.Addr, p.trust)
	if err != nil {
		return failed(classify(err, s.stage()))
	}
	value, broken, err := p.value(ctx, c)
	var said redis.Error
	switch {
	case errors.Is(err, redis.Nil):
		return probe.Reply{Known: true, Detail: "no such key"}
	case errors.As(err, &said):
		text := secret.Hidden(said.Error())
		return probe.Reply{Known: true, Detail: text[:min(len(text), probe.MostValue)]}
	case err != nil:
		return failed(classify(cmp.Or(broken, err), waiting))
	case p.Equals != "" && value != p.Equals:
		return probe.Reply{Known: true, Detail: value[:min(len(value), probe.MostValue)]}
	}
	return probe.Reply{Good: true, Known: true, Detail: value[:min(len(value), probe.MostValue)]}
}

// value asks over a connection, which it closes, and says what broke that before.
func (p *redisAsker) value(ctx context.Context, c *oneConn) (value string, broken, err error) {
	o := p.options
	o.Dialer = func(context.Context, string, string) (net.Conn, error) {
		conn, err := c.take()
		if err != nil {
			return nil, err
		}
		return &capped{conn, probe.MostPage}, nil
	}
	client := redis.NewClient(&o)
	defer func() { _, _ = client.Close(), c.Close() }()
	// the client makes room for as much as a server announces, and panics where it cannot
	defer func() {
		if said := recover(); said != nil {
			err = redisError("an answer that Redis does not give")
		}
	}()
	if p.Get == "" {
		value, err = client.Ping(ctx).Result()
	} else {
		value, err = client.Get(ctx, p.Get).Result()
	}
	return value, c.why(), err
}
