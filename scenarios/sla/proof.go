package sla

import (
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// touched is how many requests show what the fault does.
func (p Proof) touched() uint64 {
	if p.Own {
		return p.Total
	}
	return p.Users
}

// anybodys reports whether what was counted may all have been checks, so that only an
// outage shows that users met it. The proof of a fault's own commands counts users: it
// is what its author vouches for.
func (p Proof) anybodys(kind string) bool { return p.Blind && kind != "exec" }

// ledAway reports whether users were led away from the nodes that a fault is on, or
// stands before: while it was on, these answered less than half as many of the users'
// requests as was their share. So it met what the users' requests go by, though none
// of them failed.
func (s *scorer) ledAway(f timeline.Fault) bool {
	t := s.span(f.Name)
	if t.injected == never {
		return false
	}
	until := t.lifted
	if until == never {
		until = s.course.end
	}
	before, during := newAnswers(), newAnswers()
	for _, st := range s.sent() {
		for r := range st.all.Between(0, st.first(t.injected)) {
			before.in(0).add(r, false)
		}
		for r := range st.all.Between(st.first(t.injected), st.first(until)) {
			during.in(0).add(r, false)
		}
	}
	share := before.partOf(f.Nodes)
	expected := share * during.total[0]
	return expected >= leastShare && during.partOf(f.Nodes)*during.total[0] < keptShare*expected
}

// faint reports whether users had a bad request of the fault's own making, or more of
// them while it was on than chance gives with the baseline's share (given how many
// there were in all, each lies within its time with the same chance: binomial). Groups
// that had an outage of another fault meanwhile do not tell.
func (s *scorer) faint(f timeline.Fault) bool {
	t := s.span(f.Name)
	until := t.cleared
	if until == never {
		until = s.course.end
	}
	_, before, _ := s.course.phase("baseline")
	for _, st := range s.streams {
		busy := func(o outage) bool { return o.stream == st && o.onset <= until && o.recovered >= t.injected }
		if !meets(f, st.group.Name) || slices.ContainsFunc(s.outages, busy) {
			continue
		}
		from, to := st.first(t.injected), st.first(until)
		bad := st.badIn(from, to)
		if bad == 0 {
			continue
		}
		for r := range st.all.Between(st.all.First(t.injected), st.all.First(until)) {
			if r.Injected && r.Bad(st.group.Slow) {
				return true
			}
		}
		base, calm := st.first(before), st.badBefore(before)
		of := distuv.Binomial{N: float64(calm + bad), P: float64(to-from) / float64(base+to-from)}
		if 1-of.CDF(float64(bad-1)) < faintChance {
			return true
		}
	}
	return false
}

// beside is the fault in whose outage another was on, too, that its users can meet;
// empty where there is none.
func (s *scorer) beside(f timeline.Fault) string {
	t := s.span(f.Name)
	for _, x := range s.spells {
		for _, o := range x.outages {
			if t.injected != never && o.recovered >= t.injected && (t.cleared == never || o.onset <= t.cleared) && meets(f, o.stream.group.Name) {
				return x.fault
			}
		}
	}
	return ""
}

// byPacket are the kinds of fault that count packets, of which a request sends several.
var byPacket = []string{"syn-drop", "unreachable", "accept-stall", "blackhole", "loss", "idle-drop",
	"kill", "stop", "restart", "pause", "cpu-starve", "memory-starve"}

// onlyPackets reports whether a count of packets may be of fewer requests than show
// what a fault does, so that their silence is no proof; an outage would be.
func (p Proof) onlyPackets(kind string) bool {
	return !p.Blind && slices.Contains(byPacket, kind) && p.Users < leastTouched*mostPackets
}

func effective(touched uint64) string {
	switch {
	case touched == 0:
		return "no"
	case touched < leastTouched:
		return "too few"
	}
	return "yes"
}
