package faults

import (
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// SlowRequests keeps a server's workers busy with requests that never end: each
// comes a byte at a time, its header (slowloris) or its body (slow POST).
type SlowRequests struct {
	To string `yaml:"to" jsonschema:"required"` // URL
	// held at a time; what the target closes is opened again
	Connections int `yaml:"connections" jsonschema:"required"`
	// opened per second; default 100/s
	Rate quantity.Rate `yaml:"rate"`
	Part string        `yaml:"part"` // header (default) or body
	// between two bytes; default 1s
	Every time.Duration `yaml:"every"`
	// addresses they come from; default 1
	Sources int `yaml:"sources"`
	// of a handshake; default 5s
	Timeout time.Duration `yaml:"timeout"`
}

// Bounds of the time between two bytes: more often is no longer slow, and more
// seldom looks like a connection that says nothing.
const (
	leastEvery = 50 * time.Millisecond
	mostEvery  = time.Minute
)

// Aim is the URL.
func (s *SlowRequests) Aim() Aim { return Aim{To: s.To} }

// Traits: it counts connections, each with a request that never ends.
func (*SlowRequests) Traits() link.Traits {
	return link.Traits{Counts: link.Connections, Cause: link.Attack,
		Unit: link.Unit{Code: "connections-opened"}}
}

// Bite is one handshake's time.
func (s *SlowRequests) Bite() time.Duration { return 100 * time.Millisecond }

// pace is how many are opened per second.
func (s *SlowRequests) pace() quantity.Rate {
	if s.Rate == 0 {
		return 100
	}
	return s.Rate
}

// step is the time between two bytes.
func (s *SlowRequests) step() time.Duration {
	if s.Every == 0 {
		return time.Second
	}
	return s.Every
}

func (s *SlowRequests) String() string {
	part := "header"
	if s.Part != "" {
		part = s.Part
	}
	return fmt.Sprintf("holds %d requests to %s whose %s comes a byte every %s, %s opened from %s",
		s.Connections, s.To, part, s.step(), s.pace(), addresses(s.Sources))
}

// opening is what each request begins with; then come bytes without an end.
func (s *SlowRequests) opening(to *url.URL) string {
	if s.Part == "body" {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: "+
			"application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n",
			to.RequestURI(), to.Host)
	}
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nX-Slow: ", to.RequestURI(), to.Host)
}

// Addresses is from how many they come.
func (s *SlowRequests) Addresses() int { return s.Sources }

// Sends are connections, each with a request that goes on a byte at a time.
func (s *SlowRequests) Sends(to *url.URL, address string, from []netip.Addr) Traffic {
	w := swarm(address, from, s.Connections, s.pace(), s.Timeout)
	w.Begin, w.Drip, w.Every = s.opening(to), 'x', s.step()
	return Traffic{Swarm: w}
}

// Bind checks the numbers.
func (s *SlowRequests) Bind(name string, site Site) (Injection, error) {
	switch u, err := url.Parse(s.To); {
	case err != nil || u.Scheme != "http":
		return nil, setting("to", "to %q: want an http URL: the bytes are counted out on the "+
			"wire, and TLS would gather them", s.To)
	case s.Part != "" && s.Part != "header" && s.Part != "body":
		return nil, setting("part", "part %q: want header or body", s.Part)
	case s.step() < leastEvery || s.step() > mostEvery:
		return nil, setting("every", "every %s: want %s to %s", s.Every, leastEvery, mostEvery)
	}
	if err := holds(s.Connections, s.pace(), s.Timeout, site); err != nil {
		return nil, err
	}
	return flood{name, site.Load}, nil
}
