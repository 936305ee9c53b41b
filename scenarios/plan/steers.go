package plan

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// DefaultTTL is how long an answer of the drill's resolver may be kept.
const DefaultTTL = time.Second

// steers is the pass that checks what each steer is written with, and finds which clients
// it may lead where.
type steers struct {
	*diagnostics
	topology
	written   map[string]*scenarios.Steer
	watchers  map[string]*watch.Config
	questions map[string]questions // by watcher
	fault     time.Duration        // the phase's length
}

func (p steers) reroutes() (all []reroute) {
	for _, name := range named(p.diagnostics, "steer", p.written) {
		s := p.written[name]
		sub := func(key string) []string { return at("steer", name, key) }
		switch w, ok := p.watchers[s.When]; {
		case !ok:
			p.problem(sub("when"), "when %q: want the watcher that decides: %s", s.When,
				scenarios.Listed(s.When, sortedKeys(p.watchers)))
		case w.Webhook != nil && w.Webhook.Resolved == "":
			p.note("note-steer-no-all-clear",
				"steer %s: webhook %s says that it is content only where it sends "+
					"Alertmanager's payloads (send_resolved: true), else the names stay moved "+
					"until the load ends; give it resolved, the pattern of an all-clear",
				"steer", name, "watcher", s.When)
		case p.questions[s.When].endless != "":
			p.note("note-steer-endless",
				"steer %s: watcher %s %s: the names stay moved until the load ends",
				"steer", name, "watcher", s.When,
				"why", p.questions[s.When].endless)
		}
		if len(s.Names) == 0 {
			p.problem(sub("names"), "names are missing: want those that are to lead elsewhere, "+
				"such as names: [edge]")
		}
		if s.TTL > faults.MostTTL || s.TTL%time.Second != 0 {
			p.problem(sub("ttl"), "ttl %s: an answer says it in whole seconds: want 1s to %s",
				s.TTL, faults.MostTTL)
		}
		if p.fault > 0 && s.TTL >= p.fault {
			p.note("note-steer-kept",
				"steer %s: answers may be kept for %s, and the fault phase is %s: a client "+
					"that has just asked does not see the move in it",
				"steer", name, "time", s.TTL, "phase", p.fault)
		}
		to := p.nodesOf(s.To)
		if len(to) == 0 {
			p.dangling(sub("to"), "to %q: want a target or replica: %s", s.To,
				scenarios.Listed(s.To, sortedKeys(p.replicas)))
			continue
		}
		all = append(all, reroute{s.From, s.Names, to})
	}
	return all
}

// steering is the pass that binds each steer to the links there are.
type steering struct {
	*diagnostics
	network
	reroutes  rerouteCheck
	written   map[string]*scenarios.Steer
	groups    groups
	questions map[string]questions // by watcher
	checks    []load.Check
}

// steeringOut are the steers, and how long their answers are kept.
type steeringOut struct {
	steers []Steer
	header []timeline.Steer
	ttls   []answerTTL
}

func (p steering) bound() (out steeringOut) {
	taken := map[string]string{} // client and name → steer
	for _, name := range sortedKeys(p.written) {
		s := p.written[name]
		if to := p.nodesOf(s.To); len(to) > 0 && len(s.Names) > 0 {
			p.bind(name, s, to, taken, &out)
		}
	}
	for i := range out.steers {
		out.steers[i].Rule.Steer.Except = p.deciders(out.steers)
	}
	return out
}

// bind binds one steer; taken has by which steer a client's name is led.
func (p steering) bind(name string, s *scenarios.Steer, to []string, taken map[string]string,
	out *steeringOut) {
	sub := func(key string) []string { return at("steer", name, key) }
	clients, links, key, err := p.resolving(s.From, s.Names)
	if err != nil {
		p.unmatched(sub(key), err)
		return
	}
	bound := Steer{Name: name, When: s.When, Askers: clients, Names: s.Names, To: to,
		TTL: orElse(s.TTL, DefaultTTL)}
	rule := &link.Steer{Names: s.Names, To: map[string][]netip.Addr{}}
	for _, l := range p.links {
		if slices.Contains(clients, l.From) && slices.Contains(to, l.To) &&
			!slices.Contains(rule.To[l.From], l.Addr) {
			rule.To[l.From] = append(rule.To[l.From], l.Addr)
		}
	}
	bound.Rule = link.Rule{Name: "steer " + name, Steer: rule} // no fault has a name with a space
	if !p.sparesReference(s, sub("from"), links) || !p.reroutes.elsewhere(sub("to"), s.To, links) ||
		!p.seesPast(name, s, clients) {
		return
	}
	for _, a := range clients {
		for _, n := range s.Names {
			if other, ok := taken[a+" "+n]; ok {
				p.problem(sub("names"), "steers %s and %s both say where %s leads %s: want one "+
					"of them", other, name, n, a)
			}
			taken[a+" "+n] = name
		}
		out.ttls = append(out.ttls, answerTTL{sub("ttl"), a, s.Names, s.TTL})
	}
	out.steers = append(out.steers, bound)
	out.header = append(out.header,
		timeline.Steer{Name: name, When: s.When, What: bound.String(), Askers: clients, To: to,
			Names: s.Names})
}

// sparesReference checks that no reference group is steered.
func (p steering) sparesReference(s *scenarios.Steer, keys []string, links []link.Link) bool {
	for _, l := range links {
		if g := p.groups[l.From]; g != nil && g.Reference {
			p.problem(keys, "from %s: %s is a reference group: it proves something only where "+
				"nothing is done to it, so steer others", s.From, l.From)
			return false
		}
	}
	return true
}

// seesPast checks that the watcher which decides does not look through a node
// that is steered: healed by its own decision, it would take it back.
func (p steering) seesPast(name string, s *scenarios.Steer, clients []string) bool {
	for _, node := range p.behind(p.questions[s.When].nodes) {
		if slices.Contains(clients, node) {
			p.problem(at("steer", name, "when"),
				"when %s: it sees by way of %s, which is steered: content as soon as that is led "+
					"away, it would move the names back; want a watcher that asks %s itself",
				s.When, node, strings.Join(s.Names, ", "))
			return false
		}
	}
	return true
}

// deciders are the addresses of the watchers that decide over any steer.
func (p steering) deciders(steers []Steer) (all []netip.Addr) {
	for _, c := range p.checks {
		if slices.ContainsFunc(steers, func(s Steer) bool { return s.When == c.Name }) {
			all = append(all, c.Source)
		}
	}
	return all
}
