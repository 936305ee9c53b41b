package plan

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// someObjective is the pass that wants at least one thing to judge a run by.
func someObjective(d *diagnostics, s scenarios.SLA) {
	if objectives(s).Empty() && !d.mistyped(at("sla")) {
		d.missing("sla", "sla: want at least one objective (detect, alert-clear, mitigate, "+
			"recover, outage, calm, thresholds, profile, max-lost-writes, rpo): a drill without "+
			"one can neither pass nor fail")
	}
}

// budget is the pass that checks the error budget's text.
func budget(d *diagnostics, text string) {
	if text == "" {
		return
	}
	if _, err := sla.ParseBudget(text); err != nil {
		d.problem(at("sla", "budget"), "%v", err)
	}
}

// unjudged is the pass that notes where whatever users meet while a fault is on, the drill passes.
func unjudged(d *diagnostics, s scenarios.SLA) {
	if s.Mitigate != nil || s.Outage != nil ||
		s.Profile != "" {
		return
	}
	for _, text := range s.Keep {
		if k, err := sla.ParseKeep(text); err != nil || k.Phase != "recovery" &&
			k.Phase != "baseline" {
			return
		}
	}
	d.note("note-nothing-judged",
		"nothing judges the users while a fault is on: add mitigate, outage, or a threshold "+
			"in fault or run")
}

// objectives are what a run is judged by.
func objectives(s scenarios.SLA) timeline.Objectives {
	detect, iffy := limits(s.Detect)
	return timeline.Objectives{
		Detect: detect, IfFelt: iffy, Outage: s.Outage, Restore: s.Restore, Mitigate: s.Mitigate,
		Recover: s.Recover, Calm: s.Calm, Keep: s.Keep, Profile: s.Profile, Budget: s.Budget,
		Lose: s.Lose, RPO: s.RPO,
	}
}

// watcherLimits is the pass that checks limits on what watchers say: by watchers that exist,
// and no finer than they ask.
type watcherLimits struct {
	*diagnostics
	written   map[string]*watch.Config
	watchers  []timeline.Watcher
	questions map[string]questions // by watcher
}

func (p watcherLimits) check(s scenarios.SLA) {
	detect, _ := limits(s.Detect)
	for _, name := range sortedKeys(s.Detect) {
		if on := s.Detect[name].If; on != "" && on != scenarios.Felt {
			p.problem(at("sla", "detect", name, "if"), "sla.detect: if %q: want felt, or none", on)
		}
	}
	p.watched("detect", detect)
	p.watched("alert-clear", s.Restore)
}

// watched checks limits per watcher.
func (p watcherLimits) watched(kind string, limits map[string]time.Duration) {
	for _, name := range sortedKeys(limits) {
		keys, limit := at("sla", kind, name), limits[name]
		if _, ok := p.written[name]; !ok {
			have := "the drill has none: add one of that name to watch"
			switch {
			case len(p.written) == 0 && p.mistyped(nil):
				continue // what they stand under may be the unknown key
			case len(p.written) > 0:
				have = scenarios.Listed(name, sortedKeys(p.written))
			}
			p.problem(keys, "sla.%s names %q, and no watcher has that name: %s", kind, name, have)
			continue
		}
		if limit <= 0 {
			p.problem(keys, "sla.%s: want a limit above zero", kind)
			continue
		}
		i := slices.IndexFunc(p.watchers,
			func(w timeline.Watcher) bool { return w.Name == name })
		if i < 0 {
			continue
		}
		w := p.watchers[i]
		if why := p.questions[name].endless; why != "" && kind == "alert-clear" {
			p.problem(keys, "sla.alert-clear: watcher %s %s", name, why)
			continue
		}
		if kind == "alert-clear" && w.Told && w.Resolved == "" {
			p.note("note-no-all-clear",
				"sla.alert-clear: webhook %s says that it is content only where it sends "+
					"Alertmanager's payloads (send_resolved: true): of anything else give it "+
					"resolved, the pattern of an all-clear",
				"watcher", name)
		}
		answers := w.Fails
		if kind == "alert-clear" {
			answers = w.Oks
		}
		if least := w.Every * time.Duration(max(1, answers-1)); limit < least {
			p.problem(keys, "sla.%s: %s is finer than watcher %s can resolve: %s takes %s at "+
				"least; want a shorter every, or a limit of %s",
				kind, limit, name, asked(answers, w.Every), least, least)
		}
	}
}

func asked(n int, every time.Duration) string {
	if n <= 1 {
		return fmt.Sprintf("a question every %s", every)
	}
	return fmt.Sprintf("%d answers in a row, one every %s,", n, every)
}

// changeLimits is the pass that checks limits on change points of the users' own requests:
// bad is how many may fail per second, of the whole rate.
func changeLimits(d *diagnostics, s scenarios.SLA, bad, rate float64) {
	for _, c := range []struct {
		kind  string
		limit *time.Duration
	}{{"mitigate", s.Mitigate}, {"recover", s.Recover}, {"outage", s.Outage}, {"calm", s.Calm}} {
		if c.limit == nil {
			continue
		}
		keys, limit := at("sla", c.kind), *c.limit
		if limit <= 0 {
			d.problem(keys, "sla.%s: want a limit above zero", c.kind)
			continue
		}
		if bad == 0 {
			continue
		}
		if res := sla.Resolution(rate, bad/rate); limit < res {
			d.problem(keys, "sla.%s: %s is finer than the load can resolve: at %.4g requests/s, "+
				"of which %.3g/s may fail, a change shows within %s; want at least %.0f "+
				"requests/s, or a limit of %s",
				c.kind, limit, rate, bad, res.Round(time.Millisecond),
				math.Ceil(rate*float64(res)/float64(limit)), ceil(res))
		}
	}
}

// waits is how long a request may be under way before it is known to be bad; 0 where no fault
// leaves one without an answer.
func waits(all []Fault, groups []timeline.Group) (most time.Duration) {
	if !slices.ContainsFunc(all, func(f Fault) bool { return faults.Hangs(f.Fault) }) {
		return 0
	}
	for _, g := range groups {
		if !g.Reference {
			most = max(most, g.Slow)
		}
	}
	return most
}

// confirms is the pass that checks that a stretch as long as confirm distinguishes users
// who are well from ones of whom many are not; rate is of the users that are judged.
func confirms(d *diagnostics, s scenarios.SLA, ph scenarios.Phases, rate float64) {
	if w := confirmed(ph); w > 0 && rate > 0 && ph.Baseline > 0 &&
		(s.Recover != nil || s.Mitigate != nil) {
		if share := sla.MayConfirm(rate, ph.Baseline, w); share > sla.MostConfirmed {
			bad := ""
			if share < 1 {
				bad = fmt.Sprintf(", as %.0f%% of them may be bad", 100*share)
			}
			d.problem(at("phases", "confirm"),
				"in %s at %.4g/s there are too few requests to tell well from bad%s: want a "+
					"longer confirm, a higher rate, or a longer baseline", confirmWords(ph), rate,
				bad)
		}
	}
}

// limits are the detections' limits, and those that ask for one only if users felt it.
func limits(all map[string]scenarios.Detection) (within map[string]time.Duration, iffy []string) {
	if all == nil {
		return nil, nil
	}
	within = map[string]time.Duration{}
	for _, name := range sortedKeys(all) {
		if within[name] = all[name].Within; all[name].If == scenarios.Felt {
			iffy = append(iffy, name)
		}
	}
	return within, iffy
}
