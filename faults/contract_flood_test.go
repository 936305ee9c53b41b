//go:build drill

package faults_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

const (
	floodPath = "crowd -> app:8080"
	crowd     = 8 // addresses
)

var (
	crowdAddr  = netip.MustParseAddr("198.18.1.101")
	crowdAlias = netip.MustParseAddr("198.18.3.201")
	crowdLink  = netip.MustParseAddrPort("198.18.2.4:8080")
	loadAddr   = netip.MustParseAddr("198.18.0.100")
)

// playLoad runs the real load node, and then looks for what it left.
func playLoad() int {
	err := loadgen.Run(context.Background(), os.Stdin, os.Stdout)
	if err = errors.Join(err, goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, "load node:", err)
		return 1
	}
	return 0
}

// crowded is the suite's drill with a crowd of its own, by a kernel link.
func crowded() link.Spec {
	s := spec(false)
	s.Links = append(s.Links, link.Link{ID: floodPath, From: "crowd", To: "app", Name: "app",
		Addr: crowdLink.Addr(), Port: 8080, Node: appAddr})
	s.Clients = append(s.Clients, link.Client{Name: "crowd", Addresses: addresses(crowdAddr),
		Aliases: addresses(crowdAlias)})
	return s
}

func addresses(from netip.Addr) (all []netip.Addr) {
	for range crowd {
		all, from = append(all, from), from.Next()
	}
	return all
}

// floods is the load node's control, as the CLI has it.
type floods struct {
	l    *lab
	load *part
}

func (f floods) Flood(ctx context.Context, name string) (link.Bracket, error) {
	return f.call(ctx, "flood", load.Let{Name: name})
}

func (f floods) StopFlood(ctx context.Context, name string) (link.Bracket, error) {
	return f.call(ctx, "stop-flood", name)
}

func (f floods) Flooded(ctx context.Context, name string) (link.Count, error) {
	var d load.FloodStats
	err := f.load.Call(ctx, "flooded", name, &d)
	return link.Count{Unit: d.Unit, Own: true, Detail: d.Detail, Total: d.Sent, First: d.First,
		Last: d.Last, Active: d.Active}, err
}

func (f floods) call(ctx context.Context, call string, name any) (link.Bracket, error) {
	var d load.FloodStats
	err := f.load.Call(ctx, call, name, &d)
	return link.Bracket{Before: d.Since, After: d.At}, err
}

// torrents is one row per fault that makes traffic of its own.
var torrents = []struct {
	fault faults.Fault
	spec  func(*load.Spec)
	// exact: connections are counted, and the target saw as many; else it is requests:
	// those that it read are counted, and no more than it saw connections.
	exact bool
}{
	{&faults.Flood{To: "http://app:8080/", Rate: quantity.Pace{Rate: 200}, Sources: crowd,
		PerRequest: true}, func(s *load.Spec) {
		s.Floods = []load.Group{{Name: "crowd", URL: "http://app:8080/", Method: "GET", Rate: 200,
			Users: crowd, Sources: addresses(crowdAddr),
			Timeout: 5 * time.Second, Slow: 5 * time.Second, PerRequest: true}}
	}, false},
	{&faults.ConnectionFlood{To: "http://app:8080/", Connections: 100, Rate: 500, Sources: crowd},
		func(s *load.Spec) {
			s.Swarms = []load.Swarm{{Name: "crowd", Address: "app:8080", Connections: 100,
				Rate:    500,
				Sources: addresses(crowdAddr), Timeout: 5 * time.Second}}
		}, true},
	{&faults.SlowRequests{To: "http://app:8080/", Connections: 100, Rate: 500,
		Every: 50 * time.Millisecond, Sources: crowd}, func(s *load.Spec) {
		s.Swarms = []load.Swarm{{Name: "crowd", Address: "app:8080", Connections: 100, Rate: 500,
			Sources: addresses(crowdAddr), Timeout: 5 * time.Second,
			Begin: "GET / HTTP/1.1\r\nX-Slow: ", Drip: 'x', Every: 50 * time.Millisecond}}
	}, true},
}

