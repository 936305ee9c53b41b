package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

func seconds(s float64) time.Duration {
	if math.IsInf(s, 0) || math.IsNaN(s) || s > 1e6 {
		s = 1e6
	}
	return time.Duration(s * float64(time.Second))
}

// sla checks that the objectives can be judged: by watchers that exist, within
// phases that are long enough, at a resolution that the load gives.
func (p *planner) sla() {
	s := p.s.SLA
	if bad, rate := p.fewest(); bad > 0 {
		p.plan.Resolution = sla.Resolution(rate, bad/rate)
	}
	if objectives(s).Empty() && !p.mistyped(at("sla")) {
		p.missing("sla", "sla: want at least one objective (detect, alert-clear, mitigate, recover, outage, calm, thresholds, profile, max-lost-writes, rpo): a drill without one can neither pass nor fail")
	}
	detect, _ := limits(s.Detect)
	for _, name := range sortedKeys(s.Detect) {
		if on := s.Detect[name].If; on != "" && on != scenarios.Felt {
			p.problem(at("sla", "detect", name, "if"), "sla.detect: if %q: want felt, or none", on)
		}
	}
	p.watched("detect", detect)
	p.watched("alert-clear", s.Restore)
	p.change("mitigate", s.Mitigate)
	p.change("recover", s.Recover)
	p.change("outage", s.Outage)
	p.change("calm", s.Calm)
	p.data()
	p.windows()
	p.confirms()
	p.baseline()
	p.stands()
	for i, text := range s.Keep {
		p.keep(at("sla", "thresholds", strconv.Itoa(i)), text)
	}
	p.profile()
	p.unjudged()
	if s.Budget != "" {
		if _, err := sla.ParseBudget(s.Budget); err != nil {
			p.problem(at("sla", "budget"), "%v", err)
		}
	}
	p.plan.Header.Objectives = objectives(s)
}

