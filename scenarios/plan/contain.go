package plan

import (
	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// containment is the pass that says what the drill cannot keep inside its network.
type containment struct {
	*diagnostics
	host      hostAccess
	topology  topology
	faults    []Fault
	published []Published
	watchers  map[string]*watch.Config
	header    []timeline.Watcher
}

func (p containment) check() {
	pulled := map[string]bool{} // images that were named as such
	for _, name := range sortedKeys(p.topology.replicas) {
		nodes := p.topology.replicas[name]
		if len(nodes) == 0 {
			continue
		}
		switch t := p.topology.nodes[nodes[0]].Spec; {
		case t.Image != "":
			if !pulled[t.Image] {
				p.uncontain("open-image",
					"the image %s is pulled from its registry where the engine does not "+
						"have it",
					"image", t.Image)
			}
			pulled[t.Image] = true
		case t.Build != nil:
			p.uncontain("open-build",
				"%s is built from a Dockerfile: what the build downloads and runs is "+
					"outside the drill's network",
				"target", name)
		}
	}
	for _, f := range p.faults {
		if _, ok := f.Fault.(faults.Commanding); ok {
			p.host.command(at("faults", f.Name), "fault "+f.Name)
			p.uncontain("open-fault",
				"fault %s runs commands on this machine, with this user's rights: what "+
					"they do, and where, is theirs",
				"fault", f.Name)
		}
	}
	for _, o := range p.published {
		p.uncontain("open-port",
			"%s of this machine leads to %s while the drill runs: "+
				"every process that can connect to this machine's loopback reaches it",
			"address", o.Address(), "to", o.Leads())
	}
	for _, w := range p.header {
		if p.watchers[w.Name].From != "" {
			p.host.asks(at("watch", w.Name, "from"), "watcher "+w.Name)
			p.uncontain("open-watcher",
				"watcher %s %s",
				"watcher", w.Name, "what", w.What)
		}
	}
	for _, name := range sortedKeys(p.watchers) {
		switch c := p.watchers[name]; {
		case c.Command != nil:
			p.host.command(at("watch", name), "watcher "+name)
			p.uncontain("open-command",
				"watcher %s runs %s on this machine, with this user's rights",
				"watcher", name, "command", secret.Line(c.Command.Run))
		case c.Webhook != nil && c.Webhook.Loopback:
			p.uncontain("open-webhook",
				"watcher %s listens on 127.0.0.1:%d of this machine while the drill "+
					"runs, and takes what comes with its token",
				"watcher", name, "port", c.Webhook.Port)
		}
	}
}
