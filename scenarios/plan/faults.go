package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// faults finds what each fault hits, puts proxies where one needs them, and
// binds each to a site without controls, which is how it is checked.
func (p *planner) faults() {
	for _, name := range named(p, "faults", p.s.Faults) {
		if f, ok := p.aim(name, p.s.Faults[name]); ok {
			p.plan.Faults = append(p.plan.Faults, f)
		}
	}
	p.putProxies()
	for i := range p.plan.Faults {
		p.bind(&p.plan.Faults[i])
	}
	p.overlaps()
}

// aim resolves one fault's kind, time and aim.
func (p *planner) aim(name string, f *scenarios.Fault) (Fault, bool) {
	keys := at("faults", name)
	fault, kind := p.faultOf(f)
	if fault == nil {
		if !p.mistyped(keys) {
			kinds, _ := scenarios.Chosen(&f.Kinds)
			p.problem(keys, "fault %s: want exactly one of %s; there %s", name,
				strings.Join(scenarios.KindNames(scenarios.FaultKinds()), ", "), amount(kinds))
		}
		return Fault{}, false
	}
	out := Fault{Name: name, Kind: kind, Fault: fault, At: f.At, For: f.For}
	p.placed(&out, keys)
	a := out.Fault.Aim()
	var err error
	switch p.aimKey(&out) {
	case "target":
		out.Site.Targets, out.Site.Links, err = p.aimed(a.Target)
	case "to":
		if out.Site.Links = p.flooded(name); len(out.Site.Links) == 0 {
			return out, false // floods said why
		}
	case "from":
		out.Site.Askers, out.Site.Links, _, err = p.askers(a.From, a.Names)
		out.Site.Moved = p.movedLinks(a.MovesTo, out.Site.Askers)
		out.Site.Apart = slices.DeleteFunc(slices.Clone(out.Site.Askers),
			func(a string) bool { return !p.asksApart(a) })
		if err == nil && a.Moves && !p.moved(&out, keys) {
			return out, false
		}
	default:
		out.Site.Links, err = p.matched(a.Link)
	}
	if err != nil {
		if unknown := (errUnknown{}); !errors.As(err, &unknown) || !shaky(p.s.Places().Bad()) &&
			!shaky(p.failed) {
			p.problem(append(keys, out.Kind, p.aimKey(&out)), "%v", err)
		}
		return out, false
	}
	return out, true
}

// moved checks where a fault's names move to, and sees that answers about them are kept
// for as long as it says. False: somebody has said what is wrong.
func (p *planner) moved(f *Fault, keys []string) bool {
	a, keys := f.Fault.Aim(), append(keys, f.Kind)
	to := append(slices.Clip(keys), "to")
	if p.failed[scenarios.Path(to...)] { // moves said why
		return false
	}
	if len(a.Names) > 0 && len(p.nodesOf(a.MovesTo)) > 0 &&
		!p.leadsElsewhere(to, a.MovesTo, f.Site.Links) {
		return false
	}
	if a.MovesTTL%time.Second == 0 { // else Bind says why not
		for _, asker := range f.Site.Askers {
			p.keeps(append(slices.Clip(keys), "ttl"), asker, a.Names, a.MovesTTL)
		}
	}
	return true
}

// placed gives a fault its place in the fault phase.
func (p *planner) placed(f *Fault, keys []string) {
	hold := p.s.Phases.Hold
	switch {
	case faults.IsInstant(f.Fault) && f.For != 0:
		p.problem(append(slices.Clip(keys), "for"),
			"fault %s: a %s is over as soon as it is done, and lasts for no time that could be set: leave out for",
			f.Name, f.Kind)
	case faults.IsInstant(f.Fault):
		if hold > 0 && f.At >= hold {
			p.problem(keys, "fault %s: at %s does not fit into the fault phase of %s", f.Name, f.At,
				hold)
		}
	default:
		if f.For == 0 {
			f.For = hold - f.At
		}
		if hold > 0 && (f.For <= 0 || f.At+f.For > hold) {
			p.problem(keys, "fault %s: from %s for %s does not fit into the fault phase of %s",
				f.Name, f.At, f.For, hold)
		}
	}
}

// aimKey is the key under which a fault says what it hits.
func (p *planner) aimKey(f *Fault) string {
	for _, key := range []string{"target", "from", "to"} {
		if scenarios.Has(f.Fault, key) {
			return key
		}
	}
	return "link"
}

