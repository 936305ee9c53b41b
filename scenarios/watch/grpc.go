package watch

import (
	"fmt"
	"net/url"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// GRPC is an active check by gRPC's standard health service (grpc.health.v1): it connects
// anew each time, and wants SERVING.
type GRPC struct {
	URL string `yaml:"url" jsonschema:"required"` // "grpc://app:9090"; grpcs:// by TLS
	// that is asked about, such as shop.v1.Cart; default the server as a whole
	Service string `yaml:"service"`
	// file beside the scenario, trusted besides the drill's own authority
	CA    string        `yaml:"ca"`
	Every time.Duration `yaml:"every"` // between two questions; default 1s
	// of connecting and the answer; default 1s
	Timeout time.Duration `yaml:"timeout"`
	// bad answers in a row that are an alarm; default 1
	Fails int `yaml:"fails"`
	// good answers in a row that end it; default 1
	Oks int `yaml:"oks"`
}

// Traits: each answer is good or bad by itself.
func (*GRPC) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// Plan has the load node ask.
func (g *GRPC) Plan(p Planner) {
	u, err := url.Parse(g.URL)
	if err != nil || u.Scheme != "grpc" && u.Scheme != "grpcs" || u.Port() == "" ||
		u.Path+u.RawQuery+u.Fragment != "" || u.User != nil {
		p.Problem("url", "url %q: want grpc://NAME:PORT, or grpcs://NAME:PORT by TLS, such as "+
			"grpc://app:9090; what is asked about is its service", g.URL)
		return
	}
	secured := u.Scheme == "grpcs"
	if g.CA != "" && !secured {
		p.Problem("ca", "ca: it is asked without TLS: want grpcs://%s, or no ca", u.Host)
		return
	}
	about := g.Service
	if about == "" {
		about = "the server"
	}
	p.Connects("url", u.Host)
	p.InARow(g.Fails, g.Oks)
	p.Check(link.Tell("asks-grpc", fmt.Sprintf("asks %s for the health of %s", u, about), "url",
		fmt.Sprint(u), "service", g.Service), g.Every, g.Timeout,
		load.Check{GRPC: &load.GRPCProbe{Address: u.Host, Service: g.Service, TLS: secured,
			CA: p.Authority("ca", g.CA)}})
}
