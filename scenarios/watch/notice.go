package watch

import (
	"cmp"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Span is when something changed, on the record's clock: not before Before, not
// after After.
type Span struct{ Before, After int64 }

// Alarm is one stretch in which a detector was not content.
type Alarm struct {
	Raised Span
	// Content is when it was satisfied again; valid where Over.
	Content Span
	Over    bool
}

// Noticed is what a detector found during a run.
type Noticed struct {
	Alarms []Alarm // in order
	Asked  int     // answers, or notifications, that count
	Ends   bool    // it says when an alarm is over
}

// Notice reads from the record what a detector found; see Follower.
func Notice(w timeline.Watcher, r *timeline.Record) Noticed {
	f := Follow(w)
	for _, a := range answersOf(w.Name, r.Answers) {
		f.Answer(a)
	}
	deliveries := slices.Clone(r.Deliveries)
	slices.SortStableFunc(deliveries, func(a, b load.Delivery) int { return cmp.Compare(a.At, b.At) })
	for _, d := range deliveries {
		f.Delivery(d)
	}
	return f.Noticed
}

// answersOf gives a check's answers that count, in order of their end: when the
// detector learnt them.
func answersOf(name string, all []load.Answer) []load.Answer {
	var own []load.Answer
	for _, a := range all {
		if a.Check == name && a.Known {
			own = append(own, a)
		}
	}
	slices.SortStableFunc(own, func(a, b load.Answer) int { return cmp.Compare(a.End, b.End) })
	return own
}

// Content reports whether no alarm is on.
func (n *Noticed) Content() bool {
	k := len(n.Alarms)
	return k == 0 || n.Alarms[k-1].Over
}

// raise begins an alarm unless one is on.
func (n *Noticed) raise(s Span) {
	if n.Content() {
		n.Alarms = append(n.Alarms, Alarm{Raised: s})
	}
}

// content ends the alarm that is on, if one is.
func (n *Noticed) content(s Span) {
	if !n.Content() {
		last := &n.Alarms[len(n.Alarms)-1]
		last.Content, last.Over = s, true
	}
}