// putProxies marks the links that a fault of the byte stream hits, and opens those
// in which one reads what may be TLS.
func (p *planner) putProxies() {
	proxied, staged, read := map[string]bool{}, map[string]bool{}, map[string]bool{}
	fields := map[string][]string{}
	for _, f := range p.plan.Faults {
		a := f.Fault.Aim()
		for _, l := range f.Site.Links {
			proxied[l.ID] = proxied[l.ID] || a.Proxied
			staged[l.ID] = staged[l.ID] || a.Staged
			read[l.ID] = read[l.ID] || a.Reads && l.Protocol != link.Plain
			fields[l.ID] = append(fields[l.ID], selection(f.Fault).Fields()...)
		}
	}
	mark := func(links []link.Link) {
		for i := range links {
			id := links[i].ID
			links[i].Proxied, links[i].Staged, links[i].Opened = proxied[id], staged[id], read[id]
			links[i].Fields = slices.Compact(slices.Sorted(slices.Values(fields[id])))
		}
	}
	mark(p.plan.Switchboard.Links)
	for _, f := range p.plan.Faults {
		mark(f.Site.Links)
	}
	p.sayOpened()
}

// sayOpened tells of those who have to trust what an opened link shows: all of the
// drill's own do.
func (p *planner) sayOpened() {
	for _, l := range p.plan.Switchboard.Links {
		if n := p.nodes[l.From]; l.Opened && n != nil && n.Spec.Lab == nil {
			p.note("link %s: where TLS is spoken there, it ends in the switchboard, which shows a certificate of the drill's own authority and brings no client's certificate along: "+
				"if %s checks certificates, give it drill:ca.pem among its files", l.ID, l.From)
		}
	}
}

// bind checks one fault as the run will, and says what it means for the users.
func (p *planner) bind(f *Fault) {
	keys := at("faults", f.Name, f.Kind)
	_, err := f.Fault.Bind(f.Name, f.Site)
	if err != nil && !p.s.Places().Under(keys) {
		p.setting(keys, f.Kind+": %v", err)
	}
	p.limited(f)
	p.programs(f)
	p.hidden(f)
	r := p.blastRadiusOf(f)
	f.Share = r.share
	p.fooled(f, r.groups, append(slices.Clip(keys), "code"))
	if err == nil { // else it is not known what it would need of the phases
		p.touched[f.Name] = r
	}
	a := f.Fault.Aim()
	p.plan.Header.Faults = append(p.plan.Header.Faults, timeline.Fault{
		Name: f.Name, Kind: f.Kind, Aim: orElse(a.Link, orElse(a.Target, orElse(a.From, a.To))),
		What: f.Fault.String(),
		At:   f.At, For: f.For, Share: f.Share, Traits: f.Fault.Traits(), Nodes: farEnds(f.Site),
		Groups: r.groups, Unmet: len(r.groups) == 0, Watchers: p.ofWatchers(f.Site.Links),
		Scope:  p.scope(f),
		Spares: !selection(f.Fault).All(), Settings: scenarios.Settings(f.Fault),
	})
	p.saysUnselected(f)
	switch {
	case p.ofWatchers(f.Site.Links):
		p.note("fault %s: it is on watchers' own links only, and no user meets it", f.Name)
	case f.Share == 0:
		p.note("fault %s: no user's request can cross it, so nothing will be proven", f.Name)
	}
	p.fits(f, keys)
}

// fits checks that the load can show what the fault does.
func (p *planner) fits(f *Fault, keys []string) {
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
		g := p.load[l.From]
		if !l.Users || g == nil {
			continue
		}
		limit := orElse(g.Timeout, scenarios.DefaultTimeout)
		if again, ok := f.Fault.(faults.Retried); ok && limit < again.Retry() {
			p.problem(at("load", family(l.From), "timeout"),
				"timeout %s: a dropped SYN is sent again after 1s, so fault %s needs a timeout of at least %s to be seen for what it is",
				limit, f.Name, again.Retry())
		}
		if late, ok := f.Fault.(faults.Delaying); ok &&
			late.Delays() < orElse(g.Slow, scenarios.DefaultSlow) {
			p.note("fault %s: a delay below the %s from which %s is slow will not count as bad",
				f.Name, orElse(g.Slow, scenarios.DefaultSlow), l.From)
		}
	}
}

