package plan

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// DefaultTTL is how long an answer of the drill's resolver may be kept.
const DefaultTTL = time.Second

// steers checks what each steer is written with, and gives those it leads their
// links from the start.
func (p *planner) steers() {
	for _, name := range named(p, "steer", p.s.Steer) {
		s := p.s.Steer[name]
		sub := func(key string) []string { return at("steer", name, key) }
		switch w, ok := p.s.Watch[s.When]; {
		case !ok:
			p.problem(sub("when"), "when %q: want the watcher that decides: %s", s.When,
				scenarios.Listed(s.When, sortedKeys(p.s.Watch)))
		case w.Webhook != nil && w.Webhook.Resolved == "":
			p.note("steer %s: webhook %s says that it is content only where it sends Alertmanager's payloads (send_resolved: true), else the names stay moved until the load ends; give it resolved, the pattern of an all-clear",
				name, s.When)
		case p.asking[s.When].endless != "":
			p.note("steer %s: watcher %s %s: the names stay moved until the load ends", name,
				s.When, p.asking[s.When].endless)
		}
		if len(s.Names) == 0 {
			p.problem(sub("names"), "names are missing: want those that are to lead elsewhere, such as names: [edge]")
		}
		if s.TTL > faults.MostTTL || s.TTL%time.Second != 0 {
			p.problem(sub("ttl"), "ttl %s: an answer says it in whole seconds: want 1s to %s",
				s.TTL, faults.MostTTL)
		}
		if hold := p.s.Phases.Hold; hold > 0 && s.TTL >= hold {
			p.note("steer %s: answers may be kept for %s, and the fault phase is %s: whoever has just asked will not hear of the move in it",
				name, s.TTL, hold)
		}
		to := p.nodesOf(s.To)
		if len(to) == 0 {
			p.dangling(sub("to"), "to %q: want a target or replica: %s", s.To,
				scenarios.Listed(s.To, sortedKeys(p.replicas)))
			continue
		}
		p.lead(s.From, s.Names, to)
	}
}

// steered binds each steer to the links there are.
func (p *planner) steered() {
	taken := map[string]string{} // asker and name → steer
	for _, name := range sortedKeys(p.s.Steer) {
		s := p.s.Steer[name]
		if to := p.nodesOf(s.To); len(to) > 0 && len(s.Names) > 0 {
			p.steerOf(name, s, to, taken)
		}
	}
	for i := range p.plan.Steers {
		p.plan.Steers[i].Rule.Steer.Except = p.deciders()
	}
}

// steerOf binds one steer.
func (p *planner) steerOf(name string, s *scenarios.Steer, to []string, taken map[string]string) {
	sub := func(key string) []string { return at("steer", name, key) }
	askers, links, key, err := p.askers(s.From, s.Names)
	if err != nil {
		if unknown := (errUnknown{}); !errors.As(err, &unknown) || !shaky(p.s.Places().Bad()) &&
			!shaky(p.failed) {
			p.problem(sub(key), "%v", err)
		}
		return
	}
	out := Steer{Name: name, When: s.When, Askers: askers, Names: s.Names, To: to,
		TTL: orElse(s.TTL, DefaultTTL)}
	rule := &link.Steer{Names: s.Names, To: map[string][]netip.Addr{}}
	for _, l := range p.plan.Switchboard.Links {
		if slices.Contains(askers, l.From) && slices.Contains(to, l.To) &&
			!slices.Contains(rule.To[l.From], l.Addr) {
			rule.To[l.From] = append(rule.To[l.From], l.Addr)
		}
	}
	out.Rule = link.Rule{Name: "steer " + name, Steer: rule} // no fault has a name with a space
	if !p.sparesReference(s, sub("from"), links) || !p.leadsElsewhere(sub("to"), s.To, links) ||
		!p.seesPast(name, s, askers) {
		return
	}
	for _, a := range askers {
		for _, n := range s.Names {
			if other, ok := taken[a+" "+n]; ok {
				p.problem(sub("names"), "steers %s and %s both say where %s leads %s: want one of them",
					other, name, n, a)
			}
			taken[a+" "+n] = name
		}
		p.keeps(sub("ttl"), a, s.Names, s.TTL)
	}
	p.plan.Steers = append(p.plan.Steers, out)
	p.plan.Header.Steers = append(p.plan.Header.Steers,
		timeline.Steer{Name: name, When: s.When, What: out.String()})
}

