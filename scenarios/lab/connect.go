package lab

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// ErrNoEngine is returned where no Docker engine answers.
var ErrNoEngine = errors.New("no Docker engine answers: start one, or point DOCKER_HOST at it; stormdrill doctor says more")

// ErrSubnetTaken is returned where another network took the subnet between
// FreeSubnet and Start: make the plan again, for another.
var ErrSubnetTaken = errors.New("subnet taken")

// connect reaches the engine: the one that DOCKER_HOST names, or else the first that
// answers of where testcontainers looks for one.
func connect(ctx context.Context) (*client.Client, error) {
	var errs []error
	for _, at := range engines() {
		c, err := at.reach(ctx)
		if err == nil {
			return c, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("%w (%w)", ErrNoEngine, errors.Join(errs...))
}

// address is where an engine may be.
type address struct {
	host string
	tls  []client.Opt
}

func (a address) reach(ctx context.Context) (*client.Client, error) {
	c, err := client.New(slices.Concat([]client.Opt{client.FromEnv, client.WithHost(a.host)}, a.tls)...)
	if err != nil {
		return nil, err
	}
	if _, err := c.Ping(ctx, client.PingOptions{}); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// engines lists where an engine may be: what ~/.testcontainers.properties names counts
// as it does with testcontainers, and where DOCKER_HOST is set there is no other.
func engines() (all []address) {
	if host := os.Getenv(client.EnvOverrideHost); host != "" {
		return []address{{host: host}}
	}
	known := testcontainers.ReadConfig().Config
	named := func(host string) {
		if host == "" {
			return
		}
		a := address{host: host}
		if dir := known.CertPath; known.TLSVerify == 1 {
			a.tls = []client.Opt{client.WithTLSClientConfig(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))}
		}
		all = append(all, a)
	}
	named(known.TestcontainersHost)
	all = append(all, address{host: client.DefaultDockerHost})
	named(known.Host)
	for _, socket := range rootless() {
		if _, err := os.Stat(socket); err == nil {
			all = append(all, address{host: "unix://" + socket})
		}
	}
	return all
}

// rootless are the sockets of engines that are a user's own.
func rootless() (all []string) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		all = append(all, filepath.Join(dir, "docker.sock"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		all = append(all, filepath.Join(home, ".docker/run/docker.sock"), filepath.Join(home, ".docker/desktop/docker.sock"))
	}
	return append(all, fmt.Sprintf("/run/user/%d/docker.sock", os.Getuid()))
}

// range198 is where drills live: RFC 2544, reserved for benchmarks.
var range198 = netip.MustParsePrefix("198.18.0.0/15")

// FreeSubnet finds a /22 that no network of the engine overlaps.
func FreeSubnet(ctx context.Context) (netip.Prefix, error) {
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
	return netip.Prefix{}, fmt.Errorf("no /22 in %s is free: stormdrill clean removes what dead drills left", range198)
}

func next22(a netip.Addr) netip.Addr {
	b := a.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n += 1 << 10
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}