// longEnough checks that a fault is on for as long as it needs.
func (p *planner) longEnough(f *Fault, keys []string) bool {
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

// setting tells a mistake in a fault, at the key that it is about.
func (p *planner) setting(keys []string, format string, err error) {
	if wrong := (*faults.SettingError)(nil); errors.As(err, &wrong) {
		keys = append(slices.Clip(keys), strings.Split(wrong.Key, ".")...)
	}
	p.problem(keys, format, err)
}

// meetsNew checks that somebody makes new connections for such a fault to meet.
// Groups that make none may be there beside them, to show that they notice nothing.
func (p *planner) meetsNew(f *Fault, keys []string) {
	var settled []string
	for _, l := range f.Site.Links {
		g := p.load[l.From]
		switch {
		case !l.Users || g == nil:
		case g.Connections != nil && (g.Connections.Per == "request" || g.Connections.Live > 0):
			return
		default:
			settled = append(settled, l.From)
		}
	}
	if len(settled) > 0 {
		p.problem(keys, "%s touches new connections only, and those of %s stay open for ever: give it connections: {per: request} or {live: 5s}",
			f.Kind, settled[0])
	}
}

// meetsPooled says where an embedded balancer's connections go on all the same.
func (p *planner) meetsPooled(f *Fault) {
	for _, l := range f.Site.Links {
		n := p.nodes[l.From]
		if n == nil || n.Spec.Lab == nil || n.Spec.Lab.LB == nil || n.Spec.Lab.LB.PerRequest {
			continue
		}
		p.note("fault %s: %s keeps its connections to %s open, and requests on those meet nothing, unlike its checks: per-request: true makes each anew",
			f.Name, l.From, l.To)
	}
}

// ofWatchers: all links are watchers' own.
func (p *planner) ofWatchers(links []link.Link) bool {
	return len(links) > 0 && !slices.ContainsFunc(links,
		func(l link.Link) bool { return p.consumers[l.From].kind != kindWatcher })
}

// overlaps refuses two faults at one time on one target, whose lifts would undo
// each other, and two of one kind on one link: what each did could not be told
// apart.
func (p *planner) overlaps() {
	for i, a := range p.plan.Faults {
		for _, b := range p.plan.Faults[:i] {
			if a.At >= b.At+max(b.For, 1) || b.At >= a.At+max(a.For, 1) {
				continue
			}
			target := slices.IndexFunc(a.Site.Targets,
				func(t string) bool { return slices.Contains(b.Site.Targets, t) })
			shared := slices.IndexFunc(a.Site.Links, func(l link.Link) bool {
				return slices.ContainsFunc(b.Site.Links,
					func(m link.Link) bool { return m.ID == l.ID })
			})
			switch {
			case a.Kind == b.Kind && shared >= 0:
				p.problem(at("faults", a.Name),
					"faults %s and %s are both %s on %s at the same time: what each did could not be told apart",
					b.Name, a.Name, a.Kind, a.Site.Links[shared].ID)
			case target >= 0:
				p.problem(at("faults", a.Name),
					"faults %s and %s are both on %s at the same time: the lift of one would undo the other; give them times of their own by at and for",
					b.Name, a.Name, a.Site.Targets[target])
			}
		}
	}
}

// timeline puts the phases and faults in order of time.
func (p *planner) timeline() {
	f := p.s.Phases
	p.plan.InjectDelay = p.drawn(p.every)
	steps, fault := []Step{{0, "baseline: users and checks begin"}}, f.WarmingUp()+f.Baseline
	if warm := f.WarmingUp(); warm > 0 {
		steps = []Step{{0, "warm-up, which is not judged: users and checks begin"},
			{warm, "baseline"}}
	}
	for _, x := range p.plan.Faults {
		steps = append(steps, Step{fault + x.At, fmt.Sprintf("inject %s: %s", x.Name, x.Fault)})
		if !faults.IsInstant(x.Fault) {
			steps = append(steps, Step{fault + x.At + x.For, "lift " + x.Name})
		}
	}
	steps = append(steps,
		Step{fault + f.Hold, "recovery: the last fault is gone"},
		Step{fault + f.Hold + f.Recovery, "end"})
	if p.plan.gap() > 0 {
		steps = append(steps, Step{fault + f.Hold + f.Recovery,
			"acknowledged writes are read back"})
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return int(a.At - b.At) })
	p.plan.Timeline = steps
	p.note("every instant from the injection on comes up to %s later, drawn from the seed, so that it falls anywhere between two of Stormdrill's own checks",
		p.every)
	if others := p.others(); len(others) > 0 && f.Jitter == 0 {
		p.note("how often %s may ask by itself is not known here: set phases.jitter to the longest such interval, of scrapes or checks, so that the injection meets each of its phases",
			strings.Join(others, ", "))
	}
}

// others are who may ask at a period of their own: what stands behind a webhook, and
// images that are not Stormdrill's and use somebody.
func (p *planner) others() (names []string) {
	for _, w := range p.plan.Header.Watch {
		if w.Told && !w.Person {
			names = append(names, w.Name)
		}
	}
	for _, name := range sortedKeys(p.s.Targets) {
		if t := p.s.Targets[name]; t.Lab == nil && len(t.Uses) > 0 {
			names = append(names, name)
		}
	}
	return names
}

// farEnds are the nodes that a fault stands before, or is on.
func farEnds(s faults.Site) []string {
	all := slices.Clone(s.Targets)
	for _, l := range s.Links {
		all = append(all, l.To)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
