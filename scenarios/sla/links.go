package sla

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// links counts the requests on each proxied link from one reading to the next, and those of
// the users that have a way there. A request that is under way at a reading may be counted
// in one phase by its user and in the next by the link.
func (s *scorer) links() {
	all := s.record.Readings
	if len(all) < 2 {
		return
	}
	w := waysOf(s.record.Traffic)
	for _, last := range all[len(all)-1].Links {
		if last.Unread != "" { // only some of its requests can be read
			continue
		}
		l := Link{Name: last.Link, Blind: last.Untraced, Phases: []LinkPhase{}}
		from, _, _ := splitLink(last.Link)
		senders := slices.DeleteFunc(s.sent(), func(st *stream) bool {
			return !w.from(st.group.Name)[from]
		})
		for i, before := range all[:len(all)-1] {
			n, ok := passed(before, all[i+1], l)
			if !ok || s.course.skips(before, all[i+1]) {
				continue
			}
			p := LinkPhase{Name: before.Phase, Requests: n}
			for _, st := range senders {
				p.Asked += uint64(max(0, st.first(all[i+1].At)-st.first(before.At)))
			}
			if p.Asked > 0 {
				each := round(float64(n) / float64(p.Asked))
				p.Each = &each
			}
			l.Phases = append(l.Phases, p)
		}
		s.card.Links = append(s.card.Links, l)
	}
}

// skips reports whether between two readings a phase began that neither is of: its own is
// missing, and what they count is of two phases.
func (c course) skips(before, after timeline.Reading) bool {
	return slices.ContainsFunc([]string{"fault", "recovery"}, func(phase string) bool {
		began, _, ok := c.phase(phase)
		return ok && before.At < began && began < after.At && before.Phase != phase &&
			after.Phase != phase
	})
}

// passed is how many requests went over a link between two readings: users', or all where
// theirs cannot be distinguished.
func passed(before, after timeline.Reading, l Link) (n uint64, ok bool) {
	of := func(r timeline.Reading) (n uint64, ok bool) {
		i := slices.IndexFunc(r.Links, func(t link.Traffic) bool { return t.Link == l.Name })
		switch {
		case i < 0:
			return 0, false
		case l.Blind:
			return r.Links[i].Requests, true
		}
		return r.Links[i].Users, true
	}
	first, there := of(before)
	last, still := of(after)
	return last - first, there && still && last >= first
}
