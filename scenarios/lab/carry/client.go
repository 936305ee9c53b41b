package carry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Client is the CLI's side.
type Client struct {
	stream *stdio
	conn   *http.ClientConn
}

// NewClient begins with a node that reads w and writes r, once that has said that it is there.
func NewClient(ctx context.Context, r io.Reader, w io.WriteCloser) (*Client, error) {
	lines := bufio.NewReader(r)
	c := &Client{stream: newStdio(both{lines, r}, w)}
	if err := greeted(ctx, lines); err != nil {
		return nil, errors.Join(err, c.stream.Close())
	}
	t := &http.Transport{Protocols: protocol(), HTTP2: &http.HTTP2Config{
		MaxReceiveBufferPerStream: mostDown, SendPingTimeout: quietFor, PingTimeout: silentFor,
	}, DialContext: func(context.Context, string, string) (net.Conn, error) {
		return c.stream, nil
	}}
	var err error
	if c.conn, err = t.NewClientConn(ctx, "http", "ports:80"); err != nil {
		return nil, errors.Join(err, c.stream.Close())
	}
	return c, nil
}

// both reads from a reader, and closes what that reads from.
type both struct {
	io.Reader
	from io.Reader
}

// Close closes it, where it can be.
func (b both) Close() error {
	if c, ok := b.from.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// greeted waits for the node's first line.
func greeted(ctx context.Context, lines *bufio.Reader) error {
	answered := make(chan error, 1)
	go func() {
		line, err := lines.ReadString('\n')
		if err == nil && line != hello {
			err = errors.New("it does not say what it is")
		}
		answered <- err
	}()
	select {
	case err := <-answered:
		return err
	case <-time.After(wire.FirstWord):
		return wire.ErrSilent
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Done is closed when the stream has ended.
func (c *Client) Done() <-chan struct{} { return c.stream.closed }

// Err is why it ended: wire.ErrSilent where the node gave no sign of life, else wire.ErrGone;
// nil before.
func (c *Client) Err() error {
	select {
	case <-c.stream.closed:
	default:
		return nil
	}
	if c.stream.ended.Load() {
		return wire.ErrGone
	}
	return wire.ErrSilent
}

// Close ends the stream, and all that goes over it.
func (c *Client) Close() error {
	c.stream.ended.Store(true)
	return errors.Join(c.conn.Close(), c.stream.Close())
}

// mostWhy bounds the node's reason why a connection could not be made, bytes.
const mostWhy = 1 << 10

// Carry takes a connection to where a name of the spec leads, until what answers there has
// ended: then there is no error, and the connection is to be closed. The error says that it
// could not be made, or broke off, and then it is to be reset. It does not close it.
func (c *Client) Carry(ctx context.Context, to string, conn net.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a write to a peer that does not read sees nothing of the stream's end
		select {
		case <-c.stream.closed:
			cancel()
		case <-ctx.Done():
		}
	}()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	req, err := http.NewRequestWithContext(ctx, http.MethodConnect, "http://"+to,
		struct{ io.Reader }{conn}) // a plain reader: the end of the body does not close conn
	if err != nil {
		return err
	}
	res, err := c.conn.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("carry to %s: %w", to, err)
	}
	defer func() { // which waits for what is being read of the connection
		_ = conn.SetReadDeadline(time.Unix(1, 0))
		_ = res.Body.Close()
	}()
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, mostWhy))
		return fmt.Errorf("carry to %s: %s", to, strings.TrimSpace(string(why)))
	}
	if _, err := io.Copy(struct{ io.Writer }{conn}, res.Body); err != nil {
		return fmt.Errorf("carry to %s: %w", to, err)
	}
	return nil
}
