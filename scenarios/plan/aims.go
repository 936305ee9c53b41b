package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// aims is the pass that finds what each fault hits, and when.
type aims struct {
	*diagnostics
	network
	reroutes rerouteCheck
	faults   []writtenFault
	fault    time.Duration // the phase's length
}

// all gives the faults with aims that hit something, with links as they are before proxies,
// and how long answers are kept about names that they move.
func (p aims) all() (all []Fault, ttls []answerTTL) {
	for _, f := range p.faults {
		if a, ok := p.aim(f, &ttls); ok {
			all = append(all, a)
		}
	}
	return all, ttls
}

// aim resolves one fault's kind, time and aim.
func (p aims) aim(f writtenFault, ttls *[]answerTTL) (Fault, bool) {
	keys := at("faults", f.name)
	if f.fault == nil {
		if !p.mistyped(keys) {
			kinds, _ := scenarios.Chosen(&f.entry.Kinds)
			p.problem(keys, "fault %s: want exactly one of %s; there %s", f.name,
				strings.Join(scenarios.KindNames(scenarios.FaultKinds()), ", "), amount(kinds))
		}
		return Fault{}, false
	}
	out := Fault{Name: f.name, Kind: f.kind, Fault: f.fault, At: f.entry.At, For: f.entry.For}
	placed := p.placed(&out, keys)
	a := out.Fault.Aim()
	if cmp.Or(a.Target, a.To, a.From, a.Link) == "" && p.mistyped(at("faults", f.name, f.kind)) {
		return out, false // what it hits may stand under the unknown key
	}
	var err error
	switch aimKey(&out) {
	case "target":
		out.Site.Targets, out.Site.Links, err = p.aimed(a.Target)
	case "to":
		if out.Site.Links = p.flooded(f.name); len(out.Site.Links) == 0 {
			return out, false // floods said why
		}
	case "from":
		out.Site.Askers, out.Site.Links, _, err = p.resolving(a.From, a.Names)
		out.Site.Moved = p.movedLinks(a.MovesTo, out.Site.Askers)
		out.Site.Apart = slices.DeleteFunc(slices.Clone(out.Site.Askers),
			func(a string) bool { return !p.asksApart(a) })
		if err == nil && a.Moves && !p.moved(&out, keys, ttls) {
			return out, false
		}
	default:
		out.Site.Links, err = p.matched(a.Link)
	}
	if err != nil {
		p.unmatched(append(keys, out.Kind, aimKey(&out)), err)
		return out, false
	}
	return out, placed
}

// moved checks where a fault's names move to, and sees that answers about them are kept
// for as long as it says. False: what is wrong has been said.
func (p aims) moved(f *Fault, keys []string, ttls *[]answerTTL) bool {
	a, keys := f.Fault.Aim(), append(keys, f.Kind)
	to := append(slices.Clip(keys), "to")
	if p.failed[scenarios.Path(to...)] { // faultReroutes said why
		return false
	}
	if len(a.Names) > 0 && len(p.nodesOf(a.MovesTo)) > 0 &&
		!p.reroutes.elsewhere(to, a.MovesTo, f.Site.Links) {
		return false
	}
	if a.MovesTTL%time.Second == 0 { // else Bind says why not
		for _, client := range f.Site.Askers {
			*ttls = append(*ttls, answerTTL{append(slices.Clip(keys), "ttl"), client, a.Names,
				a.MovesTTL})
		}
	}
	return true
}

// placed gives a fault its place in the fault phase. False: it has none, so that nothing can be
// said of what it does there.
func (p aims) placed(f *Fault, keys []string) bool {
	hold := p.fault
	switch {
	case hold > 0 && f.At >= hold && !faults.IsInstant(f.Fault):
		p.problem(append(slices.Clip(keys), "at"),
			"fault %s: at %s does not fit into the fault phase of %s: want it to begin before that",
			f.Name, f.At, hold)
		return false
	case faults.IsInstant(f.Fault) && f.For != 0:
		p.problem(append(slices.Clip(keys), "for"),
			"fault %s: a %s is over as soon as it is done, and lasts for no time that could be "+
				"set: leave out for", f.Name, f.Kind)
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
	return true
}

// aimKey is the key under which a fault says what it hits.
func aimKey(f *Fault) string {
	for _, key := range []string{"target", "from", "to"} {
		if scenarios.Has(f.Fault, key) {
			return key
		}
	}
	return "link"
}

// overlaps is the pass that refuses two faults at one time on one target, if their lifts
// would undo each other, and two of one kind on one link: what each did could not be told
// apart.
func overlaps(d *diagnostics, all []Fault) {
	for i, a := range all {
		for _, b := range all[:i] {
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
				d.problem(at("faults", a.Name),
					"faults %s and %s are both %s on %s at the same time: what each did could "+
						"not be told apart", b.Name, a.Name, a.Kind, a.Site.Links[shared].ID)
			case target >= 0:
				d.problem(at("faults", a.Name),
					"faults %s and %s are both on %s at the same time: the lift of one would "+
						"undo the other; give them times of their own by at and for",
					b.Name, a.Name, a.Site.Targets[target])
			}
		}
	}
}
