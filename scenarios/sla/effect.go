package sla

import (
	"fmt"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// faults says what each fault did.
func (s *scorer) faults() {
	for _, f := range s.record.Header.Faults {
		out := Fault{Name: f.Name, Kind: f.Kind, Link: f.Aim, What: f.What, Inject: -1, Effect: -1,
			Lift: -1, Clear: -1}
		s.onTheWire(f, &out)
		out.Proof.Effective = effective(out.Proof.touched(f))
		if slices.ContainsFunc(s.card.Outages,
			func(o Outage) bool { return slices.Contains(o.By, f.Name) }) {
			if f.State {
				out.Proof.Effective = "yes" // the outage is its effect, however few requests its links saw
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
		out.Proof = Proof{Unit: c.Unit, Users: c.Users, Checks: c.Checks, Total: c.Total,
			Blind: c.Blind, Own: c.Own, Detail: Word(c.Detail),
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
	case f.Watchers: // it met no user, and nobody has borne it
	case out.Proof.anybodys(f) && felt == nil && !s.ledAway(f) && !s.delayed(f):
		out.Proof.Effective = "unknown"
	case out.Proof.onlyPackets(f):
		out.Proof.Effective = "too few"
	case felt == nil:
		out.Absorbed, out.Detectable, out.DetectableGroup = !s.dead(), detectable, ofGroup
	default:
		out.Detectable, out.DetectableGroup = detectable, ofGroup
		out.Faint = uint64(felt.bad)
		out.Mitigate, out.Recover = felt.times(s.span(f.Name), s.course.end, s.confirm())
	}
}

// notEffective says why a fault's silence is no proof.
func notEffective(f Fault, of timeline.Fault) Said {
	p := f.Proof
	say := func(code, format string, a ...any) Said {
		return Saying(code, "fault %s"+format, append([]any{f.Name}, a...)...)
	}
	switch {
	case p.Own:
		return say("fault-too-few", ": %d %s, fewer than the %d that would show what it does: is the target of %s up, and the fault on for long enough?",
			p.Total, p.Unit, leastTouched, f.Link)
	case of.Vouched:
		return say("fault-too-few", ": its proof counted %d %s, fewer than the %d that would show what it does: does it count what users meet at %s, and is the fault on for long enough?",
			p.Users, p.Unit, leastTouched, f.Link)
	case p.Effective == "unknown":
		return say("fault-unknown", ": %d %s on %s, users' and checks' together, and no outage: that a user met it is not known, it may all have been checks; %s",
			p.Total, p.Unit, f.Link, p.apart(f.Link))
	case p.Effective == "no":
		return say("fault-untouched", " touched none of the users' requests: %s", untouched(f, of))
	case p.Users >= leastTouched:
		return say("fault-few-packets", " touched %d packets of the users', and no outage followed: one request sends up to %d that nobody answers, so it may have met fewer than the %d requests that would show what it does: raise the rate, or hold it longer",
			p.Users, mostPackets, leastTouched)
	}
	return say("fault-too-few", " touched %d of the users' requests, fewer than the %d that would show what it does: raise the rate, or hold it longer",
		p.Users, leastTouched)
}

// apart says what would tell users' requests from checks.
func (p Proof) apart(link string) string {
	switch {
	case p.Unread != "":
		return fmt.Sprintf("%s is spoken there, in which no request can be read: let %s be asked by HTTP/1.1",
			p.Unread, link)
	case p.Untraced:
		return "no request there carried the traceparent of a user's, which tells the two apart (W3C Trace Context): let who asks there forward that header"
	}
	return "neither a node's share of the users' answers nor their latency shows it; of HTTP, a fault of the byte stream (reset, http-status, latency) tells them apart there, or let it hit a link that the users' own requests take, or the nodes name themselves (X-Stormdrill-Node)"
}

// untouched says what may be why.
func untouched(f Fault, of timeline.Fault) string {
	switch {
	case f.Proof.Unread != "":
		return fmt.Sprintf("%s is spoken on %s, in which no request can be read or answered: let it be asked by HTTP/1.1",
			f.Proof.Unread, f.Link)
	case of.New:
		return fmt.Sprintf("it touches connections while they are made, and none of theirs was opened on %s while it was on; those that stood went on: let them live shorter (connections: {live: …}, or per: request)",
			f.Link)
	case of.Spares:
		return fmt.Sprintf("none of theirs crossed %s while it was on but for what it spares; check the link and the spared paths with stormdrill plan",
			f.Link)
	}
	return fmt.Sprintf("none of theirs met it on %s while it was on; check the link, the port and the connections' life with stormdrill plan",
		f.Link)
}
