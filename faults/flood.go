package faults

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Flood is an HTTP flood beside the users' load, from addresses of its own. It
// is judged by what the users get meanwhile. It goes to the drill's own targets
// and nowhere else; size it by the target's capacity, not by the machine's.
type Flood struct {
	To string `yaml:"to" jsonschema:"required"` // URL
	// requests per second, once up; x8: times the rate of all load groups
	Rate    quantity.Pace `yaml:"rate" jsonschema:"required"`
	Ramp    time.Duration `yaml:"ramp"`    // time to come up; default at once
	Sources int           `yaml:"sources"` // addresses they come from; default 1
	Mix     []Portion     `yaml:"mix"`     // paths by weight; default that of to
	Timeout time.Duration `yaml:"timeout"` // default 5s
	// PerRequest opens a connection for each request, as many floods do.
	PerRequest bool `yaml:"per-request"`
}

// Portion is a part of a flood's mix.
type Portion struct {
	Get string `yaml:"get"` // path
	// its share of the requests, by what all weights come to; 1 to 1000
	Weight int `yaml:"weight"`
}

// Caps of a flood: what one load node and a machine of two cores can make
// without falling behind for the users.
const (
	MostFloodRate       quantity.Rate = 4000
	mostFloodTimeout                  = 30 * time.Second
	defaultFloodTimeout               = 5 * time.Second
)

// Aim is the URL.
func (f *Flood) Aim() Aim { return Aim{To: f.To} }

// Traits: it counts requests.
func (*Flood) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Attack,
		Unit: link.Unit{Code: "flood-requests-sent"}}
}

// Bite is the pacer's lead and one request's time.
func (f *Flood) Bite() time.Duration { return 100 * time.Millisecond }

func (f *Flood) String() string {
	ramp := ""
	if f.Ramp > 0 {
		ramp = fmt.Sprintf(", reached within %s,", f.Ramp)
	}
	s := fmt.Sprintf("floods %s with %s%s from %s", f.To, f.Rate, ramp, addresses(f.Sources))
	var parts []string
	for _, p := range f.Mix {
		parts = append(parts, fmt.Sprintf("%s ×%d", p.Get, p.Weight))
	}
	if len(parts) > 0 {
		s += ": " + strings.Join(parts, ", ")
	}
	return s
}

// addresses says how many a fault's own traffic comes from; by default one.
func addresses(n int) string {
	if n <= 1 {
		return "1 address"
	}
	return fmt.Sprintf("%d addresses", n)
}

// Beside is the flood once the users' rate is known.
func (f *Flood) Beside(users quantity.Rate) Fault {
	out := *f
	out.Rate = f.Rate.Of(users)
	return &out
}

// Within wants the rate to be reached before the flood is over.
func (f *Flood) Within(on time.Duration) error {
	if f.Ramp > on {
		return setting("ramp", "ramp %s: the fault is on for %s, and would be over before it "+
			"reached its rate: want at most as long, or a lower rate", f.Ramp, on)
	}
	return nil
}

// Addresses is from how many it comes.
func (f *Flood) Addresses() int { return f.Sources }

// Sends are requests, by path and weight.
func (f *Flood) Sends(_ *url.URL, _ string, from []netip.Addr) Traffic {
	limit := cmp.Or(f.Timeout, defaultFloodTimeout)
	g := load.Group{URL: secret.Text(f.To), Method: http.MethodGet,
		Rate: float64(f.Rate.Rate), Ramp: f.Ramp, Users: max(1, len(from)), Timeout: limit,
		Slow: limit, Sources: from, PerRequest: f.PerRequest}
	for _, m := range f.Mix {
		g.Mix = append(g.Mix, load.Part{Path: m.Get, Weight: m.Weight})
	}
	return Traffic{Flood: &g}
}

// Bind checks rate, ramp and mix.
func (f *Flood) Bind(name string, site Site) (Injection, error) {
	switch {
	case f.Rate.Rate <= 0 || f.Rate.Rate > MostFloodRate:
		return nil, setting("rate", "rate %s: want one above zero and at most %s", f.Rate,
			MostFloodRate)
	case f.Ramp < 0:
		return nil, setting("ramp", "ramp %s: must not be negative", f.Ramp)
	case f.Timeout < 0 || f.Timeout > mostFloodTimeout:
		return nil, setting("timeout", "timeout %s: want at most %s", f.Timeout, mostFloodTimeout)
	case len(site.Links) == 0:
		return nil, setting("to", "to leads nowhere")
	}
	for _, p := range f.Mix {
		if _, err := url.Parse(p.Get); err != nil || !strings.HasPrefix(p.Get, "/") ||
			p.Weight < 1 || p.Weight > 1000 {
			return nil, setting("mix", "mix: {get: %q, weight: %d}: want a path that begins with "+
				"/, and a weight of 1 to 1000", p.Get, p.Weight)
		}
	}
	return flood{name, site.Load}, nil
}

// flood is any traffic that the load node lets loose: requests or connections.
type flood struct {
	name string
	load Load
}

// Inject lets it loose.
func (f flood) Inject(ctx context.Context) (link.Bracket, error) {
	return f.load.Flood(ctx, f.name)
}

// Lift cuts it off: nothing of it reaches the target afterwards.
func (f flood) Lift(ctx context.Context) (link.Bracket, error) {
	return f.load.StopFlood(ctx, f.name)
}

// Proof counts the requests it sent over connections that stood, or those
// connections: its own, none of them the users'. What those feel is their onset.
func (f flood) Proof(ctx context.Context) (link.Count, error) {
	return f.load.Flooded(ctx, f.name)
}
