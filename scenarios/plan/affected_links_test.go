package plan

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// resolving is a drill with all that may ask the drill's resolver: two cohorts, an embedded
// balancer, a server with a database, and an image that is not Stormdrill's.
const resolving = `
name: askers
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, replicas: 3, ports: [8080]}
  till: {lab: {sql: {dsn: "postgres://till@db:5432/till"}}, ports: [8080], uses: [db]}
  db: {image: "postgres:15", ports: [5432]}
  own: {image: "haproxy:3.0", ports: [8080], uses: [app]}
  new: {lab: {web: {}}, ports: [8080]}
load:
  page:
    to: "http://lb:8080/"
    rate: 200/s
    sources: 10
    connections: {per: request}
    cohorts:
      cached: {share: 70%, dns-cache: 2m}
      fresh: {share: 20%, dns-cache: 0s}
      plain: {share: 10%}
  tills: {to: "http://till:8080/", rate: 100/s}
  others: {to: "http://own:8080/", rate: 100/s}
phases: {baseline: 15s, hold: 10s, recovery: 10s, confirm: 2s}
faults: {f: FAULT}
sla: {recover: 5s}
`

// Which clients ask, and when, decides what a changed answer can hit, and what is said of
// it.
func TestDNSHitsClientsThatAsk(t *testing.T) {
	const once = "lb asks for app once a second, apart from requests, and "
	for _, c := range []struct {
		fault, cache string
		share        float64
		scope, note  string // the note that begins so, after the fault's name
	}{
		{"from: page, answer: nxdomain", "2m", 0.15, sla.ScopeRegion,
			"page/cached have asked for lb in the baseline and keep the answer for 2m0s"},
		{"from: page, answer: nxdomain", "20s", 0.5, sla.ScopeRegion, ""}, // the fault outlasts the cache
		{"from: page, names: [lb], answer: stale, to: new", "2m", 0.4, sla.ScopeRegion, ""},
		{"from: lb, answer: nxdomain", "2m", 0, sla.ScopeCore, once +
			"keeps to the addresses it has where an answer fails or is late: requests and checks go on"},
		{"from: lb, answer: slow, delay: 1s", "2m", 0, sla.ScopeCore, once + "keeps"},
		{"from: lb, answer: wrong", "2m", 0.5, sla.ScopeCore, once +
			"sends all of them to where an answer leads"},
		{"from: lb, names: [app], answer: stale, to: new", "2m", 0.5, sla.ScopeCore, once +
			"sends"},
		{"from: till, answer: nxdomain", "2m", 0.25, sla.ScopeCore,
			"till asks for db with each new connection, and keeps those it has"},
		{"from: own, answer: nxdomain", "2m", 0.25, sla.ScopeCore,
			"when own asks for app, and how long it keeps an answer, is its own affair"},
	} {
		t.Run(c.fault+" "+c.cache, func(t *testing.T) {
			text := strings.NewReplacer("FAULT", "{dns: {"+c.fault+"}}", "dns-cache: 2m",
				"dns-cache: "+c.cache).Replace(resolving)
			p := planned(t, parsed(t, text), Options{})
			if f := p.Header.Faults[0]; math.Abs(f.Share-c.share) > 1e-9 || f.Scope != c.scope {
				t.Errorf("share %g, scope %s: want %g, %s", f.Share, f.Scope, c.share, c.scope)
			}
			said := slices.DeleteFunc(slices.Clone(english(p.Notes)),
				func(n string) bool { return !strings.HasPrefix(n, "fault f: ") })
			if c.note != "" && !slices.ContainsFunc(said,
				func(n string) bool { return strings.HasPrefix(n, "fault f: "+c.note) }) {
				t.Errorf("have %q, want %q", said, c.note)
			}
			for _, n := range said {
				if strings.Contains(n, "per-request") || c.share > 0 &&
					strings.Contains(n, "nothing will be proven") {
					t.Errorf("have %q", n)
				}
			}
		})
	}
}

// Users whose connections end with each request are never idle: they are not counted
// among those that idle-drop can hit, beside others that are.
func TestIdleDropHitsConnectionsThatCanBeIdle(t *testing.T) {
	text := strings.Replace(two, "FAULT", `{idle-drop: {link: "* -> *", after: 2s}}`, 1)
	f := planned(t, parsed(t, text), Options{}).Header.Faults[0]
	if math.Abs(f.Share-0.75) > 1e-9 || !slices.Equal(f.Groups, []string{"many"}) {
		t.Errorf("share %g of %q, want the 75%% of many", f.Share, f.Groups)
	}
}

// Of a flood that comes up slowly the plan says so.
func TestRampIsShown(t *testing.T) {
	const want = "with 800/s (×16 the users' rate), reached within 2s, from 32 addresses"
	if have := planned(t, shipped(t, "flood"),
		Options{}).Header.Faults[0].What; !strings.Contains(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

// Clients whose names will move are given a TTL for the answers from the start, and no
// others are.
func TestStaleNamesHaveTheirTTL(t *testing.T) {
	text := strings.Replace(resolving, "FAULT",
		"{dns: {from: own, names: [app], answer: stale, to: new, ttl: 6s}}", 1)
	for _, c := range planned(t, parsed(t, text), Options{}).Switchboard.Clients {
		if own := c.Name == "own"; own != (c.TTL["app"] == 6) || !own && c.TTL != nil {
			t.Errorf("%s: %v", c.Name, c.TTL)
		}
	}
}
