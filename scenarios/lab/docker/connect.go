package docker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// quiet is a logger that says nothing: what the user should see, Stormdrill prints itself.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// reaperVariable switches testcontainers' own reaper off.
const reaperVariable = "TESTCONTAINERS_RYUK_DISABLED"

// settled has testcontainers say nothing, and read its settings, which it does once:
// without its own reaper, the image of which may not be to be had, as Stormdrill has one of its
// own. The environment, which a drill's own commands get, is as it was.
var settled = sync.OnceValue(func() (err error) {
	log.SetDefault(quiet{}) // testcontainers' own, and no other library's
	before, set := os.LookupEnv(reaperVariable)
	if err := os.Setenv(reaperVariable, "true"); err != nil {
		return err
	}
	if !testcontainers.ReadConfig().Config.RyukDisabled {
		err = errors.New("testcontainers had read its settings already")
	}
	if set {
		return errors.Join(err, os.Setenv(reaperVariable, before))
	}
	return errors.Join(err, os.Unsetenv(reaperVariable))
})

// connect reaches the engine the way testcontainers finds it.
func connect(ctx context.Context) (*client.Client, error) {
	if err := settled(); err != nil {
		return nil, err
	}
	err := wanted(ctx)
	var c *testcontainers.DockerClient
	if err == nil {
		c, err = testcontainers.NewDockerClientWithOpts(ctx)
	}
	if err == nil {
		_, err = c.Ping(ctx, client.PingOptions{})
	}
	if err == nil {
		if path, local := strings.CutPrefix(c.DaemonHost(), "unix://"); local {
			return client.New(client.FromEnv, client.WithHost(c.DaemonHost()),
				client.WithDialContext(socket(path).dial))
		}
		return c.Client, nil
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if f, none := os.Open(os.DevNull); none != nil {
		return nil, fmt.Errorf("engine: %w", spent(none)) // nothing is the matter with the engine
	} else {
		f.Close()
	}
	return nil, &noEngineError{err}
}

// noEngineError is lab.ErrNoEngine with its cause.
type noEngineError struct{ cause error }

func (e *noEngineError) Error() string { return fmt.Sprintf("%v (%v)", lab.ErrNoEngine, e.cause) }

// Unwrap gives both.
func (e *noEngineError) Unwrap() []error { return []error{lab.ErrNoEngine, e.cause} }

// socket is the path of an engine's unix socket.
type socket string

// dial keeps the cause where this process, or the machine, has no descriptor left. The
// engine's client library says that the engine cannot be reached, whatever the cause is, of
// all errors that come from dialing such a socket, which it recognizes by their text.
func (s socket) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", string(s))
	return c, spent(err)
}

// spent is the cause alone of an error for want of a descriptor, and else the error.
func spent(err error) error {
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, cause) {
			return fmt.Errorf("no connection to it can be made from here: %w", cause)
		}
	}
	return err
}

// wanted reaches the engine that DOCKER_HOST names, where it is set:
// testcontainers would silently take another one that answers.
func wanted(ctx context.Context) error {
	if os.Getenv(client.EnvOverrideHost) == "" {
		return nil
	}
	c, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Ping(ctx, client.PingOptions{})
	return err
}

// range198 is where drills live: RFC 2544, reserved for benchmarks.
var range198 = netip.MustParsePrefix("198.18.0.0/15")

// Room finds a /22 that no network of the engine overlaps.
func freeSubnet(ctx context.Context) (netip.Prefix, error) {
	engine, err := connect(ctx)
	if err != nil {
		return netip.Prefix{}, err
	}
	defer engine.Close()
	all, err := engine.NetworkList(ctx, client.NetworkListOptions{})
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("networks: %w", err)
	}
	var taken []netip.Prefix
	for _, n := range all.Items {
		for _, c := range n.IPAM.Config {
			taken = append(taken, c.Subnet)
		}
	}
	return freeOf(taken)
}

// freeOf gives a /22 of the range that overlaps none of the taken ones, any of
// them: drills that begin together would otherwise all reach for the same.
func freeOf(taken []netip.Prefix) (netip.Prefix, error) {
	var all []netip.Prefix
	for a := range198.Addr(); range198.Contains(a); a = next22(a) {
		p := netip.PrefixFrom(a, 22)
		free := true
		for _, t := range taken {
			free = free && !p.Overlaps(t)
		}
		if free {
			all = append(all, p)
		}
	}
	if len(all) > 0 {
		return all[rand.IntN(len(all))], nil
	}
	return netip.Prefix{}, fmt.Errorf("no /22 in %s is free: stormdrill clean removes what dead "+
		"drills left", range198)
}

func next22(a netip.Addr) netip.Addr {
	b := a.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n += 1 << 10
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}
