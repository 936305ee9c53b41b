package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// watched is a drill with watchers of every way: their own, a group's, a balancer's
// state, a monitoring's of which nothing is known.
const watched = `
name: watched
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, replicas: 2, ports: [8080], uses: [db]}
  db: {lab: {web: {}}, ports: [8080]}
  other: {lab: {web: {}}, ports: [8080]}
load:
  page: {to: "http://lb:8080/", rate: 200/s, connections: {per: request}}
phases: {baseline: 15s, hold: 10s, recovery: 10s, confirm: 2s}
watch:
  own: {http: {url: "http://lb:8080/"}}
  placed: {http: {url: "http://lb:8080/"}, as: page}
  port: {tcp: {address: "lb:8080"}}
  side: {http: {url: "http://other:8080/"}}
  name: {dns: {name: lb}}
  state-1: {lb: {state: "http://lb:8080/state", server: app-1}}
  value-2: {json: {url: "http://lb:8080/state", path: servers.1.up, equals: "true", about: app-2}}
  pager: {webhook: {port: 9000, resolved: ok}}
  log-2: {log: {of: app-2, match: lost}}
  logs: {log: {of: app, match: lost}}
faults: {f: FAULT}
sla: {recover: 5s}
`

// Which faults a watcher can meet follows from the links that its questions take, and
// those that what it asks takes in turn; links of everything are watchers', too.
func TestWatchersMeet(t *testing.T) {
	for fault, unmet := range map[string]string{
		`{http-status: {link: "page -> lb", code: 503}}`:      "log-2 logs name own port side state-1 value-2",
		`{http-status: {link: "* -> lb", code: 503}}`:         "log-2 logs name side",
		`{http-status: {link: "watch:own -> lb", code: 503}}`: "log-2 logs name placed port side state-1 value-2",
		`{http-status: {link: "lb -> app-1", code: 503}}`:     "log-2 name port side value-2",
		`{http-status: {link: "lb -> app-2", code: 503}}`:     "name port side state-1",
		`{http-status: {link: "app-1 -> db", code: 503}}`:     "log-2 name port side value-2",
		`{kill: {target: app-1}}`:                             "log-2 name port side value-2",
		`{kill: {target: lb}}`:                                "log-2 logs name side",
		`{dns: {from: "*", names: [lb], answer: nxdomain}}`:   "log-2 logs side",
		`{dns: {from: page, names: [lb], answer: nxdomain}}`:  "log-2 logs name own port side state-1 value-2",
		`{dns: {from: "watch:name", answer: nxdomain}}`:       "log-2 logs own placed port side state-1 value-2",
	} {
		p := planned(t, parsed(t, strings.Replace(watched, "FAULT", fault, 1)), Options{})
		var have []string
		for _, w := range p.Header.Watch {
			if slices.Contains(w.Unmet, "f") {
				have = append(have, w.Name)
			}
		}
		if got := strings.Join(have, " "); got != unmet {
			t.Errorf("%s: cannot be met by %q, want %q", fault, got, unmet)
		}
		f := p.Header.Faults[0]
		if of := strings.Contains(fault, "watch:"); of != f.Watchers || of && !f.Unmet {
			t.Errorf("%s: of watchers %v, met by no group %v", fault, f.Watchers, f.Unmet)
		}
	}
	p := planned(t, parsed(t, strings.Replace(watched, "FAULT",
		`{http-status: {link: "page -> lb", code: 503}}`, 1)), Options{})
	for _, w := range p.Header.Watch {
		if w.Name == "own" && w.ToMeet != (timeline.ToMeet{As: "page"}) {
			t.Errorf("watcher own would meet it by %+v", w.ToMeet)
		}
	}
	want := "watcher own cannot meet f by its own way: it detects nothing of it, and is not judged for it; say as: page, so that it asks in their place, or aim the fault at watch:own, too"
	if !slices.Contains(english(p.Notes), want) {
		t.Errorf("notes %q, want %q", english(p.Notes), want)
	}
}

// A watcher that asks where no group does is not told to ask as one: that would cross a link of
// that group, which has no fault either.
func TestWatcherWhereNoGroupAsks(t *testing.T) {
	const drill = `
name: beside
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, replicas: 2, ports: [8080]}
load: {users: {to: "http://lb:8080/", rate: 200/s, connections: {per: request}}}
phases: {baseline: 15s, fault: 10s, recovery: 10s, confirm: 2s}
watch: {probe: {http: {url: "http://app-2:8080/health"}AS}}
faults: {bad: {http-status: {link: lb -> app-2, code: 503}}}
sla: {detect: {probe: 5s}}
`
	for _, as := range []string{"", ", as: users"} {
		written := strings.Replace(drill, "AS", as, 1)
		p := planned(t, parsed(t, written), Options{})
		client := "watch:probe"
		if as != "" {
			client = "users"
		}
		want := "watcher probe cannot meet bad by its own way: it detects nothing of it, and is not " +
			"judged for it; its own link " + client + ` -> app-2 has no fault: aim the fault at "* -> app-2", or ask where users do`
		if !slices.Contains(english(p.Notes), want) {
			t.Errorf("notes %q, want %q", english(p.Notes), want)
		}
		if by := p.Objectives()[0].By.English; by != `undecided: the watcher cannot meet it; aim the fault at "* -> app-2"` {
			t.Errorf("judged by %q", by)
		}
		cured := strings.Replace(written, "link: lb -> app-2", `link: "* -> app-2"`, 1)
		if w := planned(t, parsed(t, cured), Options{}).Header.Watch[0]; len(w.Unmet) > 0 {
			t.Errorf("with its cure: cannot meet %q", w.Unmet)
		}
	}
}
