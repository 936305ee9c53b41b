package run

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/carry"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// carrying is a lab that does nothing else.
type carrying struct {
	lab.Lab
	do func(ctx context.Context, to plan.Published, c net.Conn) error
}

func (l carrying) Carry(ctx context.Context, to plan.Published, c net.Conn) error {
	return l.do(ctx, to, c)
}

// freePort is one of this machine's that nothing listens at.
func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return netip.MustParseAddrPort(l.Addr().String()).Port()
}

// asks connects to a published port, says something, and gives what comes back.
func asks(t *testing.T, p plan.Published) (string, error) {
	t.Helper()
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		return "", err
	}
	said, err := io.ReadAll(c)
	return string(said), err
}

// A published port is 127.0.0.1's, leads where it says from when the lab is there, shows a
// dead target by a reset, and is closed with the run.
func TestPublisher(t *testing.T) {
	to := plan.Published{Listen: freePort(t), Node: "shop", Port: 8080}
	p, err := publish([]plan.Published{to}, func() { t.Error("there were too many") })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if at := p.listeners[0].Addr().String(); at != to.Address() || !strings.HasPrefix(at, "127.0.0.1:") {
		t.Errorf("it listens on %s", at)
	}
	if said, err := asks(t, to); err == nil {
		t.Errorf("before there is a lab: %q", said)
	}
	var dead atomic.Bool
	p.leadTo(carrying{do: func(_ context.Context, led plan.Published, c net.Conn) error {
		if led != to || dead.Load() {
			return errors.New("connection refused")
		}
		b := make([]byte, 1)
		if _, err := io.ReadFull(c, b); err != nil {
			return err
		}
		_, err := c.Write(bytes.Repeat(b, 3))
		return err
	}})
	if said, err := asks(t, to); err != nil || said != "xxx" {
		t.Errorf("have %q, %v", said, err)
	}
	dead.Store(true)
	if said, err := asks(t, to); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("of a dead target: %q, %v", said, err)
	}
	p.close()
	p.close()
	if said, err := asks(t, to); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after the run: %q, %v", said, err)
	}
}

// A port that is taken is reported, and none of the others is listened at then.
func TestPublisherFindsPortTaken(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := netip.MustParseAddrPort(l.Addr().String()).Port()
	first := plan.Published{Listen: freePort(t), Node: "shop-1", Port: 80}
	_, err = publish([]plan.Published{first, {Listen: taken, Node: "shop-2", Port: 80}}, nil)
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "publish shop-2:80 on 127.0.0.1:") ||
		!strings.Contains(err.Error(), "choose another port") {
		t.Errorf("have %v", err)
	}
	if _, err := net.Dial("tcp", first.Address()); err == nil {
		t.Error("the other port is open")
	}
}

// So many connections are carried at once; one beyond is reset, which is reported once, and
// all end with the run.
func TestPublisherIsBounded(t *testing.T) {
	to := plan.Published{Listen: freePort(t), Node: "shop", Port: 80}
	var full atomic.Int32
	p, err := publish([]plan.Published{to}, func() { full.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	under := make(chan struct{}, carry.Most)
	p.leadTo(carrying{do: func(ctx context.Context, _ plan.Published, _ net.Conn) error {
		under <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}})
	var all []net.Conn
	for range carry.Most {
		c, err := net.Dial("tcp", to.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all = append(all, c)
		<-under
	}
	for range 2 {
		if said, err := asks(t, to); err == nil {
			t.Errorf("beyond: %q", said)
		}
	}
	p.close()
	for _, c := range all {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("after the run: %v", err)
		}
	}
	if n := full.Load(); n != 1 {
		t.Errorf("reported %d times", n)
	}
}
