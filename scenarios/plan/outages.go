package plan

import (
	"slices"

	"github.com/stormdrill/stormdrill/scenarios"
)

// outages checks a web target's outages.
func (p embeddedCheck) outages(w *scenarios.Web, keys []string) {
	o := w.Outages
	sub := func(key string) []string { return append(slices.Clip(keys), key) }
	switch least := o.For + 2*o.Jitter; {
	case o.Every <= 0 || o.For <= 0:
		p.problem(keys, "outages: want every, from the start of one to the start of the next, "+
			"and for, how long each lasts, such as {every: 10s, for: 3s, as: 503}")
	case o.Every <= least:
		p.problem(sub("every"), "every %s: an outage of %s, with a jitter of %s at either end, "+
			"may still be on when the next begins: want more than %s",
			o.Every, o.For, o.Jitter, least)
	}
	switch {
	case o.As == "":
		p.problem(keys, "outages: want as, what a request meets: reset, 503, hang or slow")
	case o.As == scenarios.FailSlow && o.Delay <= 0:
		p.problem(sub("as"), "as slow: want a delay, longer than what the users call slow, such "+
			"as delay: 1s")
	case o.As != scenarios.FailSlow && o.Delay > 0:
		p.problem(sub("delay"), "delay %s: it is of as: slow, and this is %s: take it away",
			o.Delay, o.As)
	case o.As == scenarios.FailReset && w.Connections > 0:
		p.problem(sub("as"), "as reset: a target with a limit of connections cannot reset one: "+
			"take connections away, or fail in another way")
	}
	if o.Share != nil && *o.Share == 0 {
		p.problem(sub("share"), "share 0%%: it would hit nothing")
	}
	if o.Count < 0 {
		p.problem(sub("count"), "count %d: want one above zero, or none for outages without end",
			o.Count)
	}
	if p.faultless {
		p.note("note-outages-logged",
			"target %s has outages of its own, at instants that its log records",
			"target", keys[1])
		return
	}
	p.note("note-outages-own",
		"target %s has outages of its own: one that begins while a fault is on is put down to "+
			"the fault, and one before it voids the run",
		"target", keys[1])
}
