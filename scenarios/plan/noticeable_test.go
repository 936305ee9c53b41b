package plan

import (
	"slices"
	"strings"
	"testing"
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
	want := "watcher own cannot meet f by its own way: it detects nothing of it, and is not convicted; say as: page, so that it asks in their place, or aim the fault at watch:own, too"
	if !slices.Contains(p.Notes, want) {
		t.Errorf("notes %q, want %q", p.Notes, want)
	}
}