// sparesReference checks that no reference group is steered.
func (p *planner) sparesReference(s *scenarios.Steer, keys []string, links []link.Link) bool {
	for _, l := range links {
		if g := p.load[l.From]; g != nil && g.Reference {
			p.problem(keys, "from %s: %s is a reference group: it proves something only where nothing is done to it, so steer others",
				s.From, l.From)
			return false
		}
	}
	return true
}

// leadsElsewhere checks that whoever hears other addresses, those of where, comes to
// other nodes, which answer as the ones before did.
func (p *planner) leadsElsewhere(keys []string, where string, links []link.Link) bool {
	for _, l := range links {
		for _, node := range p.nodesOf(where) {
			if l.To == node {
				p.problem(keys, "to %s: %s leads %s there already: want another target", where,
					l.Name, l.From)
				return false
			}
			if !l.Users && p.consumers[l.From].kind == kindUsers {
				continue // only a check asks there
			}
			n := p.nodes[node]
			if !slices.Contains(n.Spec.Ports, l.Port) {
				p.problem(keys, "to %s: %s asks %s at port %d, which %s lacks: want it among its ports",
					where, l.From, l.Name, l.Port, node)
				return false
			}
			if have := p.protocol(n, l.Port); have != "" && l.Protocol != "" && have != l.Protocol {
				speaks := map[string]string{link.Plain: "plain HTTP", link.Encrypted: "TLS"}
				p.problem(keys, "to %s: %s speaks %s at port %d, and %s %s: nobody could follow the name; want both alike",
					where, l.Name, speaks[l.Protocol], l.Port, node, speaks[have])
				return false
			}
		}
	}
	return true
}

// seesPast checks that the watcher which decides does not look through somebody
// who is steered: healed by its own decision, it would take it back.
func (p *planner) seesPast(name string, s *scenarios.Steer, askers []string) bool {
	for _, node := range p.behind(p.asking[s.When].nodes) {
		if slices.Contains(askers, node) {
			p.problem(at("steer", name, "when"),
				"when %s: it sees by way of %s, who is steered: content as soon as that is led away, it would move the names back; want a watcher that asks %s itself",
				s.When, node, strings.Join(s.Names, ", "))
			return false
		}
	}
	return true
}

// behind lists nodes, and all those that they use, and so on.
func (p *planner) behind(nodes []string) []string {
	all := slices.Clone(nodes)
	for i := 0; i < len(all); i++ {
		for _, used := range p.nodes[all[i]].Spec.Uses {
			for _, n := range p.nodesOf(used) {
				if !slices.Contains(all, n) {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// deciders are the addresses of the watchers that decide over any steer.
func (p *planner) deciders() (all []netip.Addr) {
	for _, c := range p.plan.Load.Checks {
		if slices.ContainsFunc(p.plan.Steers, func(s Steer) bool { return s.When == c.Name }) {
			all = append(all, c.Source)
		}
	}
	return all
}

// keeps says how long an asker may keep answers about names, from the start; 0: as
// ever. The keys are of who says so: two must not differ.
func (p *planner) keeps(keys []string, asker string, names []string, ttl time.Duration) {
	for i := range p.plan.Switchboard.Clients {
		c := &p.plan.Switchboard.Clients[i]
		if c.Name != asker || ttl == 0 {
			continue
		}
		if c.TTL == nil {
			c.TTL = map[string]uint32{}
		}
		for _, n := range names {
			if have, ok := c.TTL[n]; ok && have != uint32(ttl/time.Second) {
				p.problem(keys, "ttl %s: answers about %s to %s may be kept for %ds already: want the same",
					ttl, n, asker, have)
			}
			c.TTL[n] = uint32(ttl / time.Second)
		}
	}
}

// ledTo lists where steers may lead a group's requests, each the nodes of one.
func (p *planner) ledTo(group string) (all [][]string) {
	host, _ := p.quietly(p.load[group].To)
	for _, s := range p.plan.Steers {
		if slices.Contains(s.Askers, group) && slices.Contains(s.Names, host) {
			all = append(all, s.To)
		}
	}
	return all
}
