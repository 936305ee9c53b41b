package plan

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// detector is one watcher in the making, and what it is planned with: a watch.Planner.
type detector struct {
	p       watchers
	out     *watchersOut
	name    string
	keys    []string // that lead to its kind
	as      string
	watcher timeline.Watcher

	client   *consumer  // it asks over its links; nil where it asks nothing
	source   netip.Addr // where its questions come from
	asked    questions
	hostable bool        // it can be asked from this machine
	here     bool        // it is
	check    *load.Check // which; nil: none
}

// questions are a watcher's, and where they go.
type questions struct {
	client  string        // they take its links
	unknown bool          // its answers depend on a way that is not known here
	names   bool          // they go to the resolver alone
	port    bool          // what is behind the port is not asked
	nodes   []string      // that are asked, or have the log that is read
	log     bool          // their log is
	states  []string      // nodes: their state is read there
	endless string        // why it is never known to be content again; empty: it is
	alerts  *watch.Alerts // that reach it; nil: none
}

func (d *detector) at(key string) []string { return append(slices.Clip(d.keys), key) }

// place gives the detector links of its own, or those of a group; an address of
// its own in either case, by which its questions are distinguished from the users'.
func (d *detector) place(i int) {
	p := d.p
	own := p.subnet.address(0, firstWatcher+min(i, mostWatchers-1))
	d.as = p.someCohort(d.as)
	switch g := p.consumers[d.as]; {
	case d.here && d.as != "":
		p.problem(at("watch", d.name, "as"),
			"as: %s is inside the drill's network, and from: host asks from this machine: "+
				"want one of the two", d.as)
	case (d.watcher.Local || d.watcher.Told) && d.as != "":
		p.problem(at("watch", d.name, "as"), "as: a %s asks nothing inside the drill's network",
			d.watcher.Kind)
	case d.watcher.Local || d.watcher.Told:
	case d.as == "":
		d.client, d.source = newConsumer("watch:"+d.name, kindWatcher, own), own
		d.out.consumers = append(d.out.consumers, d.client)
	case g == nil || g.kind != kindUsers:
		p.problem(at("watch", d.name, "as"), "no load group is named %q: %s", d.as,
			scenarios.Listed(d.as, sortedKeys(p.groups)))
	default:
		d.client, d.source = newConsumer(d.as, kindUsers, own), own
		d.out.asGroups = append(d.out.asGroups, d.client)
	}
}

// reaches wants links to a port of some nodes.
func (d *detector) reaches(nodes []string, port uint16) {
	if d.client != nil {
		d.client.reach(nodes, port)
	}
}

// Problem reports a mistake at one of its keys.
func (d *detector) Problem(key, format string, args ...any) {
	d.p.problem(d.at(key), format, args...)
}

// Asks wants a link to where a URL leads.
func (d *detector) Asks(key string, url secret.Text) {
	if d.here {
		d.asksHere(d.at(key), url)
		return
	}
	if d.outside(d.at(key), url) {
		return
	}
	end, _ := d.p.endpoints.endpoint(d.at(key), url)
	nodes := d.p.endpoints.nodesOf(end.host)
	d.reaches(nodes, end.port)
	d.asked.nodes = append(d.asked.nodes, nodes...)
}

// Connects wants a link to an address.
func (d *detector) Connects(key, address string) {
	end, _ := d.p.endpoints.hostPort(d.at(key), address)
	nodes := d.p.endpoints.nodesOf(end.host)
	d.reaches(nodes, end.port)
	d.asked.nodes = append(d.asked.nodes, nodes...)
}

// Resolves wants links to all ports of a target: a name is known to those that use it.
func (d *detector) Resolves(key, target string) {
	d.asked.names = true
	nodes := d.p.endpoints.nodesOf(target)
	if len(nodes) == 0 {
		d.p.unknownHost(d.at(key), target, d.p.targets)
	}
	for _, n := range nodes {
		for _, port := range d.p.endpoints.nodes[n].Spec.Ports {
			d.reaches(d.p.endpoints.nodesOf(n), port)
		}
	}
}

