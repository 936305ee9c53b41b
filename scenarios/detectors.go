package scenarios

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// watchers makes the detectors: checks of the load node, hooks, and what the
// record has to know of them.
func (p *planner) watchers() {
	for i, name := range named(p, "watch", p.s.Watch) {
		c := p.s.Watch[name]
		keys := at("watch", name)
		kinds, values := chosen(c)
		if len(kinds) != 1 {
			if !p.mistyped(keys) {
				p.problem(keys, "watcher %s: want exactly one of %s; there %s", name, strings.Join(kindNames(WatchKinds()), ", "), amount(kinds))
			}
			continue
		}
		d := detector{p: p, name: name, keys: append(keys, kinds[0]), as: c.As}
		d.watcher = timeline.Watcher{Name: name, Kind: kinds[0], WatcherTraits: values[0].(watch.Kind).Traits(), Fails: 1, Oks: 1, Of: c.Of}
		if _, ok := p.s.Faults[c.Of]; c.Of != "" && !ok {
			p.problem(append(keys, "of"), "no fault is named %q: %s", c.Of, listed(c.Of, sortedKeys(p.s.Faults)))
		}
		if v, ok := values[0].(*watch.DNS); ok {
			d.as = orElse(d.as, v.As)
		}
		d.place(i)
		p.asking[name] = d.client
		switch v := values[0].(type) {
		case *watch.HTTP:
			d.http(v)
		case *watch.TCP:
			d.tcp(v)
		case *watch.DNS:
			d.dns(v)
		case *watch.HAProxy:
			d.haproxy(v)
		case *watch.LB:
			d.lb(v)
		case *watch.Command:
			d.command(v)
		case *watch.Webhook:
			d.webhook(v)
		}
		p.plan.Header.Watch = append(p.plan.Header.Watch, d.watcher)
	}
	if len(p.s.Watch) > mostWatchers {
		p.problem(at("watch"), "%d watchers: a drill's network has room for %d", len(p.s.Watch), mostWatchers)
	}
}

