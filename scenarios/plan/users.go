package plan

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Bounds of a drill's load.
const (
	// MostRate is the most requests per second that a drill plans: above it
	// vegeta on two cores, sharing them with its targets, misses its own schedule.
	MostRate quantity.Rate = 8000
	// MostSources is the most addresses that a drill's users come from.
	MostSources = 200
	// mostOwn is how many users may each keep a connection: below the descriptors
	// that an engine gives a container by default.
	mostOwn = 5000
	// mostTimeout bounds how long the end of a run waits for requests in flight.
	mostTimeout = 60 * time.Second
)

// userLoad is the pass that makes the load: the groups as the load node runs them, and what
// they reach by that.
type userLoad struct {
	*diagnostics
	host      hostAccess
	endpoints endpoints
	sources   *sources
	groups    groups
	phases    scenarios.Phases
}

// userLoadOut is the users' load.
type userLoadOut struct {
	groups    []load.Group
	header    []timeline.Group
	consumers []*consumer
	asked     protocols
}

func (p userLoad) load() (out userLoadOut) {
	var rate quantity.Rate
	for _, name := range sortedKeys(p.groups) {
		g := p.groups[name]
		rate += g.Rate
		n := max(1, g.Sources)
		p.group(name, g, p.sources.take(at("load", family(name), "sources"), n), &out)
	}
	if len(p.groups) > 0 && len(p.groups.judged()) == 0 {
		p.problem(at("load"), "load: all groups are references, and none is the users': nothing "+
			"would be judged")
	}
	if rate > MostRate {
		p.problem(at("load"), "load of %s in all: one load node keeps its schedule up to %s; "+
			"lower the rates", rate, MostRate)
	}
	out.asked = p.endpoints.asked
	return out
}

// group makes one group, with what it leaves out filled in.
func (p userLoad) group(name string, g *scenarios.Group, from []netip.Addr, out *userLoadOut) {
	p.checkGroup(name, g)
	c := newConsumer(name, kindUsers, from...)
	c.of = family(name)
	if end, ok := p.endpoints.endpoint(at("load", family(name), "to"), g.To); ok {
		for _, n := range p.endpoints.nodesOf(end.host) {
			c.wants[want{n, end.port}] = true
		}
	}
	spec := load.Group{
		Name: name, URL: g.To, Method: orElse(g.Method, http.MethodGet), Headers: g.Headers,
		Body:   g.Body,
		Expect: g.Expect, Rate: float64(g.Rate), Users: users(g),
		Timeout: orElse(g.Timeout, scenarios.DefaultTimeout),
		Slow:    orElse(g.Slow, scenarios.DefaultSlow),
		Sources: from, CA: p.host.authority(at("load", family(name), "ca"), g.CA),
		DNSCache: g.DNSCache,
		Writes:   p.writes(name, g, c),
	}
	if g.Writes != nil {
		spec.Method = orElse(g.Method, http.MethodPost)
	}
	if c := g.Connections; c != nil {
		spec.PerRequest, spec.PerUser, spec.Live, spec.KeepAlive = c.Per == "request",
			c.Per == "user", c.Live, c.Keepalive
	}
	out.consumers = append(out.consumers, c)
	out.groups = append(out.groups, spec)
	out.header = append(out.header,
		timeline.Group{Name: name, Rate: spec.Rate, Users: spec.Users, Slow: spec.Slow,
			Timeout: spec.Timeout, Connections: policy(g.Connections),
			Expect: spec.Expect.String(), Ledger: g.Writes != nil, Reference: g.Reference})
}

// policy is a group's connection policy, by its keys; empty: none is written.
func policy(c *scenarios.Connections) string {
	if c == nil {
		return ""
	}
	var said []string
	by := scenarios.Settings(c)
	for _, key := range sortedKeys(by) {
		said = append(said, key+": "+by[key])
	}
	return strings.Join(said, ", ")
}

// users is how many synthetic users a group has: at least one per source.
func users(g *scenarios.Group) int {
	return orElse(g.Users, max(scenarios.DefaultUsers, g.Sources))
}

func (p userLoad) checkGroup(name string, g *scenarios.Group) {
	sub := func(keys ...string) []string { return append(at("load", family(name)), keys...) }
	if g.Rate < 0 || g.Rate == 0 && !p.mistyped(at("load", family(name))) {
		p.problem(sub("rate"), "group %s: want a rate above zero, such as 100/s", name)
	}
	if g.Users < 0 || g.Users > 1_000_000 {
		p.problem(sub("users"), "users %d: want 1 to 1000000", g.Users)
	}
	if g.Sources < 0 {
		p.problem(sub("sources"), "sources %d: want 1 to %d", g.Sources, MostSources)
	}
	if g.Sources > users(g) {
		p.problem(sub("sources"), "%d sources for %d users: a user keeps to one source, so want "+
			"at most as many", g.Sources, users(g))
	}
	if g.Timeout > mostTimeout {
		p.problem(sub("timeout"), "timeout %s: want at most %s, for the end of the run waits for "+
			"requests in flight", g.Timeout, mostTimeout)
	}
	if slow, limit := orElse(g.Slow, scenarios.DefaultSlow),
		orElse(g.Timeout, scenarios.DefaultTimeout); slow > limit {
		p.problem(sub("slow"), "slow %s: no request lasts longer than the timeout of %s, so want "+
			"less", slow, limit)
	}
	if _, err := http.NewRequest(orElse(g.Method, http.MethodGet), "http://name/",
		nil); err != nil {
		p.problem(sub("method"), "method %q: want one such as GET or POST", g.Method)
	}
	if err := probe.CheckHeaders(g.Headers); err != nil {
		p.problem(sub("headers"), "%v", err)
	}
	checkExpect(p.diagnostics, sub("expect"), g.Expect)
	c := g.Connections
	if c == nil {
		return
	}
	if c.Per != "" && c.Per != "request" && c.Per != "user" {
		p.problem(sub("connections", "per"), `per %q: want "request" or "user"`, c.Per)
	}
	if c.Per == "request" && c.Live+c.Keepalive > 0 {
		p.problem(sub("connections"), "connections: a connection per request is not kept: want "+
			"per: request, or live and keepalive")
	}
	if c.Keepalive%time.Second != 0 || c.Keepalive < 0 {
		p.problem(sub("connections", "keepalive"),
			"keepalive %s: the kernel counts whole seconds, so want 1s or more of them",
			c.Keepalive)
	}
	if c.Per == "user" && users(g) > mostOwn {
		p.problem(sub("connections", "per"),
			"per user: %d users would keep as many connections: want at most %d users", users(g),
			mostOwn)
	}
}
