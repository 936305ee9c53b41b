package sla

import (
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// False counts what a watcher cried that no fault explains, by kind. The first four are
// alarms that are false by when they were raised; the others may be of alarms that are not.
type False struct {
	Before  int `json:"before_injection"`
	Control int `json:"in_control_run"`
	// Outlived counts those raised after the injection, and over before users could have had
	// anything of it; Elsewhere those raised later, and while no fault was on that the watcher
	// can meet.
	Outlived  int `json:"over_before_effect"`
	Elsewhere int `json:"at_other_times"`
	// WrongTarget counts alerts with labels that name a node that no fault touched which was on.
	WrongTarget int `json:"wrong_target"`
	Flaps       int `json:"flaps"`      // alerts that came again, no fault or outage begun since
	Duplicates  int `json:"duplicates"` // notifications that said nothing new
}

// alarms are those that are false by when they were raised.
func (f False) alarms() int { return f.Before + f.Control + f.Outlived + f.Elsewhere }

// Notifications counts what was sent to watchers that wait for notifications.
type Notifications struct {
	Received    int `json:"received"`
	Unmatched   int `json:"unmatched"`   // of those, by no watcher that waits there
	Unaddressed int `json:"unaddressed"` // sent to where none waits
}

// falsely counts what a watcher cried falsely.
func (s *scorer) falsely(n watch.Noticed, w timeline.Watcher) (f False) {
	met := s.met(w)
	for _, a := range n.Alarms {
		switch {
		case met.holds(a.Raised) && met.outlives(a):
		case s.record.Header.Control:
			f.Control++
		case met.holds(a.Raised):
			f.Outlived++
		case s.course.injected == never || a.Raised.After < s.course.injected:
			f.Before++
		default:
			f.Elsewhere++
		}
	}
	f.Flaps, f.Duplicates = s.flaps(n, w), len(n.Repeats)
	f.WrongTarget = s.wrongTargets(n, w)
	return f
}

// flaps is how often an alert, or a watcher that has none, cried again with no fault
// injected since it last began to, or come again, and no outage of users begun: a fault that
// comes and goes by itself is one to notice each time.
func (s *scorer) flaps(n watch.Noticed, w timeline.Watcher) (flaps int) {
	if w.Person {
		return 0 // each word of theirs stands alone
	}
	last := map[string]watch.Alarm{}
	again := func(key string, a watch.Alarm) {
		was, before := last[key]
		since := func(t int64) bool {
			return t != never && was.Raised.After < t && t <= a.Raised.After
		}
		if before && !slices.ContainsFunc(s.record.Header.Faults, func(f timeline.Fault) bool {
			x := s.span(f.Name)
			return since(x.injected) || x.again(was.Raised.After, a.Raised.After)
		}) &&
			!slices.ContainsFunc(s.outages, func(o outage) bool { return since(o.onset) }) {
			flaps++
		}
		last[key] = a
	}
	if w.Told {
		for _, t := range n.Told {
			again(t.Key, t.Alarm)
		}
		return flaps
	}
	for _, a := range n.Alarms {
		again("", a)
	}
	return flaps
}

// wrongTargets counts the alerts that came while faults were on, of a node that these did
// not touch.
func (s *scorer) wrongTargets(n watch.Noticed, w timeline.Watcher) int {
	wrong, links := map[string]bool{}, waysOf(s.record.Traffic)
	for _, t := range n.Told {
		named := links.named(t.Labels)
		if len(named) > 0 && s.misnamed(named, s.onAt(t.Raised, w), links) {
			wrong[t.Key] = true
		}
	}
	return len(wrong)
}

// onAt are the faults that an alarm may have been raised by, by its time.
func (s *scorer) onAt(raised watch.Span, w timeline.Watcher) (on []timeline.Fault) {
	for _, f := range s.record.Header.Faults {
		if !slices.Contains(w.Unmet, f.Name) && s.windowOf([]string{f.Name}).holds(raised) {
			on = append(on, f)
		}
	}
	return on
}

// misnamed reports whether one of some nodes was touched by none of the faults, and none of
// them is one that a fault hits. Where that is not known of a fault, nothing is.
func (s *scorer) misnamed(nodes []string, faults []timeline.Fault, links ways) bool {
	if len(faults) == 0 {
		return false
	}
	untouched := slices.Clone(nodes)
	for _, f := range faults {
		if len(f.Nodes) == 0 ||
			slices.ContainsFunc(nodes, func(n string) bool { return slices.Contains(f.Nodes, n) }) {
			return false
		}
		untouched = slices.DeleteFunc(untouched,
			func(n string) bool { return s.touches(f, n, links) })
	}
	return len(untouched) > 0
}

// touches reports whether a node may have had something of a fault on others: it asks them,
// or what asks them does; and what a fault sends of its own goes on to those they ask.
func (s *scorer) touches(f timeline.Fault, node string, links ways) bool {
	return slices.ContainsFunc(f.Nodes, func(hit string) bool {
		return links.leads(node, hit) || s.span(f.Name).own && links.leads(hit, node)
	})
}

// named are the drill's nodes that labels name: by their names alone, as host:port, or
// in a URL.
func (w ways) named(labels map[string]string) (nodes []string) {
	for _, v := range labels {
		if _, after, ok := strings.Cut(v, "://"); ok {
			v = after
		}
		v, _, _ = strings.Cut(v, "/")
		v, _, _ = strings.Cut(v, ":")
		v = hostname.Written(v)
		if v != "" && w.node(v) && !slices.Contains(nodes, v) {
			nodes = append(nodes, v)
		}
	}
	return nodes
}
