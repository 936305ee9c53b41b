package watch

import (
	"net"
	"net/url"
	"regexp"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Redis is an active check of a Redis, or of what acts as one: it connects anew each time,
// and wants an answer to PING, or a key to have a value.
type Redis struct {
	// URL is where: redis://probe:${env:PASSWORD}@cache:6379/0, or rediss:// by TLS.
	URL    secret.Text `yaml:"url" jsonschema:"required"`
	Get    string      `yaml:"get"`    // a key, which has to be there; default PING is asked
	Equals string      `yaml:"equals"` // what its value has to be; default any
	// file beside the scenario, trusted besides the drill's own authority
	CA      string        `yaml:"ca"`
	Every   time.Duration `yaml:"every"`   // between two questions; default 1s
	Timeout time.Duration `yaml:"timeout"` // of connecting and the answer; default 1s
	Fails   int           `yaml:"fails"`   // bad answers in a row that are an alarm; default 1
	Oks     int           `yaml:"oks"`     // good answers in a row that end it; default 1
}

// Traits: each answer is good or bad by itself.
func (*Redis) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// database is the path of a Redis's URL.
var database = regexp.MustCompile(`^/?[0-9]*$`)

// Plan has the load node ask.
func (r *Redis) Plan(p Planner) {
	u, err := url.Parse(r.URL.Outline())
	if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Host == "" ||
		secret.Outlined(u.Scheme+u.Host+u.Path) || !database.MatchString(u.Path) ||
		u.RawQuery+u.Fragment != "" {
		p.Problem("url", "url %q: want redis://probe:${env:PASSWORD}@cache:6379/0, or rediss:// "+
			"by TLS, whose host, port and database are written out: plan and record show them",
			r.URL)
		return
	}
	at := u.Host
	if u.Port() == "" {
		at = net.JoinHostPort(u.Hostname(), "6379")
	}
	switch {
	case r.Equals != "" && r.Get == "":
		p.Problem("equals", "equals: it is a key's value: want get, the key")
		return
	case r.CA != "" && u.Scheme == "redis":
		p.Problem("ca", "ca: it is asked without TLS: want rediss://, or no ca")
		return
	}
	asked := "PING"
	if r.Get != "" {
		asked = "GET " + r.Get
	}
	p.Connects("url", at)
	p.InARow(r.Fails, r.Oks)
	p.Check(link.Tellf("asks-redis", "asks the Redis at %s: %s", "address", at, "command", asked),
		r.Every, r.Timeout,
		load.Check{Redis: &load.RedisProbe{URL: r.URL, Get: r.Get, Equals: r.Equals,
			CA: p.Authority("ca", r.CA)}})
}
