package plan

import (
	"fmt"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/secret"
)

// contain says what the drill cannot keep inside its network.
func (p *planner) contain() {
	for _, name := range sortedKeys(p.s.Targets) {
		nodes := p.replicas[name]
		if len(nodes) == 0 {
			continue
		}
		switch t := p.nodes[nodes[0]].Spec; {
		case t.Image != "":
			if !p.pulled[t.Image] {
				p.uncontained("the image %s is pulled from its registry where the engine does not have it",
					t.Image)
			}
			p.pulled[t.Image] = true
		case t.Build != nil:
			p.uncontained("%s is built from a Dockerfile: what the build downloads and runs is outside the drill's network",
				name)
		}
	}
	for _, f := range p.plan.Faults {
		if _, ok := f.Fault.(faults.Commanding); ok {
			p.hostCommand(at("faults", f.Name), "fault "+f.Name)
			p.uncontained("fault %s runs commands on this machine, with this user's rights: what they do, and where, is theirs",
				f.Name)
		}
	}
	for _, name := range sortedKeys(p.s.Watch) {
		switch c := p.s.Watch[name]; {
		case c.Command != nil:
			p.hostCommand(at("watch", name), "watcher "+name)
			p.uncontained("watcher %s runs %s on this machine, with this user's rights", name,
				secret.Line(c.Command.Run))
		case c.Webhook != nil && c.Webhook.Loopback:
			p.uncontained("watcher %s listens on 127.0.0.1:%d of this machine while the drill runs, and hears those who know its token",
				name, c.Webhook.Port)
		}
	}
}

func (p *planner) uncontained(format string, args ...any) {
	p.plan.Uncontained = append(p.plan.Uncontained, fmt.Sprintf(format, args...))
}
