package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// watchers makes the detectors: checks of the load node, hooks, and what the
// record has to know of them.
func (p *planner) watchers() {
	for i, name := range named(p, "watch", p.s.Watch) {
		c := p.s.Watch[name]
		keys := at("watch", name)
		kinds, values := scenarios.Chosen(c)
		if len(kinds) != 1 {
			if !p.mistyped(keys) {
				p.problem(keys, "watcher %s: want exactly one of %s; there %s", name, strings.Join(scenarios.KindNames(scenarios.WatchKinds()), ", "), amount(kinds))
			}
			continue
		}
		kind := values[0].(watch.Kind)
		d := detector{p: p, name: name, keys: append(keys, kinds[0]), as: c.As}
		d.watcher = timeline.Watcher{Name: name, Kind: kinds[0], WatcherTraits: kind.Traits(), Fails: 1, Oks: 1, Of: c.Of}
		if _, ok := p.s.Faults[c.Of]; c.Of != "" && !ok {
			p.problem(append(keys, "of"), "no fault is named %q: %s", c.Of, scenarios.Listed(c.Of, sortedKeys(p.s.Faults)))
		}
		if x, ok := kind.(watch.Asking); ok {
			d.as = orElse(d.as, x.Asker())
		}
		d.place(i)
		d.asked = questions{client: d.client, port: d.watcher.Port}
		kind.Plan(&d)
		p.asking[name] = d.asked
		p.plan.Watchers[name] = kind
		p.plan.Header.Watch = append(p.plan.Header.Watch, d.watcher)
	}
	if len(p.s.Watch) > mostWatchers {
		p.problem(at("watch"), "%d watchers: a drill's network has room for %d", len(p.s.Watch), mostWatchers)
	}
}

// detector is one watcher in the making, and what it is planned with.
type detector struct {
	p       *planner
	name    string
	keys    []string // that lead to its kind
	as      string
	watcher timeline.Watcher

	client string     // whose links it uses
	source netip.Addr // where its questions come from
	asked  questions
}

// questions are a watcher's, and whom they go to.
type questions struct {
	client  string   // whose links they take
	unknown bool     // it hears of things by a way that is not known here
	names   bool     // they go to the resolver alone
	port    bool     // what is behind the port is not asked
	nodes   []string // that are asked, or whose log is read
	log     bool     // their log is
	states  []string // nodes whose state is read there
	endless string   // why it is never known to be content again; empty: it is
}

func (d *detector) at(key string) []string { return append(slices.Clip(d.keys), key) }

// place gives the detector links of its own, or those of a group; an address of
// its own in either case, by which its questions are told from the users'.
func (d *detector) place(i int) {
	p := d.p
	own := p.address(0, firstWatcher+min(i, mostWatchers-1))
	d.as = p.someCohort(d.as)
	switch g := p.consumers[d.as]; {
	case (d.watcher.Local || d.watcher.Told) && d.as != "":
		p.problem(at("watch", d.name, "as"), "as: a %s asks nothing inside the drill's network", d.watcher.Kind)
	case d.watcher.Local || d.watcher.Told:
	case d.as == "":
		d.client, d.source = "watch:"+d.name, own
		p.addConsumer(d.client, kindWatcher, at("watch", d.name), d.source)
	case g == nil || g.kind != kindUsers:
		p.problem(at("watch", d.name, "as"), "no load group is named %q: %s", d.as, scenarios.Listed(d.as, sortedKeys(p.load)))
	default:
		d.client, d.source = d.as, own
		g.addresses = append(g.addresses, own)
	}
}

// Problem tells a mistake at one of its keys.
func (d *detector) Problem(key, format string, args ...any) { d.p.problem(d.at(key), format, args...) }

// Asks wants a link to where a URL leads.
func (d *detector) Asks(key string, url secret.Text) {
	end, _ := d.p.endpoint(d.at(key), url)
	d.p.wants(d.client, end.host, end.port)
	d.asked.nodes = append(d.asked.nodes, d.p.nodesOf(end.host)...)
}

// Connects wants a link to an address.
func (d *detector) Connects(key, address string) {
	end, _ := d.p.hostPort(d.at(key), address)
	d.p.wants(d.client, end.host, end.port)
	d.asked.nodes = append(d.asked.nodes, d.p.nodesOf(end.host)...)
}