// A fault's own traffic: none before Inject; it comes from addresses of its own,
// which the target sees; the proof counts what the target saw; after Lift there
// is none, and users are as well as before.
func TestContractFloods(t *testing.T) {
	t.Parallel()
	for _, d := range torrents {
		t.Run(strings.TrimPrefix(fmt.Sprintf("%T", d.fault), "*faults."), func(t *testing.T) {
			l := newLab(t, crowded())
			f := floods{l, l.start("load", "load", append(addresses(crowdAddr), loadAddr)...)}
			t.Cleanup(func() { l.end(f.load) })
			s := load.Spec{Run: run, Subnet: subnet, Resolver: boardAddr}
			d.spec(&s)
			l.call(f.load, "prepare", s, nil)
			in, err := d.fault.Bind("crowd", faults.Site{Links: crowded().Links[3:], Load: f})
			l.must(err)
			_, err = in.Lift(t.Context()) // without Inject
			l.must(err)
			if c := l.proof(in); c.Total != 0 || c.Active {
				t.Errorf("before Inject: %+v", c)
			}
			var last uint64
			for range 2 {
				last = l.floodOnce(in, d.exact, last)
			}
			if _, err := in.Lift(t.Context()); err != nil || l.proof(in).Total != last {
				t.Errorf("lifted twice: %v, %+v, was %d", err, l.proof(in), last)
			}
			l.clean()
		})
	}
}

// floodOnce injects and lifts, and gives what was counted in all.
func (l *lab) floodOnce(in faults.Injection, exact bool, before uint64) uint64 {
	l.t.Helper()
	seen, asked := l.crowdSeen(), l.crowdCount("asked")
	ctx, cancel := context.WithCancel(l.t.Context())
	b, err := in.Inject(ctx)
	l.must(err)
	for deadline := time.Now().Add(20 * time.Second); l.proof(in).Total < before+100; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("still %+v", l.proof(in))
		}
	}
	users := row{fault: &faults.Refuse{}, hit: func(outcome) bool { return false }}
	users.wantWell(l, "beside it")
	cancel() // a lift comes after an interrupt too
	_, err = in.Lift(context.WithoutCancel(ctx))
	l.must(err)
	c := l.proof(in)
	if c.Active || !c.Own || c.Users != 0 || c.First < b.Before && before == 0 || c.Last < c.First {
		l.t.Errorf("proof %+v, injected at %d", c, b.Before)
	}
	// The target reports connections in the order in which they were made: once it answers
	// users who came after the lift, it has reported all before.
	users.wantWell(l, "after it")
	n, came := int(c.Total-before), 0
	soon(func() bool { came = l.crowdSeen() - seen; return came >= n })
	read := l.crowdCount("asked") - asked
	if exact && came != n || came < n || !exact && read > n {
		l.t.Errorf("the target saw %d connections, and %d requests; counted were %d", came, read, n)
	}
	time.Sleep(200 * time.Millisecond)
	if more := l.crowdSeen() - seen - came; more != 0 {
		l.t.Errorf("%d came after the lift", more)
	}
	return c.Total
}

// crowdSeen counts the crowd's connections at the target.
func (l *lab) crowdSeen() int {
	l.t.Helper()
	return l.crowdCount("seen")
}

// crowdCount counts what the target has of the crowd, and wants all of its addresses
// in it.
func (l *lab) crowdCount(what string) (n int) {
	l.t.Helper()
	var all []string
	l.call(l.app, what, struct{}{}, &all)
	from := map[string]bool{}
	for _, a := range all {
		for _, alias := range addresses(crowdAlias) {
			if a == alias.String() {
				n++
				from[a] = true
			}
		}
	}
	if n > 0 && len(from) != crowd {
		l.t.Errorf("the crowd came from %d addresses, want %d", len(from), crowd)
	}
	return n
}
