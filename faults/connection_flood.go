package faults

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// ConnectionFlood opens connections from addresses of its own and holds them:
// a server that serves so many at a time has none left for the users.
type ConnectionFlood struct {
	// URL; its path does not matter
	To string `yaml:"to" jsonschema:"required"`
	// held at a time; what the target closes is opened again
	Connections int           `yaml:"connections" jsonschema:"required"`
	Rate        quantity.Rate `yaml:"rate" jsonschema:"required"` // opened per second
	// addresses they come from; default 1
	Sources int `yaml:"sources"`
	// nothing (default), or partial: the beginning of a request
	Send string `yaml:"send"`
	// of a handshake; default 5s
	Timeout time.Duration `yaml:"timeout"`
}

// Caps of held connections: the descriptors that a load node can spare, and how
// fast it opens them without falling behind for the users.
const (
	MostConnections               = 4000
	MostOpenings    quantity.Rate = 1000
)

// Aim is the URL.
func (f *ConnectionFlood) Aim() Aim { return Aim{To: f.To} }

// Traits: it counts connections. They may be a leak as well as an attack, and look the
// same from outside: the shorter limit.
func (*ConnectionFlood) Traits() link.Traits {
	return link.Traits{Counts: link.Connections, Cause: link.Attack,
		Unit: link.Unit{Code: "connections-opened"}}
}

// Bite is one handshake's time.
func (f *ConnectionFlood) Bite() time.Duration { return 100 * time.Millisecond }

func (f *ConnectionFlood) String() string {
	what := "that say nothing"
	if f.Send == "partial" {
		what = "with half a request each"
	}
	return fmt.Sprintf("opens %d connections to %s, %s from %s, %s", f.Connections, f.To, f.Rate,
		addresses(f.Sources), what)
}

// Addresses is from how many they come.
func (f *ConnectionFlood) Addresses() int { return f.Sources }

// Sends are connections that say nothing, or half a request.
func (f *ConnectionFlood) Sends(to *url.URL, address string, from []netip.Addr) Traffic {
	w := swarm(address, from, f.Connections, f.Rate, f.Timeout)
	if f.Send == "partial" {
		w.Begin = "GET " + to.RequestURI() + " HTTP/1.1\r\nHost: " + to.Host + "\r\n"
	}
	return Traffic{Swarm: w}
}

func swarm(address string, from []netip.Addr, connections int, rate quantity.Rate,
	timeout time.Duration) *load.Swarm {
	return &load.Swarm{Address: address, Connections: connections, Rate: float64(rate),
		Sources: from, Timeout: cmp.Or(timeout, defaultFloodTimeout)}
}

// Bind checks the numbers.
func (f *ConnectionFlood) Bind(name string, site Site) (Injection, error) {
	if f.Send != "" && f.Send != "nothing" && f.Send != "partial" {
		return nil, setting("send", "send %q: want nothing or partial", f.Send)
	}
	if err := holds(f.Connections, f.Rate, f.Timeout, site); err != nil {
		return nil, err
	}
	return flood{name, site.Load}, nil
}

// holds checks what all faults that hold connections have.
func holds(connections int, rate quantity.Rate, timeout time.Duration, site Site) error {
	switch {
	case connections == 0:
		return setting("connections", "connections is missing: want 1 to %d", MostConnections)
	case connections < 1 || connections > MostConnections:
		return setting("connections", "connections %d: want 1 to %d: lower it, and the target's "+
			"own limit with it", connections, MostConnections)
	case rate <= 0 || rate > MostOpenings:
		return setting("rate", "rate %s: want one above zero and at most %s", rate, MostOpenings)
	case timeout < 0 || timeout > mostFloodTimeout:
		return setting("timeout", "timeout %s: want at most %s", timeout, mostFloodTimeout)
	case len(site.Links) == 0:
		return setting("to", "to leads nowhere")
	}
	return nil
}