// unjudged notes that whatever users meet while a fault is on, the drill passes.
func (p *planner) unjudged() {
	s := p.s.SLA
	if len(p.s.Faults) == 0 || p.o.Control || s.Mitigate != nil || s.Outage != nil ||
		s.Profile != "" {
		return
	}
	for _, text := range s.Keep {
		if k, err := sla.ParseKeep(text); err != nil || k.Phase != "recovery" &&
			k.Phase != "baseline" {
			return
		}
	}
	p.note("nothing judges the users while a fault is on: add mitigate, outage, or a threshold in fault or run")
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

// watched checks limits per watcher.
func (p *planner) watched(kind string, limits map[string]time.Duration) {
	for _, name := range sortedKeys(limits) {
		keys, limit := at("sla", kind, name), limits[name]
		if _, ok := p.s.Watch[name]; !ok {
			p.problem(keys, "sla.%s names %q, and no watcher has that name: %s", kind, name,
				scenarios.Listed(name, sortedKeys(p.s.Watch)))
			continue
		}
		if limit <= 0 {
			p.problem(keys, "sla.%s: want a limit above zero", kind)
			continue
		}
		i := slices.IndexFunc(p.plan.Header.Watch,
			func(w timeline.Watcher) bool { return w.Name == name })
		if i < 0 {
			continue
		}
		w := p.plan.Header.Watch[i]
		if why := p.asking[name].endless; why != "" && kind == "alert-clear" {
			p.problem(keys, "sla.alert-clear: watcher %s %s", name, why)
			continue
		}
		if kind == "alert-clear" && w.Told && w.Resolved == "" {
			p.note("sla.alert-clear: webhook %s says that it is content only where it sends Alertmanager's payloads (send_resolved: true): of anything else give it resolved, the pattern of an all-clear",
				name)
		}
		answers := w.Fails
		if kind == "alert-clear" {
			answers = w.Oks
		}
		if least := w.Every * time.Duration(max(1, answers-1)); limit < least {
			p.problem(keys, "sla.%s: %s is finer than watcher %s can tell: %s takes %s at least; want a shorter every, or a limit of %s",
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

// change checks a limit on a change point of the users' own requests.
func (p *planner) change(kind string, limit *time.Duration) {
	if limit == nil {
		return
	}
	keys := at("sla", kind)
	if *limit <= 0 {
		p.problem(keys, "sla.%s: want a limit above zero", kind)
		return
	}
	bad, rate := p.fewest()
	if bad == 0 {
		return
	}
	if res := sla.Resolution(rate, bad/rate); *limit < res {
		p.problem(keys, "sla.%s: %s is finer than the load can tell: at %.4g requests/s, of which %.3g/s may fail, a change shows within %s; want at least %.0f requests/s, or a limit of %s",
			kind, limit, rate, bad, res.Round(time.Millisecond),
			math.Ceil(rate*float64(res)/float64(*limit)), ceil(res))
	}
}

// fewest is how many bad requests per second the faintest fault that users can
// meet makes, and the whole rate.
func (p *planner) fewest() (bad, rate float64) {
	for _, name := range p.judgedGroups() {
		rate += float64(p.load[name].Rate)
	}
	for _, r := range p.touched {
		if b := r.fewest; b > 0 && (bad == 0 || b < bad) {
			bad = b
		}
	}
	return bad, rate
}

// windows checks that each phase is as long as what is to be seen in it.
func (p *planner) windows() {
	s, ph := p.s.SLA, p.s.Phases
	longest := ph.Hold
	if len(p.plan.Faults) > 0 {
		longest = 0
		for _, f := range p.plan.Faults {
			longest = max(longest, f.For)
		}
	}
	if p.allInstant() {
		longest = ph.Hold // how long they are felt is the targets' affair
		if s.Mitigate != nil {
			p.problem(at("sla", "mitigate"),
				"sla.mitigate: it is how soon users are well while a fault is still on, and these are over as soon as they are done: use recover")
		}
	}
	need := func(keys []string, phase string, have, limit, confirm time.Duration) {
		if have <= 0 || have >= limit+confirm {
			return
		}
		sum := limit.String()
		if confirm > 0 {
			sum = fmt.Sprintf("%s, and %s more to confirm it", limit, confirm)
		}
		p.problem(keys, "%s of %s is too short for its sla.%s of %s: want at least %s", phase, have,
			keys[1], sum, limit+confirm)
	}
	for _, name := range sortedKeys(s.Detect) {
		length := longest
		if w := p.s.Watch[name]; w != nil && w.Of != "" {
			length = p.lasts(w.Of)
		}
		what := "a fault"
		if p.person(name) && length > 0 { // who may answer when it is gone
			what, length = "a fault, with the recovery phase,", length+ph.Recovery
		}
		need(at("sla", "detect", name), what, length, s.Detect[name].Within, 0)
	}
	for _, name := range sortedKeys(s.Restore) {
		need(at("sla", "alert-clear", name), "a recovery phase", ph.Recovery, s.Restore[name], 0)
	}
	if s.Mitigate != nil && len(p.plan.Faults) == 0 {
		need(at("sla", "mitigate"), "a fault phase", ph.Hold, *s.Mitigate, p.confirm())
	}
	for _, f := range p.plan.Faults {
		if s.Mitigate != nil && !faults.IsInstant(f.Fault) { // each has to be mitigated in time
			need(at("sla", "mitigate"), "fault "+f.Name, f.For, *s.Mitigate, p.confirm())
		}
	}
	if s.Recover != nil {
		need(at("sla", "recover"), "a recovery phase", ph.Recovery, *s.Recover, p.confirm())
	}
	if s.Outage != nil {
		need(at("sla", "outage"), "the fault and recovery phases", ph.Hold+ph.Recovery, *s.Outage,
			p.confirm())
	}
	if s.Calm != nil {
		need(at("sla", "calm"), "a recovery phase", ph.Recovery, *s.Calm, p.confirm())
	}
	if s.Recover == nil && s.Outage == nil && len(s.Detect) == 0 && s.Mitigate == nil &&
		ph.Recovery > 0 && ph.Recovery < p.confirm() {
		p.problem(at("phases", "recovery"), "recovery of %s is shorter than the %s that confirm it",
			ph.Recovery, p.confirm())
	}
}

// person reports whether a watcher is one.
func (p *planner) person(name string) bool {
	return slices.ContainsFunc(p.plan.Header.Watch,
		func(w timeline.Watcher) bool { return w.Name == name && w.Person })
}

// confirms checks that a stretch as long as confirm tells users who are well from ones
// of whom many are not.
func (p *planner) confirms() {
	rate := 0.0
	for _, name := range p.judgedGroups() {
		rate += float64(p.load[name].Rate)
	}
	if w := p.confirm(); w > 0 && rate > 0 && p.s.Phases.Baseline > 0 &&
		(p.s.SLA.Recover != nil || p.s.SLA.Mitigate != nil) {
		if share := sla.MayConfirm(rate, p.s.Phases.Baseline, w); share > sla.MostConfirmed {
			p.problem(at("phases", "confirm"),
				"confirm of %s at %.4g requests/s tells nothing: it takes users for well of whose requests %.0f%% are bad; want a longer confirm, a higher rate, or a longer baseline",
				w, rate, 100*share)
		}
	}
}

// lasts is how long a fault is on; 0 of an instant one, or where it could not be planned.
func (p *planner) lasts(fault string) time.Duration {
	for _, f := range p.plan.Faults {
		if f.Name == fault {
			return f.For
		}
	}
	return 0
}

// allInstant says that there are faults, and none that lasts.
func (p *planner) allInstant() bool {
	return len(p.plan.Faults) > 0 && !slices.ContainsFunc(p.plan.Faults,
		func(f Fault) bool { return !faults.IsInstant(f.Fault) })
}

// baseline checks that the steady state is known well enough to see the
// faintest fault against it.
func (p *planner) baseline() {
	for _, name := range sortedKeys(p.touched) {
		r := p.touched[name]
		if need := p.short(r); need > 0 {
			p.problem(at("phases", "baseline"),
				"baseline of %s is too short for fault %s, which hits %.3g requests/s: want at least %s, or a higher rate",
				p.s.Phases.Baseline, name, r.fewest, ceil(need))
		}
	}
}

// short is how long the baseline has to be for what a fault hits, where it is not; 0
// else.
func (p *planner) short(r blastRadius) time.Duration {
	have := p.s.Phases.Baseline
	if need := seconds(sla.PerBaseline / r.fewest); r.fewest > 0 && have > 0 && have < need {
		return need
	}
	return 0
}

// stands checks that a fault is on for long enough, and hits enough, for an outage to
// stand out of the users' requests where it is to be judged: else it would be told as
// absorbed, whatever it did to them.
func (p *planner) stands() {
	s := p.s.SLA
	if p.s.Phases.Baseline <= 0 || s.Mitigate == nil && s.Recover == nil && s.Profile == "" {
		return
	}
	for _, f := range p.plan.Faults {
		r := p.touched[f.Name]
		if r.stands == 0 || f.For == 0 || f.For >= r.stands || p.short(r) > 0 {
			continue
		}
		cure := fmt.Sprintf("want it on for at least %s, a higher rate, or one that hits more",
			ceil(r.stands))
		if r.stands > time.Hour {
			cure = "want a higher rate, or one that hits more"
		}
		p.problem(at("faults", f.Name, f.Kind),
			"fault %s hits %.3g requests/s at most and is on for %s: too little for an outage of the users to stand out; %s",
			f.Name, r.fewest, f.For, cure)
	}
}

// ceil rounds up to what a person would write.
func ceil(d time.Duration) time.Duration {
	unit := 100 * time.Millisecond
	if d > 10*time.Second {
		unit = time.Second
	}
	return (d + unit - 1).Truncate(unit)
}

// keep checks one objective over a phase.
func (p *planner) keep(keys []string, text string) {
	k, err := sla.ParseKeep(text)
	if err != nil {
		p.problem(keys, "%v", err)
		return
	}
	if strings.Contains(text, " in hold ") {
		p.note("threshold %q: the phase hold is called fault now; the old name is read for a release",
			text)
	}
	if groups := p.judgedGroups(); k.Of != "" && !slices.ContainsFunc(groups, k.About) {
		p.problem(keys, "threshold %q: no load group is named %q: %s", text, k.Of,
			scenarios.Listed(k.Of, groups))
		return
	}
	if _, ok := p.nodes[k.Node]; k.Node != "" && !ok {
		p.problem(keys, "threshold %q: no node is named %q: %s", text, k.Node,
			scenarios.Listed(k.Node, sortedKeys(p.nodes)))
	}
	p.sampleSize(keys, k)
	p.beyondSlow(k)
}

// beyondSlow says what a limit of latency asks for that no good request can exceed.
func (p *planner) beyondSlow(k sla.Keep) {
	if k.IsShare() || k.OfSteps() || k.Relative || k.Op != "<=" {
		return
	}
	for _, name := range p.judgedGroups() {
		if slow := orElse(p.load[name].Slow, scenarios.DefaultSlow); k.About(name) &&
			k.Value > slow.Seconds() {
			p.note("threshold %q: a request of %s is bad beyond slow: %s, and counts as one without end, so that a limit above it asks how many are good: a higher slow, or a lower limit, asks for latency",
				k.Text, name, slow)
			return
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