func kindNames(kinds []Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// detector is one watcher in the making.
type detector struct {
	p       *planner
	name    string
	keys    []string // that lead to its kind
	as      string
	watcher timeline.Watcher

	client string     // whose links it uses
	source netip.Addr // where its questions come from
}

func (d *detector) at(key string) []string { return append(slices.Clip(d.keys), key) }

// place gives the detector links of its own, or those of a group; an address of
// its own in either case, by which its questions are told from the users'.
func (d *detector) place(i int) {
	p := d.p
	own := p.address(0, firstWatcher+min(i, mostWatchers-1))
	d.as = p.someCohort(d.as)
	switch g := p.consumers[d.as]; {
	case d.watcher.Local && d.as != "":
		p.problem(at("watch", d.name, "as"), "as: a %s asks nothing inside the drill's network", d.watcher.Kind)
	case d.watcher.Local:
	case d.as == "":
		d.client, d.source = "watch:"+d.name, own
		p.addConsumer(d.client, kindWatcher, at("watch", d.name), d.source)
	case g == nil || g.kind != kindUsers:
		p.problem(at("watch", d.name, "as"), "no load group is named %q: %s", d.as, listed(d.as, sortedKeys(p.load)))
	default:
		d.client, d.source = d.as, own
		g.addresses = append(g.addresses, own)
	}
}

func (d *detector) http(v *watch.HTTP) {
	end, _ := d.p.endpoint(d.at("url"), v.URL)
	d.p.wants(d.client, end.host, end.port)
	d.p.expects(d.at("expect"), v.Expect)
	d.counts(v.Fails, v.Oks)
	d.ask(fmt.Sprintf("asks %s", v.URL), v.Every, v.Timeout, load.Check{HTTP: &load.HTTPProbe{URL: v.URL, Expect: v.Expect, CA: d.p.authority(d.at("ca"), v.CA)}})
}

func (d *detector) tcp(v *watch.TCP) {
	end, _ := d.p.hostPort(d.at("address"), v.Address)
	d.p.wants(d.client, end.host, end.port)
	d.counts(v.Fails, v.Oks)
	d.ask(fmt.Sprintf("connects to %s", v.Address), v.Every, v.Timeout, load.Check{TCP: &load.TCPProbe{Address: v.Address}})
}

func (d *detector) dns(v *watch.DNS) {
	nodes := d.p.nodesOf(v.Name)
	if len(nodes) == 0 {
		d.p.dangling(d.at("name"), "no target or replica is named %q: %s", v.Name, listed(v.Name, sortedKeys(d.p.s.Targets)))
	}
	for _, n := range nodes {
		for _, port := range d.p.nodes[n].Spec.Ports {
			d.p.wants(d.client, n, port) // a name is known to those who use it
		}
	}
	d.counts(v.Fails, v.Oks)
	d.ask(fmt.Sprintf("asks for the address of %s", v.Name), v.Every, v.Timeout, load.Check{DNS: &load.DNSProbe{Name: v.Name}})
}

func (d *detector) haproxy(v *watch.HAProxy) {
	end, _ := d.p.endpoint(d.at("stats"), v.Stats)
	d.p.wants(d.client, end.host, end.port)
	if v.Backend == "" {
		d.p.problem(d.at("backend"), "haproxy: want the backend's name, as in its configuration")
	}
	if v.Server == "" {
		d.p.problem(d.at("server"), "haproxy: want the server's name, as in its configuration")
	}
	d.ask(fmt.Sprintf("reads the state of %s/%s at %s", v.Backend, v.Server, v.Stats), orElse(v.Every, DefaultPoll), 0,
		load.Check{HAProxy: &load.HAProxyProbe{Stats: v.Stats, Backend: v.Backend, Server: v.Server}})
}

func (d *detector) lb(v *watch.LB) {
	end, _ := d.p.endpoint(d.at("state"), v.State)
	d.p.wants(d.client, end.host, end.port)
	if _, ok := d.p.nodes[v.Server]; !ok {
		d.p.dangling(d.at("server"), "no node is named %q: %s", v.Server, listed(v.Server, sortedKeys(d.p.nodes)))
	}
	d.ask(fmt.Sprintf("reads the state of %s at %s", v.Server, v.State), orElse(v.Every, DefaultPoll), 0,
		load.Check{LB: &load.LBProbe{State: v.State, Server: v.Server}})
}

func (d *detector) command(v *watch.Command) {
	if len(v.Run) == 0 {
		d.p.problem(d.at("run"), `command: want the program and its arguments, such as run: [curl, -f, "http://…"]`)
		return
	}
	if v.Run[0].Secret() {
		d.p.problem(d.at("run"), "command: the program is shown: write it out, without ${env:…}")
	}
	d.counts(v.Fails, v.Oks)
	d.watcher.Every = orElse(v.Every, DefaultEvery)
	d.watcher.What = fmt.Sprintf("runs %s every %s, on this machine%s", secret.Line(v.Run), d.watcher.Every, d.inARow())
	d.p.every = max(d.p.every, d.watcher.Every)
}

func (d *detector) webhook(v *watch.Webhook) {
	if v.Port < 1 || v.Port > 65535 {
		d.p.problem(d.at("port"), "port %d: want 1 to 65535", v.Port)
	}
	path := orElse(v.Path, "/")
	if !strings.HasPrefix(path, "/") {
		d.p.problem(d.at("path"), "path %q: want one that begins with /", v.Path)
	}
	for key, text := range map[string]string{"match": v.Match, "resolved": v.Resolved} {
		if _, err := regexp.Compile(text); err != nil {
			d.p.problem(d.at(key), "%s: %v", key, err)
		}
	}
	if err := v.CheckToken(); err != nil {
		d.p.problem(d.at("token"), "%v", err)
	}
	d.watcher.Match, d.watcher.Resolved = v.Match, v.Resolved
	if v.Loopback {
		d.watcher.What = fmt.Sprintf("waits for a notification at %s of this machine", v.Address())
		return
	}
	d.watcher.What = fmt.Sprintf("waits for a notification at http://hooks:%d%s", v.Port, path)
	if v.Token != "" {
		d.watcher.What = fmt.Sprintf("waits for a notification at http://hooks:%d%s/%s", v.Port, strings.TrimSuffix(path, "/"), v.Token)
	}
	for _, h := range d.p.plan.Load.Hooks {
		if h.Port == v.Port && h.Path == path {
			d.p.problem(d.at("port"), "webhook %s waits at port %d, path %s already: give each its own", h.Name, v.Port, path)
		}
	}
	d.p.plan.Load.Hooks = append(d.p.plan.Load.Hooks, load.Hook{Name: d.name, Port: v.Port, Path: path, Token: v.Token})
	d.p.plan.Switchboard.Names = map[string]netip.Addr{"hooks": d.p.plan.LoadAddr}
}

// counts takes how many answers in a row make a finding.
func (d *detector) counts(fails, oks int) {
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

// ask adds a check of the load node, at a phase drawn at random.
func (d *detector) ask(what string, every, timeout time.Duration, c load.Check) {
	every, timeout = orElse(every, DefaultEvery), orElse(timeout, DefaultEvery)
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
