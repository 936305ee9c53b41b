package watch

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen"
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
}

// Notice reads from the record what a detector found:
//
//   - http, tcp, command: an alarm is raised at the end of the Fails-th bad answer
//     in a row, and over at the end of the Oks-th good one;
//   - haproxy, lb: the state changed between the last answer that still gave the
//     old one and the first that gave the new one;
//   - webhook: at the arrival of a notification.
//
// An answer that could not be had says nothing, neither good nor bad.
func Notice(w timeline.Watcher, r *timeline.Record) Noticed {
	switch w.Kind {
	case "webhook":
		return notified(w, r.Deliveries)
	case "haproxy", "lb":
		return polled(answersOf(w.Name, r.Answers))
	default:
		return checked(answersOf(w.Name, r.Answers), max(1, w.Fails), max(1, w.Oks))
	}
}

// answersOf gives a check's answers that count, in order of their end: when the
// detector learnt them.
func answersOf(name string, all []loadgen.Answer) []loadgen.Answer {
	var own []loadgen.Answer
	for _, a := range all {
		if a.Check == name && a.Known {
			own = append(own, a)
		}
	}
	slices.SortStableFunc(own, func(a, b loadgen.Answer) int { return cmp.Compare(a.End, b.End) })
	return own
}

// raise begins an alarm unless one is on.
func (n *Noticed) raise(s Span) {
	if k := len(n.Alarms); k == 0 || n.Alarms[k-1].Over {
		n.Alarms = append(n.Alarms, Alarm{Raised: s})
	}
}

// content ends the alarm that is on, if one is.
func (n *Noticed) content(s Span) {
	if k := len(n.Alarms); k > 0 && !n.Alarms[k-1].Over {
		n.Alarms[k-1].Content, n.Alarms[k-1].Over = s, true
	}
}

func checked(answers []loadgen.Answer, fails, oks int) Noticed {
	n := Noticed{Asked: len(answers)}
	bad, good := 0, 0
	for _, a := range answers {
		at := Span{a.End, a.End}
		if a.Good {
			bad, good = 0, good+1
			if good >= oks {
				n.content(at)
			}
			continue
		}
		bad, good = bad+1, 0
		if bad >= fails {
			n.raise(at)
		}
	}
	return n
}

func polled(answers []loadgen.Answer) Noticed {
	n := Noticed{Asked: len(answers)}
	for i, a := range answers {
		changed := Span{a.Start, a.End}
		if i > 0 {
			changed.Before = answers[i-1].Start
		}
		if a.Good {
			n.content(changed)
		} else {
			n.raise(changed)
		}
	}
	return n
}

func notified(w timeline.Watcher, all []loadgen.Delivery) Noticed {
	var n Noticed
	match, resolved := pattern(w.Match), pattern(w.Resolved)
	own := slices.Clone(all)
	slices.SortStableFunc(own, func(a, b loadgen.Delivery) int { return cmp.Compare(a.At, b.At) })
	for _, d := range own {
		at := Span{d.At, d.At}
		switch {
		case d.Hook != w.Name:
			continue
		case resolved != nil && resolved.MatchString(d.Body):
			n.content(at)
		case match == nil || match.MatchString(d.Body):
			n.raise(at)
		default:
			continue
		}
		n.Asked++
	}
	return n
}

// pattern compiles what the plan has checked; nil where there is none.
func pattern(s string) *regexp.Regexp {
	if s == "" {
		return nil
	}
	p, err := regexp.Compile(s)
	if err != nil { // only in a record that was not written by a checked plan
		return regexp.MustCompile(regexp.QuoteMeta(s))
	}
	return p
}
