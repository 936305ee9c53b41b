package watch

import (
	"cmp"
	"slices"
	"time"

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
	// Since is when it became active, by the clock of its sender; zero: not known.
	Since time.Time
}

// Told is a stretch in which one alert fired of those that reach a detector: it is on while
// any of them is. Of what is no payload of alerts there is one for each node that writes
// it.
type Told struct {
	Alarm
	Key    string            // distinguishes it from others
	Labels map[string]string // none: its notification has none
}

// Noticed is what a detector found during a run.
type Noticed struct {
	Alarms  []Alarm // in order
	Active  []Alarm // of a rule: stretches in which it was pending or fired
	Told    []Told  // in order of when they were raised
	Repeats []int64 // when notifications came that said nothing new, an alarm being on
	Asked   int     // answers, or notifications, that count
	Ends    bool    // it says when an alarm is over
}

// Since leaves out what was over before an instant.
func (n *Noticed) Since(from int64) {
	over := func(a Alarm) bool { return a.Over && a.Content.Before < from }
	n.Alarms, n.Active = slices.DeleteFunc(n.Alarms, over), slices.DeleteFunc(n.Active, over)
	n.Told = slices.DeleteFunc(n.Told, func(t Told) bool { return over(t.Alarm) })
	n.Repeats = slices.DeleteFunc(n.Repeats, func(at int64) bool { return at < from })
}

// Differing counts the alerts that reached a detector, each once.
func (n *Noticed) Differing() int {
	keys := map[string]bool{}
	for _, t := range n.Told {
		keys[t.Key] = true
	}
	return len(keys)
}

// Named is what reached a detector of the alerts of one name. Which notifications said
// nothing new of them is not known.
type Named struct {
	Name string
	Noticed
}

// Named are the alerts that have the label alertname, by that, in order of the names.
func (n *Noticed) Named() (all []Named) {
	for _, t := range n.Told {
		name := t.Labels["alertname"]
		if name == "" {
			continue
		}
		i, there := slices.BinarySearchFunc(all, name,
			func(o Named, name string) int { return cmp.Compare(o.Name, name) })
		if !there {
			all = slices.Insert(all, i, Named{name, Noticed{Asked: n.Asked, Ends: n.Ends}})
		}
		all[i].joins(t)
	}
	return all
}

// joins takes in an alert that was raised after those before it: an alarm is on while any
// of them fires.
func (n *Named) joins(t Told) {
	n.Told = append(n.Told, t)
	if len(n.Alarms) == 0 || n.Alarms[len(n.Alarms)-1].before(t.Alarm) {
		n.Alarms = append(n.Alarms, t.Alarm)
		return
	}
	last := &n.Alarms[len(n.Alarms)-1]
	switch {
	case !t.Over:
		last.Over = false
	case last.Over && t.Content.After > last.Content.After:
		last.Content = t.Content
	}
}

// before reports whether an alarm was over when another was raised.
func (a Alarm) before(b Alarm) bool { return a.Over && a.Content.After < b.Raised.After }

// Notifications counts what was sent to those that wait for notifications.
type Notifications struct {
	Received    int // at hooks
	Unmatched   int // of those, by no watcher there
	Unaddressed int // where no watcher waits, and so by no hook
}

// NoticeAll reads from the record what each of its detectors found, and what became of the
// notifications.
func NoticeAll(r *timeline.Record) (all []Noticed, n Notifications) {
	followers, hooks := make([]*Follower, len(r.Header.Watch)), map[string][]*Follower{}
	for i, w := range r.Header.Watch {
		followers[i] = Follow(w)
		for _, a := range answersOf(w.Name, r.Answers) {
			followers[i].Answer(a)
		}
		hooks[w.At()] = append(hooks[w.At()], followers[i])
	}
	for _, d := range inOrder(r.Deliveries) {
		if d.Hook == "" {
			n.Unaddressed++
			continue
		}
		notifies, taken := false, false
		for _, f := range hooks[d.Hook] {
			taken = f.Delivery(d) || taken
			notifies = notifies || f.watcher.Tells() == timeline.StepNotified
		}
		if notifies {
			n.Received++
		}
		if notifies && !taken {
			n.Unmatched++
		}
	}
	for _, f := range followers {
		all = append(all, f.Noticed)
	}
	return all, n
}

// inOrder are notifications in the order in which they came.
func inOrder(all []load.Delivery) []load.Delivery {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b load.Delivery) int { return cmp.Compare(a.At, b.At) })
	return all
}

// Notice reads from the record what a detector found; see Follower.
func Notice(w timeline.Watcher, r *timeline.Record) Noticed {
	f := Follow(w)
	for _, a := range answersOf(w.Name, r.Answers) {
		f.Answer(a)
	}
	for _, d := range inOrder(r.Deliveries) {
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
func (n *Noticed) Content() bool { return content(n.Alarms) }

func content(all []Alarm) bool { return len(all) == 0 || all[len(all)-1].Over }

// raise begins an alarm unless one is on.
func raise(all *[]Alarm, s Span, since time.Time) {
	if content(*all) {
		*all = append(*all, Alarm{Raised: s, Since: since})
	}
}

// end ends the alarm that is on, if one is.
func end(all []Alarm, s Span) {
	if !content(all) {
		all[len(all)-1].end(s)
	}
}

func (a *Alarm) end(s Span) { a.Content, a.Over = s, true }
