package plan

import (
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
)

// exposure checks that the load can show what a fault does.
type exposure struct {
	*diagnostics
	affected affected
}

// check says, too, how a fault reaches what the links alone do not show.
func (p exposure) check(f *Fault, keys []string) {
	if f.Fault.Traits().New {
		p.meetsNew(f, keys)
	}
	idling, idle := f.Fault.(faults.Idling)
	switch {
	case f.Fault.Aim().From != "":
		p.saysAsked(f)
	case idle && !p.longEnough(f, keys):
	case idle:
		p.fitsIdle(f, idling.Idle(), keys)
	case f.Fault.Traits().New:
		p.meetsPooled(f)
	default:
		p.longEnough(f, keys)
	}
	for _, l := range f.Site.Links {
		g := p.affected.groups[l.From]
		if !l.Users || g == nil {
			continue
		}
		limit := orElse(g.Timeout, scenarios.DefaultTimeout)
		if again, ok := f.Fault.(faults.Retried); ok && limit < again.Retry() {
			p.problem(at("load", family(l.From), "timeout"),
				"timeout %s: a dropped SYN is sent again after 1s, so fault %s needs a timeout "+
					"of at least %s to be seen for what it is", limit, f.Name, again.Retry())
		}
		if late, ok := f.Fault.(faults.Delaying); ok &&
			late.Delays() < orElse(g.Slow, scenarios.DefaultSlow) {
			p.note("note-delay-below-slow",
				"fault %s: a delay below the %s from which %s is slow will not count as bad",
				"fault", f.Name, "slow", orElse(g.Slow, scenarios.DefaultSlow),
				"group", l.From)
		}
	}
}

// longEnough checks that a fault is on for as long as it needs.
func (p exposure) longEnough(f *Fault, keys []string) bool {
	x, ok := f.Fault.(faults.Lasting)
	if !ok || f.For <= 0 {
		return true
	}
	err := x.Within(f.For)
	if err != nil {
		p.setting(keys, "%v", err)
	}
	return err == nil
}

// meetsNew checks that new connections are made for such a fault to meet.
// Groups that make none may be there beside them, to show that they notice nothing.
func (p exposure) meetsNew(f *Fault, keys []string) {
	var settled []string
	for _, l := range f.Site.Links {
		g := p.affected.groups[l.From]
		switch {
		case !l.Users || g == nil:
		case g.Connections != nil && (g.Connections.Per == "request" || g.Connections.Live > 0):
			return
		default:
			settled = append(settled, l.From)
		}
	}
	if len(settled) > 0 {
		p.problem(keys, "%s touches new connections only, and those of %s stay open for ever: "+
			"give it connections: {per: request} or {live: 5s}", f.Kind, settled[0])
	}
}

// meetsPooled says where an embedded balancer's connections go on all the same.
func (p exposure) meetsPooled(f *Fault) {
	for _, l := range f.Site.Links {
		n := p.affected.nodes[l.From]
		if n == nil || n.Spec.Lab == nil || n.Spec.Lab.LB == nil || n.Spec.Lab.LB.PerRequest {
			continue
		}
		p.note("note-kept-connections",
			"fault %s: %s keeps its connections to %s open, and requests on those meet "+
				"nothing, unlike its checks: per-request: true makes each anew",
			"fault", f.Name, "from", l.From, "to", l.To)
	}
}

// saysAsked says when nodes ask for the answers that a fault changes, and which do not.
func (p exposure) saysAsked(f *Fault) {
	a := f.Fault.Aim()
	moves := a.Misleads || a.Moves
	said := map[string]bool{}
	for _, l := range f.Site.Links {
		client, n := l.From, p.affected.nodes[l.From]
		if said[client+" "+l.Name] {
			continue
		}
		said[client+" "+l.Name] = true
		switch {
		case n == nil:
			if l.Users && !a.Moves && p.affected.caches(f, client) {
				p.note("note-cached",
					"fault %s: %s have asked for %s in the baseline and keep the answer for "+
						"%s, so they do not ask while it is on",
					"fault", f.Name, "client", client, "name", l.Name,
					"kept", *p.affected.groups[client].DNSCache)
			}
		case n.Spec.Lab == nil:
			p.note("note-asks-unknown",
				"fault %s: when %s asks for %s, and how long it keeps an answer, is its own "+
					"affair, and not known here",
				"fault", f.Name, "client", client, "name", l.Name)
		case p.affected.asksApart(client) && moves:
			p.note("note-asks-apart-moves",
				"fault %s: %s asks for %s once a second, apart from requests, and sends all "+
					"of them to where an answer leads",
				"fault", f.Name, "client", client, "name", l.Name)
		case p.affected.asksApart(client):
			p.note("note-asks-apart",
				"fault %s: %s asks for %s once a second, apart from requests, and keeps to "+
					"the addresses it has where an answer fails or is late: requests and checks "+
					"go on",
				"fault", f.Name, "client", client, "name", l.Name)
		case !a.Moves && n.Spec.Lab.Web == nil: // a web asks nothing
			p.note("note-asks-anew",
				"fault %s: %s asks for %s with each new connection, and keeps those it has: "+
					"requests on them meet nothing",
				"fault", f.Name, "client", client, "name", l.Name)
		}
	}
}

// fitsIdle checks that there are connections that can be idle.
func (p exposure) fitsIdle(f *Fault, after time.Duration, keys []string) {
	for _, l := range f.Site.Links {
		if !p.affected.neverIdle(l.From) {
			return
		}
	}
	if len(f.Site.Links) > 0 {
		p.problem(keys, "%s touches connections that have been idle, and those of %s end with "+
			"their request: give it connections: {per: user}, and each user a pause of more than "+
			"%s", f.Kind, f.Site.Links[0].From, after)
	}
}
