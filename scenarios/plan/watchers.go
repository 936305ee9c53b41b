package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// watchers is the pass that makes the detectors: checks of the load node, hooks, and what
// the record has to say of them.
type watchers struct {
	*diagnostics
	host      hostAccess
	endpoints endpoints
	subnet    subnet
	draws     draws
	written   map[string]*watch.Config
	load      map[string]*scenarios.Group // as it is written, with cohorts
	targets   []string                    // names
	faults    []string                    // names
	groups    groups
	consumers consumers // that a watcher may ask as
}

// watchersOut are the watchers, and what they reach.
type watchersOut struct {
	kinds     map[string]watch.Kind
	asks      map[string]link.Text // how, by watcher
	header    []timeline.Watcher
	questions map[string]questions // by watcher
	checks    []load.Check
	hooks     []load.Hook
	waits     map[hook]string // → the watcher that waits there, the first of several
	consumers []*consumer     // of those that have links of their own
	asGroups  []*consumer     // what those that ask as a group add to it
	asked     protocols
	every     time.Duration // longest period of a check
}

func (p watchers) detectors() watchersOut {
	out := watchersOut{kinds: map[string]watch.Kind{}, questions: map[string]questions{},
		waits: map[hook]string{}, asks: map[string]link.Text{}}
	for i, name := range named(p.diagnostics, "watch", p.written) {
		c := p.written[name]
		keys := at("watch", name)
		kinds, values := scenarios.Chosen(c)
		if len(kinds) != 1 {
			if !p.mistyped(keys) {
				p.problem(keys, "watcher %s: want exactly one of %s; there %s", name,
					strings.Join(scenarios.KindNames(scenarios.WatchKinds()), ", "), amount(kinds))
			}
			continue
		}
		kind := values[0].(watch.Kind)
		d := detector{p: p, out: &out, name: name, keys: append(keys, kinds[0]), as: c.As}
		d.watcher = timeline.Watcher{Name: name, Kind: kinds[0], WatcherTraits: kind.Traits(),
			Fails: 1, Oks: 1, Of: c.Of}
		if c.Of != "" && !slices.Contains(p.faults, c.Of) {
			p.problem(append(keys, "of"), "no fault is named %q: %s", c.Of,
				scenarios.Listed(c.Of, p.faults))
		}
		if x, ok := kind.(watch.Asking); ok {
			d.as = orElse(d.as, x.Client())
		}
		d.from(c.From, kind)
		d.place(i)
		d.asked = questions{port: d.watcher.Port}
		if d.client != nil {
			d.asked.client = d.client.name
		}
		kind.Plan(&d)
		kind = d.hosted(kind)
		out.questions[name] = d.asked
		out.kinds[name] = kind
		out.header = append(out.header, d.watcher)
	}
	if len(p.written) > mostWatchers {
		p.problem(at("watch"), "%d watchers: a drill's network has room for %d", len(p.written),
			mostWatchers)
	}
	out.asked = p.endpoints.asked
	return out
}

// someCohort is the first cohort of a group that has any: where a check asks as
// the group, one place has to be chosen. Any other name is itself.
func (p watchers) someCohort(name string) string {
	g := p.load[name]
	if g == nil || len(g.Cohorts) == 0 {
		return name
	}
	first := name + "/" + sortedKeys(g.Cohorts)[0]
	p.note("note-first-cohort",
		"a watcher that asks as %s does so from the place of %s",
		"group", name, "cohort", first)
	return first
}
