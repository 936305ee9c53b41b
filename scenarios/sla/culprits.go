package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// suspect is a fault that was on while an outage lasted, or W and less before, and that
// the group's requests can meet.
type suspect struct {
	name string
	span
	met   bool // its drops, answers or targets were met before the outage's end
	still bool // it was on when the outage began, as far as an edge can be seen, or came into it
	made  int  // of the outage's bad requests, those that it answered itself
	marks bool // answers of its own come through to this group, and say so
}

// culprits are the faults that an outage is put down to, the likeliest first, and those
// that were on besides. Where the answers say which fault made them, it is those; bad
// requests that no fault's answer explains, more than the steady state's share, are put
// down to every fault that they may have met. None: the outage is unexplained.
func (s *scorer) culprits(o outage) (by, others []string) {
	all := s.suspects(o)
	marked := slices.DeleteFunc(slices.Clone(all), func(x suspect) bool { return x.made == 0 })
	slices.SortStableFunc(marked, func(a, b suspect) int { return cmp.Compare(b.made, a.made) })
	unmarked := o.bad
	for _, x := range marked {
		unmarked -= x.made
	}
	blamed := marked
	if len(marked) == 0 || unmarked > o.stream.allowed(o.requests) {
		blamed = append(blamed, likely(all, o, int64(s.confirm()))...)
	}
	for _, x := range blamed {
		if !slices.Contains(by, x.name) {
			by = append(by, x.name)
		}
	}
	for _, x := range all {
		on := x.injected <= o.recovered && (x.cleared == never || x.cleared >= o.onset)
		if on && !slices.Contains(by, x.name) {
			others = append(others, x.name)
		}
	}
	return by, others
}

// suspects are in order of their injection.
func (s *scorer) suspects(o outage) (all []suspect) {
	made := o.stream.madeBy(o.onset, o.due)
	for _, f := range s.record.Header.Faults {
		x := suspect{name: f.Name, span: s.span(f.Name), made: made[f.Name],
			marks: o.stream.marks[f.Name]}
		if x.injected == never || !meets(f, o.stream.group.Name) ||
			x.injected > max(o.last, o.known+int64(o.early)) || x.cleared != never &&
			o.onset > x.cleared+int64(s.confirm()) {
			continue
		}
		x.met = f.State || x.own || x.untimed || x.touched != never && x.touched <= o.last
		x.still = x.cleared == never || o.onset-int64(o.ofOnset()) <= x.cleared
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b suspect) int {
		return cmp.Compare(a.injected, b.injected)
	})
	return all
}

// likely are the suspects of bad requests that no fault answered: those of which the answers
// would not say so, that were met, still on, and new to the users, where there are such.
func likely(all []suspect, o outage, w int64) []suspect {
	all = those(all, func(x suspect) bool { return !x.marks })
	all = those(all, func(x suspect) bool { return x.met })
	all = those(all, func(x suspect) bool { return x.still })
	return those(all, func(x suspect) bool {
		return !slices.ContainsFunc(all, func(y suspect) bool { return x.borne(y, o, w) })
	})
}

// borne reports whether users had been well under a fault for W when another came with
// which their outage began: within W of it, else it may be either. While a fault pauses, users
// are well of it anyway.
func (x suspect) borne(y suspect, o outage, w int64) bool {
	since := max(x.injected, x.touched)
	onset, doubt := o.onset, int64(o.ofOnset())
	if x.pauses() && x.span.met(onset-doubt-w, onset-doubt) < time.Duration(w) {
		return false
	}
	return x.touched != never && y.injected >= since+w && y.injected <= onset+doubt &&
		onset-doubt < max(y.injected, y.touched)+w && onset >= since+w
}

// those are the suspects of which something holds; all of them where it holds of none.
func those(all []suspect, holds func(suspect) bool) []suspect {
	some := slices.DeleteFunc(slices.Clone(all), func(x suspect) bool { return !holds(x) })
	if len(some) == 0 {
		return all
	}
	return some
}

// madeBy counts the bad requests due between two instants, the last included, by the
// fault that answered them.
func (s *stream) madeBy(from, to int64) map[string]int {
	made := map[string]int{}
	for r := range s.all.Between(s.all.First(from), s.all.First(to+1)) {
		if r.Injected && r.Bad(s.group.Slow) {
			made[r.Fault]++
		}
	}
	return made
}

// meets: requests of the group can meet the fault, as far as the plan determined.
func meets(f timeline.Fault, group string) bool {
	return !f.Unmet && len(f.Groups) == 0 || slices.Contains(f.Groups, group)
}