// Node wants a node to be there, for its state is read where it asks.
func (d *detector) Node(key, name string) {
	if _, ok := d.p.endpoints.nodes[name]; ok {
		d.asked.states = append(d.asked.states, name)
	} else {
		d.p.dangling(d.at(key), "no node is named %q: %s", name, orElse(
			d.p.endpoints.noReplica(name),
			scenarios.Listed(name, sortedKeys(d.p.endpoints.nodes))))
	}
}

// Logs wants nodes to be there, for their log is read.
func (d *detector) Logs(key, target string) {
	d.asked.log, d.asked.nodes = true, d.p.endpoints.nodesOf(target)
	if len(d.asked.nodes) == 0 {
		d.p.dangling(d.at(key), "no target or replica is named %q: %s", target,
			scenarios.Listed(target, d.p.endpoints.hosts()))
	}
}

// Anyhow takes it that the watcher can meet every fault.
func (d *detector) Anyhow() { d.asked.unknown = true }

// Alerts says which alerts reach it.
func (d *detector) Alerts(a watch.Alerts) { d.asked.alerts = &a }

// Expects checks what a good answer is.
func (d *detector) Expects(key string, e load.Expect) { checkExpect(d.p.diagnostics, d.at(key), e) }

// Authority reads a file of certificates.
func (d *detector) Authority(key, file string) string { return d.p.host.authority(d.at(key), file) }

// Runs says what runs on this machine.
func (d *detector) Runs(line string, every time.Duration) {
	d.asked.unknown = true
	d.watcher.Every = every
	d.watcher.What = fmt.Sprintf("runs %s every %s, on this machine%s", line, every, d.inARow())
	d.says(link.Tell("asks-command", "", "command", line))
	d.out.every = max(d.out.every, every)
}

// Waits says where it waits for notifications.
func (d *detector) Waits(what link.Text, match, resolved string) {
	d.watcher.What, d.watcher.Match, d.watcher.Resolved = what.English, match, resolved
	d.out.asks[d.name] = what
}

// says keeps how it asks, with how often, and how many answers are a finding.
func (d *detector) says(what link.Text) {
	values := map[string]string{"every": d.watcher.Every.String()}
	maps.Copy(values, what.By.Values)
	if d.watcher.Fails > 1 {
		values["fails"] = strconv.Itoa(d.watcher.Fails)
	}
	if d.here {
		values["from"] = "host"
	}
	d.out.asks[d.name] = link.Text{English: d.watcher.What,
		By: &link.Statement{Code: what.By.Code, Values: values}}
}

// Endless keeps an end of its alarms from being asked for.
func (d *detector) Endless(why string) { d.asked.endless = why }

// hook is where a watcher waits for notifications.
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
	if first, taken := d.out.waits[at]; taken {
		d.watcher.Hook = first
		return
	}
	d.out.waits[at] = d.name
	if local {
		return
	}
	h.Name = d.name
	d.out.hooks = append(d.out.hooks, h)
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
func (d *detector) Check(what link.Text, every, timeout time.Duration, c load.Check) {
	every, timeout = orElse(every, watch.DefaultEvery), orElse(timeout, watch.DefaultEvery)
	if every < shortestEvery {
		d.p.problem(d.at("every"), "every %s: want at least %s", every, shortestEvery)
	}
	d.out.every = max(d.out.every, every)
	c.Name, c.Source, c.Every, c.Timeout = d.name, d.source, every, timeout
	c.Phase = d.p.draws.phase(every)
	d.watcher.Every = every
	d.watcher.What = fmt.Sprintf("%s every %s%s", what, every, d.inARow())
	if d.here {
		d.watcher.What += ", from this machine"
		d.says(what)
		d.check = &c
		return
	}
	d.says(what)
	d.out.checks = append(d.out.checks, c)
}

func (d *detector) inARow() string {
	if d.watcher.Fails == 1 {
		return ""
	}
	return fmt.Sprintf("; %d bad answers in a row are a finding", d.watcher.Fails)
}
