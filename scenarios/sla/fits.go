package sla

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Fits reports, as an error, what objectives ask for that a record of that header cannot
// show: a watcher or a load group that it does not have.
func Fits(o timeline.Objectives, h timeline.Header) error {
	var watchers, groups []string
	for _, w := range h.Watch {
		watchers = append(watchers, w.Name)
	}
	for _, g := range h.Groups {
		if !g.Reference {
			groups = append(groups, g.Name)
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(o.Detect)),
		slices.Sorted(maps.Keys(o.Restore))) {
		if !slices.Contains(watchers, name) {
			return fmt.Errorf("sla: the record has no watcher %q: it has %s", name,
				strings.Join(watchers, ", "))
		}
	}
	if ledger := func(g timeline.Group) bool { return g.Ledger }; (o.Lose != nil || o.RPO != nil) &&
		!slices.ContainsFunc(h.Groups, ledger) {
		return fmt.Errorf("sla: lose and rpo: no load group of the record keeps a ledger of its " +
			"writes")
	}
	for _, text := range o.Keep {
		k, err := ParseKeep(text)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(groups, k.About) && k.Of != "" {
			return fmt.Errorf("sla: threshold %q: the record has no load group %q: it has %s", text,
				k.Of, strings.Join(groups, ", "))
		}
	}
	return nil
}

// Unhonoured says which settings, of a scenario with the SLA that is to judge a record, that record
// cannot honour: it was made, and stays judged, with its own.
func Unhonoured(given, record timeline.Header) (all []Said) {
	differs := func(key string, want, have any) {
		if w, h := fmt.Sprint(want), fmt.Sprint(have); w != h {
			all = append(all, Say(SettingNotHonoured, key, w, h))
		}
	}
	differs("phases.confirm", given.Phases.Confirm, record.Phases.Confirm)
	for _, g := range given.Groups {
		i := slices.IndexFunc(record.Groups,
			func(h timeline.Group) bool { return h.Name == g.Name })
		if i < 0 {
			continue
		}
		h := record.Groups[i]
		differs("load."+g.Name+".slow", g.Slow, h.Slow)
		if h.Expect != "" {
			differs("load."+g.Name+".expect", g.Expect, h.Expect)
		}
	}
	for _, w := range given.Watch {
		i := slices.IndexFunc(record.Watch,
			func(h timeline.Watcher) bool { return h.Name == w.Name })
		if i < 0 {
			continue
		}
		h, key := record.Watch[i], "watch."+w.Name
		differs(key, w.Kind, h.Kind)
		differs(key+".fails", w.Fails, h.Fails)
		differs(key+".oks", w.Oks, h.Oks)
		differs(key+".match", strconv.Quote(w.Match), strconv.Quote(h.Match))
		differs(key+".resolved", strconv.Quote(w.Resolved), strconv.Quote(h.Resolved))
		differs(key+".of", strconv.Quote(w.Of), strconv.Quote(h.Of))
	}
	return all
}

// confirmable is up to when, from the injection on, users who were well by then are known to be
// so, and W: of a fault that comes and goes W counts in its parts alone.
func (s *scorer) confirmable(t span) int64 {
	least, most := t.injected, t.off()
	if t.period == 0 {
		return most - least
	}
	w, off := s.confirm(), t.off()
	for most-least > int64(time.Millisecond) {
		if middle := least + (most-least)/2; t.met(middle, off) >= w {
			least = middle
		} else {
			most = middle
		}
	}
	return least - t.injected + int64(w)
}

// unconfirmable notes limits that this record's phases are too short for, as those of
// another SLA may be: what lies between what can be confirmed and the limit is
// undecided.
func (s *scorer) unconfirmable() {
	say := func(code Code, name string, limit time.Duration, lasted int64, of ...any) {
		if most := time.Duration(lasted) - s.confirm(); most+window < limit {
			values := slices.Concat([]any{name, seconds(limit)}, of, []any{
				seconds(time.Duration(lasted)), seconds(s.confirm()), seconds(max(0, most))})
			s.card.Notes = append(s.card.Notes, Say(code, values...))
		}
	}
	if limit := s.wanted.Mitigate; limit != nil {
		for _, f := range s.record.Header.Faults {
			if t := s.span(f.Name); f.For > 0 && t.injected != never && t.off() != never {
				say(LimitBeyondFault, "mitigate", *limit, s.confirmable(t), f.Name)
			}
		}
	}
	if s.course.recovery == never { // it broke off
		return
	}
	if limit := s.wanted.Recover; limit != nil && s.course.cleared != never {
		say(LimitBeyondRecord, "recover", *limit, s.course.end-s.course.cleared)
	}
	if limit := s.wanted.Calm; limit != nil && s.course.cleared != never {
		say(LimitBeyondRecord, "calm", *limit, s.course.end-s.course.cleared)
	}
}
