package sla

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// faults says what each fault did.
func (s *scorer) faults() {
	for _, f := range s.record.Header.Faults {
		out := Fault{Name: f.Name, Kind: f.Kind, Link: f.Aim, What: f.What,
			Settings: texts(f.Settings), Proof: Proof{Counted: counted(link.Count{}, f)},
			Inject: -1, Effect: -1, Lift: -1, Clear: -1}
		s.onTheWire(f, &out)
		out.Proof.Effective = effective(out.Proof.touched(f))
		if slices.ContainsFunc(s.card.Outages,
			func(o Outage) bool { return slices.Contains(o.By, f.Name) }) {
			if f.State {
				// the outage is its effect, however few requests its links saw
				out.Proof.Effective = "yes"
			}
		} else if f.Monitoring { // no user met it
			if f.State && out.Inject.Known() {
				out.Proof.Effective = "yes"
			}
		} else {
			s.withoutOutage(f, &out)
		}
		s.card.Faults = append(s.card.Faults, out)
	}
}

// onTheWire fills in a fault's instants and its own count.
func (s *scorer) onTheWire(f timeline.Fault, out *Fault) {
	injected, ok := markOf(s.record, timeline.MarkInject, f.Name)
	if ok {
		out.Inject = Number(s.course.at(injected.Before))
	}
	if m, ok := markOf(s.record, timeline.MarkLift, f.Name); ok {
		out.Lift = Number(s.course.at(m.After))
	}
	m, cleared := markOf(s.record, timeline.MarkClear, f.Name)
	if cleared {
		out.Clear = Number(s.course.at(m.After))
	}
	for _, p := range s.record.Proofs {
		if p.Fault != f.Name {
			continue
		}
		c := p.Count
		if c.First > 0 && !c.Own {
			out.Effect, out.EffectResolution = Number(s.course.at(c.First)),
				seconds(time.Duration(c.Late+injected.After-injected.Before))
		}
		out.Proof = Proof{Unit: c.Unit, Counted: counted(c, f), Users: c.Users,
			Checks: c.Checks, Total: c.Total,
			Blind: c.Blind, Own: c.Own, Detail: Word(c.Detail), Stated: Stated(c.Detail, c.Stated),
			Untraced: c.Untraced, Unread: Word(c.Unread), Gone: cleared && !c.Active}
	}
}

// withoutOutage says what a fault did that has no outage: it was on in another's, or
// users felt it too little, or not at all, or it is not known to have met them.
func (s *scorer) withoutOutage(f timeline.Fault, out *Fault) {
	if i := slices.IndexFunc(s.card.Outages,
		func(o Outage) bool { return slices.Contains(o.With, f.Name) && len(o.By) > 0 }); i >= 0 {
		out.During = Word(s.card.Outages[i].By[0])
		if out.Proof.Effective == "yes" && out.Inject.Known() && !f.Watchers {
			if felt, _, _ := s.faintly(f); felt != nil { // in groups that had none
				out.Faint = uint64(felt.bad)
				out.Mitigate, out.Recover = felt.times(s.span(f.Name), s.course.end, s.confirm())
			}
		}
		return
	}
	if out.Proof.Effective != "yes" || !out.Inject.Known() { // proofs come before the mark
		return
	}
	felt, detectable, ofGroup := s.faintly(f)
	switch {
	case f.Watchers: // it met no user, and none has borne it
	case out.Proof.unattributed(f) && felt == nil && !s.ledAway(f) && !s.delayed(f):
		out.Proof.Effective = "unknown"
	case out.Proof.onlyPackets(f):
		out.Proof.Effective = "too few"
	case felt == nil:
		out.Absorbed, out.Detectable, out.DetectableGroup = len(s.dead()) == 0, detectable, ofGroup
	default:
		out.Detectable, out.DetectableGroup = detectable, ofGroup
		out.Faint = uint64(felt.bad)
		out.Mitigate, out.Recover = felt.times(s.span(f.Name), s.course.end, s.confirm())
	}
}

// notEffective says why a fault's silence is no proof.
func notEffective(f Fault, of timeline.Fault) Said {
	p := f.Proof
	switch {
	case p.Own, of.Monitoring:
		return Say(FaultTooFewOwn, f.Name, p.Total, p.Unit, leastTouched, f.Link, p.Counted)
	case of.Vouched:
		return Say(FaultTooFewVouched, f.Name, p.Users, p.Unit, leastTouched, f.Link,
			p.Counted)
	case p.Effective == "unknown":
		return Say(FaultUnknown, f.Name, p.Total, p.Unit, f.Link, p.apart(f.Link), p.Counted)
	case p.Effective == "no":
		return Say(FaultUntouched, f.Name, untouched(f, of))
	case p.Users >= leastTouched:
		return Say(FaultFewPackets, f.Name, p.Users, mostPackets, leastTouched)
	}
	return Say(FaultTooFew, f.Name, p.Users, leastTouched)
}

// apart says what would distinguish users' requests from checks.
func (p Proof) apart(link string) Said {
	switch {
	case p.Unread != "":
		return Say(AskByHTTP1, p.Unread, link)
	case p.Untraced:
		return Say(ForwardTraceparent)
	}
	return Say(TellApart)
}

// untouched says what may be why.
func untouched(f Fault, of timeline.Fault) Said {
	switch {
	case f.Proof.Unread != "":
		return Say(UnreadProtocol, f.Proof.Unread, f.Link)
	case of.New:
		return Say(NoneOpened, f.Link)
	case of.Spares:
		return Say(AllSpared, f.Link)
	}
	return Say(NoneMet, f.Link)
}