// Resolves wants links to all ports of a target: a name is known to those who use it.
func (d *detector) Resolves(key, target string) {
	d.asked.names = true
	nodes := d.p.nodesOf(target)
	if len(nodes) == 0 {
		d.p.dangling(d.at(key), "no target or replica is named %q: %s", target, scenarios.Listed(target, sortedKeys(d.p.s.Targets)))
	}
	for _, n := range nodes {
		for _, port := range d.p.nodes[n].Spec.Ports {
			d.p.wants(d.client, n, port)
		}
	}
}

// Node wants a node to be there, whose state is read where it asks.
func (d *detector) Node(key, name string) {
	if _, ok := d.p.nodes[name]; ok {
		d.asked.states = append(d.asked.states, name)
	} else {
		d.p.dangling(d.at(key), "no node is named %q: %s", name, scenarios.Listed(name, sortedKeys(d.p.nodes)))
	}
}

// Logs wants nodes to be there, whose log is read.
func (d *detector) Logs(key, target string) {
	d.asked.log, d.asked.nodes = true, d.p.nodesOf(target)
	if len(d.asked.nodes) == 0 {
		d.p.dangling(d.at(key), "no target or replica is named %q: %s", target, scenarios.Listed(target, d.p.hosts()))
	}
}

// Anyhow takes it that the watcher can meet every fault.
func (d *detector) Anyhow() { d.asked.unknown = true }

// Expects checks what a good answer is.
func (d *detector) Expects(key string, e load.Expect) { d.p.expects(d.at(key), e) }

// Authority reads a file of certificates.
func (d *detector) Authority(key, file string) string { return d.p.authority(d.at(key), file) }

// Runs says what runs on this machine.
func (d *detector) Runs(line string, every time.Duration) {
	d.asked.unknown = true
	d.watcher.Every = every
	d.watcher.What = fmt.Sprintf("runs %s every %s, on this machine%s", line, every, d.inARow())
	d.p.every = max(d.p.every, every)
}

// Waits says where it waits to be told.
func (d *detector) Waits(what, match, resolved string) {
	d.watcher.What, d.watcher.Match, d.watcher.Resolved = what, match, resolved
}

// Endless keeps an end of its alarms from being asked for.
func (d *detector) Endless(why string) { d.asked.endless = why }

// hook is where a watcher waits to be told.
type hook struct {
	port        int
	path, token string
	local       bool
}

// Hook has the load node wait, under the name that leads to it, unless another watcher has it
// wait there already.
func (d *detector) Hook(h load.Hook, local bool) {
	at := hook{h.Port, h.Path, string(h.Token), local}
	if local || at.token != "" { // which follows it
		at.path = strings.TrimSuffix(at.path, "/")
	}
	if first, taken := d.p.hooks[at]; taken {
		d.watcher.Hook = first
		return
	}
	d.p.hooks[at] = d.name
	if local {
		return
	}
	h.Name = d.name
	d.p.plan.Load.Hooks = append(d.p.plan.Load.Hooks, h)
	d.p.plan.Switchboard.Names = map[string]netip.Addr{"hooks": d.p.plan.LoadAddr}
}

// InARow takes how many answers in a row make a finding.
func (d *detector) InARow(fails, oks int) {
	for _, c := range []struct {
		key string
		n   int
		to  *int
	}{{"fails", fails, &d.watcher.Fails}, {"oks", oks, &d.watcher.Oks}} {
		if c.n < 0 {
			d.p.problem(d.at(c.key), "%s %d: want 1 or more", c.key, c.n)
		}
		*c.to = cmp.Or(max(c.n, 0), 1)
	}
}

// shortestEvery keeps a check from becoming a load of its own.
const shortestEvery = 10 * time.Millisecond

// Check adds a check of the load node, at a phase drawn at random.
func (d *detector) Check(what string, every, timeout time.Duration, c load.Check) {
	every, timeout = orElse(every, watch.DefaultEvery), orElse(timeout, watch.DefaultEvery)
	if every < shortestEvery {
		d.p.problem(d.at("every"), "every %s: want at least %s", every, shortestEvery)
	}
	d.p.every = max(d.p.every, every)
	c.Name, c.Source, c.Every, c.Timeout = d.name, d.source, every, timeout
	c.Phase = d.p.drawn(every)
	d.watcher.Every = every
	d.watcher.What = fmt.Sprintf("%s every %s%s", what, every, d.inARow())
	d.p.plan.Load.Checks = append(d.p.plan.Load.Checks, c)
}

func (d *detector) inARow() string {
	if d.watcher.Fails == 1 {
		return ""
	}
	return fmt.Sprintf("; %d bad answers in a row are a finding", d.watcher.Fails)
}
