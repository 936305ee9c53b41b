package carry

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// target listens on loopback and has each connection served.
func target(t *testing.T, serve func(*net.TCPConn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var busy sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); busy.Wait() })
	busy.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			busy.Go(func() {
				defer c.Close()
				serve(c.(*net.TCPConn))
			})
		}
	})
	return netip.MustParseAddrPort(l.Addr().String())
}

// pair is both ends, joined by pipes, and end, which ends the node's stdin as a dead CLI does.
func pair(t *testing.T, ports map[string]netip.AddrPort) (c *Client, end func(), served chan error) {
	t.Helper()
	in, commands := io.Pipe()
	answers, out := io.Pipe()
	served = make(chan error, 1)
	go func() {
		served <- Serve(context.Background(), in, out, Spec{netip.MustParsePrefix("127.0.0.0/8"), ports})
		_ = out.Close() // as the end of a process does
	}()
	c, err := NewClient(t.Context(), answers, commands)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, func() { _ = commands.Close() }, served
}

// caller is a connection of this machine's, and what becomes of its carriage.
func caller(t *testing.T, c *Client, to string) (near *net.TCPConn, ended chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ended = make(chan error, 1)
	go func() {
		err := c.Carry(t.Context(), to, far)
		_ = far.Close()
		ended <- err
	}()
	t.Cleanup(func() { _ = conn.Close() })
	return conn.(*net.TCPConn), ended
}

// echo gives back what it reads, to its end.
func echo(c *net.TCPConn) { _, _ = io.Copy(c, c) }

// What goes in comes out, of many connections at once, to the end that either side says.
func TestCarry(t *testing.T) {
	c, _, _ := pair(t, map[string]netip.AddrPort{"shop:8080": target(t, echo)})
	text := strings.Repeat("0123456789abcdef", 64<<10) // beyond every window
	var all sync.WaitGroup
	for range 8 {
		near, ended := caller(t, c, "shop:8080")
		all.Go(func() {
			go func() {
				_, _ = io.WriteString(near, text)
				_ = near.CloseWrite()
			}()
			if back, err := io.ReadAll(near); err != nil || string(back) != text {
				t.Errorf("%d bytes, %v", len(back), err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// What is not published is not reached, and a dead target is reported as what it is.
func TestCarryLeadsNowhereElse(t *testing.T) {
	closed := target(t, echo)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := netip.MustParseAddrPort(l.Addr().String())
	_ = l.Close()
	c, _, _ := pair(t, map[string]netip.AddrPort{"dead:80": dead,
		"far:80": netip.MustParseAddrPort("192.0.2.1:80")})
	for to, want := range map[string]string{
		"dead:80": "connection refused", "far:80": "outside the drill's subnet",
		"other:80": "other:80 is not published", closed.String(): "is not published"} {
		if _, ended := caller(t, c, to); !strings.Contains((<-ended).Error(), want) {
			t.Errorf("%s: want %q", to, want)
		}
	}
}

// A target that resets breaks the connection off, and a caller that does has the target's reset.
func TestCarryResets(t *testing.T) {
	lost := make(chan error, 1)
	c, _, _ := pair(t, map[string]netip.AddrPort{
		"resets:80": target(t, func(c *net.TCPConn) { reset(c) }),
		"waits:80": target(t, func(c *net.TCPConn) {
			_, _ = c.Write([]byte("x"))
			_, err := io.ReadAll(c)
			lost <- err
		})})
	if _, ended := caller(t, c, "resets:80"); <-ended == nil {
		t.Error("a reset was reported as an end in order")
	}
	near, ended := caller(t, c, "waits:80")
	if _, err := near.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	reset(near)
	if err := <-lost; err == nil {
		t.Error("the target saw an end in order")
	}
	if <-ended == nil {
		t.Error("the caller's reset was reported as an end in order")
	}
}

// A connection that is not read holds no more than a window, and holds up no other.
func TestCarryBounds(t *testing.T) {
	var sent atomic.Int64
	stalled := make(chan struct{})
	c, end, served := pair(t, map[string]netip.AddrPort{"shop:80": target(t, echo),
		"floods:80": target(t, func(c *net.TCPConn) {
			_ = c.SetWriteBuffer(64 << 10)
			for b := make([]byte, 64<<10); ; {
				n, err := c.Write(b)
				sent.Add(int64(n))
				if err != nil {
					close(stalled)
					return
				}
			}
		})})
	_, broken := caller(t, c, "floods:80")
	for range 50 {
		near, ended := caller(t, c, "shop:80")
		if _, err := near.Write([]byte("ping")); err != nil {
			t.Fatal(err)
		}
		_ = near.CloseWrite()
		if back, err := io.ReadAll(near); err != nil || string(back) != "ping" {
			t.Errorf("%q, %v", back, err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	end() // the CLI is gone
	if err := <-served; err != nil {
		t.Error(err)
	}
	<-stalled
	if <-broken == nil {
		t.Error("a connection survives the stream")
	}
	<-c.Done()
	if !errors.Is(c.Err(), wire.ErrGone) {
		t.Errorf("have %v", c.Err())
	}
	// The kernel's own buffers, four of them, are what most of it is in.
	if most := int64(32 << 20); sent.Load() > most {
		t.Errorf("%d bytes were taken of a connection that is not read", sent.Load())
	}
}
