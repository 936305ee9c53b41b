//go:build drill

package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// The test binary plays every part, each in a network namespace of its own:
// the hub, in which the tests run and the bridge stands; the switchboard; and
// nodes, which dial and serve.
const roleVariable = "STORMDRILL_CONTRACT_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(inHub())
	case "hub":
		os.Exit(m.Run())
	case "switchboard":
		os.Exit(playSwitchboard())
	case "node":
		os.Exit(playNode())
	case "load":
		os.Exit(playLoad())
	case "firewall":
		os.Exit(firewall())
	}
}

// inHub runs the tests again where no packet can reach the machine's networks.
func inHub() int {
	runtime.LockOSThread() // Pdeathsig is the thread's
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Env = append(os.Environ(), roleVariable+"=hub")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "network namespace (root is needed):", err)
		return 1
	}
	return 0
}

// playSwitchboard runs the real one, and then looks whether it left anything.
func playSwitchboard() int {
	// As the lab does by --sysctl: no ICMP error is held back.
	if err := os.WriteFile("/proc/sys/net/ipv4/icmp_ratemask", []byte("0"), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "switchboard:", err)
		return 1
	}
	err := switchboard.Run(context.Background(), os.Stdin, os.Stdout)
	if left := remains(); len(left) > 0 {
		err = errors.Join(err, fmt.Errorf("left behind: %v", left))
	}
	if err = errors.Join(err, goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, "switchboard:", err)
		return 1
	}
	return 0
}

// remains names all tables of this namespace, and all IPv4 addresses that are
// single ones, as links and aliases have.
func remains() []string {
	var out []string
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	for _, a := range addrs {
		if ones, _ := a.Mask.Size(); ones == 32 {
			out = append(out, a.IP.String())
		}
	}
	conn, _ := nftables.New() // fails only where a lasting connection is wanted
	tables, terr := conn.ListTables()
	for _, t := range tables {
		out = append(out, t.Name)
	}
	if err = errors.Join(err, terr); err != nil {
		out = append(out, err.Error())
	}
	return out
}

// attempt asks a node to try something, N times at once, each on a connection
// of its own.
type attempt struct {
	From    netip.Addr     `json:"from"`
	To      netip.AddrPort `json:"to"`
	N       int            `json:"n"`
	Timeout time.Duration  `json:"timeout"` // under 1 s: then a connect sends one SYN
	Trace   string         `json:"trace"`   // traceparent's run; empty: none sent
	CA      string         `json:"ca"`      // the authority to trust, by TLS; empty: plain
	Name    string         `json:"name"`    // to ask for, instead of connecting
	Ask     asking         `json:"ask"`
}

// asking is what a request asks for; by default for / by GET.
type asking struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Fields map[string]string `json:"fields"`
}

// outcome is what came of one try, in the words of the caller's stack.
type outcome struct {
	Status  int           `json:"status"`
	Fault   string        `json:"fault"` // the switchboard's header
	Failure string        `json:"failure"`
	Took    time.Duration `json:"took"`
	Address string        `json:"address"` // that a name leads to
	// Dialled is how long the handshake took; Took is then from the request on.
	Dialled time.Duration `json:"dialled"`
}

const (
	timedOut = "timeout"
	refused  = "refused"
	reset    = "reset"
	ended    = "ended"

	unreachable = "unreachable"
)

// player is a node: a client and an HTTP server.
type player struct {
	mu    sync.Mutex
	seen  []string // remote addresses of accepted connections, …
	asked []string // … and of requests
	kept  *kept
	alive []io.Closer
	peers []*exec.Cmd // programs that serve in the background
	halt  chan struct{}
	tries []tried // that are over
}

func (p *player) over(t tried) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries = append(p.tries, t)
}

func (p *player) sofar() []tried {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.tries)
}

func playNode() int {
	p := &player{halt: make(chan struct{})}
	err := wire.NewServer(os.Stdout).Serve(context.Background(), os.Stdin, map[string]wire.Handler{
		"serve":    wire.Handle(func(_ context.Context, s service) (any, error) { return nil, p.serve(s) }),
		"seen":     wire.Handle(func(context.Context, struct{}) ([]string, error) { return p.sources(), nil }),
		"try":      wire.Handle(func(_ context.Context, a attempt) ([]outcome, error) { return try(a), nil }),
		"keep":     wire.Handle(func(_ context.Context, a attempt) (outcome, error) { return p.keep(a) }),
		"again":    wire.Handle(func(context.Context, struct{}) (outcome, error) { return p.kept.again(), nil }),
		"segments": wire.Handle(func(context.Context, struct{}) (uint32, error) { return p.kept.segments() }),
		"asked":    wire.Handle(func(context.Context, struct{}) ([]string, error) { return p.askers(), nil }),
		"drop":     wire.Handle(func(context.Context, struct{}) (any, error) { return nil, p.kept.conn.Close() }),
		"ask":      wire.Handle(ask),
		"run":      wire.Handle(runProgram),
		"stop":     wire.Handle(func(context.Context, struct{}) (any, error) { p.stop(); return nil, nil }),
		"reply":    wire.Handle(func(_ context.Context, port int) (any, error) { return nil, p.reply(port) }),
		"drive":    wire.Handle(func(_ context.Context, d drive) (driven, error) { return d.run() }),
		"fire":     wire.Handle(func(_ context.Context, v volley) ([]*tried, error) { return v.fire(p.halt, p.over), nil }),
		"sofar":    wire.Handle(func(context.Context, struct{}) ([]tried, error) { return p.sofar(), nil }),
		"halt":     wire.Handle(func(context.Context, struct{}) (any, error) { p.halt <- struct{}{}; return nil, nil }),
		"spawn":    wire.Handle(func(_ context.Context, args []string) (any, error) { return nil, p.spawn(args) }),
	})
	p.stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		return 1
	}
	return 0
}

// page is what the server answers: with its head one packet, and long enough to be
// cut behind its head.
var page = strings.Repeat("all well", 128)

// service is what a node serves: HTTP, by TLS where it has a certificate.
type service struct {
	Port int             `json:"port"`
	TLS  *authority.Pair `json:"tls"`
}

func (p *player) serve(what service) error {
	l, err := net.Listen("tcp4", fmt.Sprintf(":%d", what.Port))
	if err != nil {
		return err
	}
	if what.TLS != nil {
		c, err := what.TLS.TLS()
		if err != nil {
			return err
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{c}})
	}
	s := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0), // clients break handshakes off
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from, _, _ := net.SplitHostPort(r.RemoteAddr)
			p.mu.Lock()
			p.asked = append(p.asked, from)
			p.mu.Unlock()
			_, _ = io.WriteString(w, page)
		}),
		ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateNew {
				p.mu.Lock()
				p.seen = append(p.seen, c.RemoteAddr().(*net.TCPAddr).IP.String())
				p.mu.Unlock()
			}
		},
	}
	p.alive = append(p.alive, s)
	go func() { _ = s.Serve(l) }()
	return nil
}

// reply serves as cheaply as can be, for measurements of the way here.
func (p *player) reply(port int) error {
	l, err := reply(port)
	if err == nil {
		p.alive = append(p.alive, l)
	}
	return err
}

func (p *player) sources() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seen)
}

func (p *player) askers() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}
