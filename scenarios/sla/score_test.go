package sla

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

func limit(d time.Duration) *time.Duration { return &d }

// usual is a drill in which a third of the requests fail for two seconds of a
// fault that lasts ten, and a check notices after one.
func usual() sim {
	return sim{rate: 100, length: 40 * time.Second, inject: 15 * sec, lift: 25 * sec, seed: 3,
		downs:   []down{{15 * sec, 17 * sec, 0.33, "503"}},
		watch:   []timeline.Watcher{{Name: "pager", Kind: "http", Fails: 1, Oks: 1, Every: time.Second}},
		answers: []load.Answer{answer(10*sec, true), answer(16*sec-ms, false), answer(26*sec, true)},
		goals: timeline.Objectives{Detect: map[string]time.Duration{"pager": 3 * time.Second}, Restore: map[string]time.Duration{"pager": 5 * time.Second},
			Mitigate: limit(4 * time.Second), Recover: limit(4 * time.Second), Keep: []string{"success in run >= 95%"}}}
}

func answer(at int64, good bool) load.Answer {
	return load.Answer{Check: "pager", Start: t0 + at - ms, End: t0 + at, Good: good, Known: true}
}

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*sim, *timeline.Record)
		verdict Verdict
		reason  string // part of one
	}{
		"pass":                  {nil, Pass, ""},
		"late detection":        {func(_ *sim, r *timeline.Record) { r.Answers[1].End += 4 * sec; r.Answers[2].End += sec }, Fail, "objective=detect pager wanted=(time-limit op=<= limit_seconds=3) measured=(time seconds=4.999"},
		"never detected":        {func(_ *sim, r *timeline.Record) { r.Answers = r.Answers[:1] }, Fail, "objective=detect pager wanted=(time-limit op=<= limit_seconds=3) measured=(time-exceeds seconds=10)"},
		"it could not be asked": {func(_ *sim, r *timeline.Record) { r.Answers = nil }, Inconclusive, "why=(no-answer-counts)"},
		"not restored":          {func(_ *sim, r *timeline.Record) { r.Answers = r.Answers[:2] }, Fail, "objective=alert-clear pager wanted=(time-limit op=<= limit_seconds=5) measured=(time-exceeds seconds=15"},
		"alarm beforehand":      {func(_ *sim, r *timeline.Record) { r.Answers[0].Good = false }, Inconclusive, "alarm-early watcher=pager at_seconds=10"},
		"not effective":         {func(s *sim, r *timeline.Record) { r.Proofs[0].Count.Users = 0 }, Inconclusive, "fault-untouched fault=fault"},
		"too few":               {func(s *sim, r *timeline.Record) { r.Proofs[0].Count.Users = 4 }, Inconclusive, "fault-too-few fault=fault touched=4"},
		"own traffic": {func(s *sim, r *timeline.Record) {
			c := &r.Proofs[0].Count
			c.Own, c.Users, c.Total, c.Unit = true, 0, 4, "flood requests sent"
		}, Inconclusive, "fault-too-few-own fault=fault touched=4 unit=flood requests sent"},
		"own commands": {func(s *sim, r *timeline.Record) {
			r.Header.Faults[0].Vouched = true
			c := &r.Proofs[0].Count
			c.Users, c.Total, c.Blind, c.First, c.Unit = 4, 4, true, 0, "requests refused"
		}, Inconclusive, "fault-too-few-vouched fault=fault touched=4 unit=requests refused"},
		"not gone": {func(s *sim, r *timeline.Record) { r.Proofs[0].Count.Active = true }, Inconclusive, "fault-not-gone fault=fault"},
		"left in place": {func(_ *sim, r *timeline.Record) {
			r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkUnlifted, Detail: "rule x"})
		}, Error, "fault-left detail=rule x"},
		"left in place, twice": {func(_ *sim, r *timeline.Record) {
			m := timeline.Mark{Name: timeline.MarkUnlifted, Detail: "rule x"}
			r.Marks = append(r.Marks, m, m, timeline.Mark{Name: timeline.MarkError, Detail: "rule x\nrule x"})
		}, Error, "fault-left detail=rule x"},
		"harness failed": {func(_ *sim, r *timeline.Record) {
			r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkError, Detail: "load node gone"})
		}, Error, "load node gone"},
		"interrupted": {func(_ *sim, r *timeline.Record) {
			r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkInterrupted})
		}, Interrupted, "interrupted"},
		"aborted": {func(_ *sim, r *timeline.Record) {
			r.Marks = append(r.Marks, timeline.Mark{Name: timeline.MarkAbort, Detail: "success < 50% for 2s"})
		}, Fail, "objective=no abort wanted=(not detail=success < 50% for 2s) measured=(abort-held)"},
		"cut off": {func(_ *sim, r *timeline.Record) { r.Truncated = true }, Error, "record-truncated"},
		"unsent": {func(_ *sim, r *timeline.Record) {
			spoil(r, 0.02, func(q *load.Request) { q.Unsent, q.Sent = true, 0 })
		}, Inconclusive, "requests-unsent"},
		"some late": {func(_ *sim, r *timeline.Record) { spoil(r, 0.002, func(q *load.Request) { q.Sent += 150 * ms }) }, Inconclusive, "late=8 sent=4000 window_seconds=0.1"},
		"lag":       {func(_ *sim, r *timeline.Record) { spoil(r, 0.02, func(q *load.Request) { q.Sent += 60 * ms }) }, Inconclusive, "late=0 sent=4000 window_seconds=0.1"},
		"descriptors": {func(_ *sim, r *timeline.Record) {
			edit(r, "users", func(i int, q *load.Request) {
				if i == 7 {
					q.Class = load.Local
				}
			})
		}, Inconclusive, "generator-exhausted requests=1"},
		"bad baseline": {func(_ *sim, r *timeline.Record) { spoil(r, 0.03, func(q *load.Request) { q.Class = load.Reset }) }, Inconclusive, "baseline-bad"},
		"failed before it began": {func(_ *sim, r *timeline.Record) {
			now := r.Header.Mono
			*r = timeline.Record{Header: r.Header, Marks: []timeline.Mark{{Name: timeline.MarkError, Before: now, After: now, Detail: "no image"}}}
		}, Error, "no image"},
		"reference failed": {func(_ *sim, r *timeline.Record) {
			refer(r, func(q *load.Request) {
				if q.Due >= t0+15*sec && q.Due < t0+16*sec {
					q.Class = load.Reset
				}
			})
		}, Inconclusive, "reference-bad"},
		"reference fine":   {func(_ *sim, r *timeline.Record) { refer(r, func(*load.Request) {}) }, Pass, ""},
		"reference silent": {func(_ *sim, r *timeline.Record) { refer(r, nil) }, Inconclusive, "reference-silent group=spared"},
		"went round": {func(_ *sim, r *timeline.Record) {
			r.Traffic = []link.Traffic{{Link: "users -> web:8080"}}
		}, Inconclusive, "went-round group=users"},
		"clocks apart": {func(_ *sim, r *timeline.Record) {
			r.Clock.Bound, r.Header.Watch[0].Local = 400*time.Millisecond, true
		}, Inconclusive, "clocks-apart watcher=pager bound_seconds=0.4 limit_seconds=3"},
		"busy": {func(_ *sim, r *timeline.Record) {
			spoil(r, 0.002, func(q *load.Request) { q.Sent += 150 * ms })
			waited := 0.625
			r.Usage = []load.Usage{{}, {Machine: load.Pressure{Load: 8, Cores: 2, CPU: &waited}}, {Machine: load.Pressure{Load: 2, Cores: 2}}}
		}, Inconclusive, "machine-busy load_per_core=4 waited_cpu_share=0.625"},
		"no requests":  {func(_ *sim, r *timeline.Record) { r.Requests = nil }, Inconclusive, "baseline-short group=users requests=0"},
		"empty record": {func(_ *sim, r *timeline.Record) { *r = timeline.Record{} }, Error, "record-no-end"},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual()
			r := s.record()
			if c.change != nil {
				c.change(&s, r)
			}
			card := Score(r, r.Header.Objectives)
			if card.Verdict != c.verdict || !strings.Contains(strings.Join(lines(card.Reasons), "\n"), c.reason) {
				t.Errorf("have %s, %q\nwant %s, %q", card.Verdict, card.Reasons, c.verdict, c.reason)
			}
			for _, reason := range lines(card.Reasons) {
				if n := strings.Count(strings.Join(lines(card.Reasons), "\n"), reason); n > 1 {
					t.Errorf("stated %d times: %s", n, reason)
				}
			}
			if b, err := json.Marshal(card); err != nil || len(b) > 10_000 {
				t.Errorf("%d bytes of JSON, %v", len(b), err)
			}
		})
	}
}

// refer adds a reference group that sends as the users do; change nil: it sends
// nothing.
func refer(r *timeline.Record, change func(*load.Request)) {
	r.Header.Groups = append(r.Header.Groups, timeline.Group{Name: "spared", Rate: 100, Users: 10, Slow: 500 * time.Millisecond, Reference: true})
	s := usual()
	s.downs, s.adjust = nil, change
	if change != nil {
		r.Requests["spared"] = s.record().Requests["users"]
	}
}

// spoil changes a share of all requests.
func spoil(r *timeline.Record, share float64, change func(*load.Request)) {
	random := rand.New(rand.NewPCG(1, 2))
	edit(r, "users", func(_ int, q *load.Request) {
		if random.Float64() < share {
			change(q)
		}
	})
}

func TestTimes(t *testing.T) {
	card := Score(usual().record(), usual().goals)
	near := func(name string, have *Time, want, within float64) {
		t.Helper()
		if have == nil || have.Censored || have.Seconds < want-within || have.Seconds > want+within {
			t.Errorf("%s: have %+v, want %v ± %v", name, have, want, within)
		}
	}
	near("detect", card.Times.Detect, 0.999, 0.001)
	near("restore", card.Times.Restore, 1, 0.001)
	near("mitigate", card.Times.Mitigate, 2, 0.2)
	near("recover", card.Times.Recover, 0, 0)
	near("outage", card.Times.Outage, 2, 0.2)
	near("ideal", card.Times.Ideal, 0.35, 0.2)
	if card.Times.Recover.By != "mitigated" {
		t.Errorf("recover by %q", card.Times.Recover.By)
	}
	r := card.Requests
	if r.Due != 2500 || r.Sent != 2500 || r.Failed == 0 || r.BeforeDetect+r.AfterDetect != r.Failed || r.UntilWell != r.AfterDetect {
		t.Errorf("requests %+v", r)
	}
	s := usual()
	s.length, s.downs = 60*time.Second, append(s.downs, down{45 * sec, 47 * sec, 1, "reset"}) // no fault's
	if o := Score(s.record(), s.goals).Requests; o.UntilWell != r.UntilWell || o.AfterDetect < r.AfterDetect+190 {
		t.Errorf("with an outage that is no fault's: %+v, want as many until the users were well as in %+v", o, r)
	}
	if want := []Class{{"http 503", r.Failed}}; !slices.Equal(card.Classes, want) {
		t.Errorf("classes %+v, want %+v", card.Classes, want)
	}
}

// Traffic of a fault's own is no effect on the users: detection counts from what they felt,
// and is not negative where a watcher noticed before.
func TestOwnTraffic(t *testing.T) {
	r := usual().record()
	before := Score(r, r.Header.Objectives)
	c := &r.Proofs[0].Count
	c.Own, c.Users, c.Total, c.First = true, 0, 900, c.First-300*ms
	card := Score(r, r.Header.Objectives)
	if f := card.Faults[0]; card.Verdict != Pass || f.Effect != -1 || f.Proof.Effective != "yes" || f.Absorbed {
		t.Errorf("have %s, %+v", card.Verdict, f)
	}
	if have, want := card.Times.Detect, before.Times.Detect; have == nil || have.Seconds > want.Seconds {
		t.Errorf("detect: have %+v, want at most %+v", have, want)
	}
	r.Answers[1].End -= 3 * sec
	r.Answers[1].Start -= 3 * sec
	if d := Score(r, r.Header.Objectives).Times.Detect; d != nil && d.Seconds < 0 {
		t.Errorf("detect: have %+v", d)
	}
}

// Five seconds down, two up, five down is one outage with one flap.
func TestFlap(t *testing.T) {
	s := sim{rate: 100, length: 60 * time.Second, inject: 15 * sec, lift: 27 * sec,
		downs: []down{{15 * sec, 20 * sec, 1, "reset"}, {22 * sec, 27 * sec, 1, "reset"}}}
	have := Score(s.record(), s.goals).Outages
	if len(have) != 1 || have[0].Flaps != 1 || have[0].Recovery < 26.9 || have[0].Recovery > 27.1 {
		t.Errorf("have %+v, want one outage until 27 s with one flap", have)
	}
	s.downs[1] = down{28 * sec, 33 * sec, 1, "reset"}
	if have := Score(s.record(), s.goals).Outages; len(have) != 2 || have[0].Flaps+have[1].Flaps != 0 {
		t.Errorf("eight seconds up: have %+v, want two outages", have)
	}
}

func TestNeverRecovers(t *testing.T) {
	s := usual()
	s.downs[0].to = 40 * sec
	card := Score(s.record(), s.goals)
	for name, have := range map[string]*Time{"recover": card.Times.Recover, "mitigate": card.Times.Mitigate, "outage": card.Times.Outage} {
		if have == nil || !have.Censored {
			t.Errorf("%s: have %+v, want it censored", name, have)
		}
	}
	if card.Verdict != Fail {
		t.Errorf("verdict %s, want fail", card.Verdict)
	}
}

// What touches users at an unknown time, and is absorbed, counts from its injection: not
// later than it touched them.
func TestAbsorbedUntimed(t *testing.T) {
	s := usual()
	s.downs = nil
	r := s.record()
	for i := range r.Proofs {
		r.Proofs[i].Count.First = 0
	}
	for _, of := range []string{"", "fault"} {
		r.Header.Watch[0].Of = of
		card := Score(r, s.goals)
		if d := card.Watchers[0].Detect; !card.Faults[0].Absorbed || card.Faults[0].Effect != -1 || d == nil || d.Seconds != 0.999 {
			t.Errorf("of %q: detected after %+v; fault %+v", of, d, card.Faults[0])
		}
	}
}

// A fault that bit and that no user felt is absorbed: the best result there is.
func TestAbsorbed(t *testing.T) {
	s := usual()
	s.downs = nil
	card := Score(s.record(), s.goals)
	if !card.Faults[0].Absorbed || card.Verdict != Pass {
		t.Errorf("have %+v, %s %q", card.Faults[0], card.Verdict, card.Reasons)
	}
}

// Whether a watcher would have noticed cannot be decided where no user was hurt: it is
// neither missed nor met. One that noticed all the same has met its limit.
func TestAbsorbedAndWatched(t *testing.T) {
	for result, answers := range map[string][]load.Answer{
		Undecided: {answer(10*sec, true), answer(16*sec, true), answer(30*sec, true)},
		Met:       {answer(10*sec, true), answer(16*sec, false), answer(30*sec, true)},
	} {
		s := two()
		s.watch = []timeline.Watcher{{Name: "pager", Kind: "http", Fails: 1, Oks: 1, Every: time.Second}}
		s.answers = answers
		s.goals = timeline.Objectives{Detect: map[string]time.Duration{"pager": 5 * time.Second}}
		card := Score(s.record(), s.goals)
		want := map[string]Verdict{Undecided: Inconclusive, Met: Pass}[result]
		if o := card.Objectives[0]; o.Result != result || card.Verdict != want {
			t.Errorf("want %s, have %+v, %s %q", result, o, card.Verdict, card.Reasons)
		}
		if card.Spared(card.Watchers[0]) != card.Faults[0].Absorbed || !card.Faults[0].Absorbed {
			t.Errorf("faults %+v", card.Faults)
		}
	}
}

// A time is never below zero: what was seen before it touched any user took none, and what
// the run was too short for exceeds nothing at all.
func TestDetectedBeforeTheUsers(t *testing.T) {
	s := two(down{20 * sec, 30 * sec, 1, "reset"}) // users feel it five seconds late
	s.touched, s.unused = 0, true
	s.watch = []timeline.Watcher{{Name: "pager", Kind: "lb", WatcherTraits: (&watch.LB{}).Traits(), Fails: 1, Oks: 1, Every: time.Second}}
	s.answers = []load.Answer{answer(10*sec, true), answer(16*sec, false), answer(35*sec, true)}
	s.goals = timeline.Objectives{Detect: map[string]time.Duration{"pager": 5 * time.Second}}
	w := Score(s.record(), s.goals).Watchers[0]
	if d := w.Detect; d == nil || d.Seconds != 0 || d.Resolution == 0 {
		t.Errorf("detected %+v, want 0 and its resolution", d)
	}
	if b := w.Behind; b == nil || b.Seconds >= 0 {
		t.Errorf("behind the ideal observer: %+v, want it ahead", b)
	}
}

// A generator that stood still for half a second voids the run, and is never
// taken for an outage of the target's making.
func TestStoppedGenerator(t *testing.T) {
	s := usual()
	s.adjust = func(q *load.Request) {
		if from, to := t0+20*sec, t0+20*sec+500*ms; q.Due >= from && q.Due < to {
			late := to - q.Sent
			q.Sent += late
			q.Done += late
		}
	}
	card := Score(s.record(), s.goals)
	if card.Verdict != Inconclusive || len(card.Outages) != 1 {
		t.Errorf("have %s, outages %+v", card.Verdict, card.Outages)
	}
}

// An outage after everything is over is listed, and is no fault's.
func TestUnexplained(t *testing.T) {
	s := usual()
	s.length = 60 * time.Second
	s.downs = append(s.downs, down{45 * sec, 47 * sec, 1, "reset"})
	card := Score(s.record(), s.goals)
	if n := len(card.Outages); n != 2 || len(card.Outages[1].By) != 0 || card.Times.Outage.Seconds > 3 {
		t.Errorf("have %+v, outage %+v", card.Outages, card.Times.Outage)
	}
	s.downs[1] = down{5 * sec, 6 * sec, 1, "reset"}
	if card := Score(s.record(), s.goals); card.Verdict != Inconclusive {
		t.Errorf("an outage in the baseline: %s", card.Verdict)
	}
}

func TestKeep(t *testing.T) {
	for text, want := range map[string]string{
		"success in run >= 95%":                "met",
		"success in fault >= 99%":              "missed",
		"success of users in baseline >= 100%": "met",
		"p95 in run <= 200ms":                  "met",
		"p50 in run <= 1ms":                    "missed",
	} {
		s := usual()
		s.goals = timeline.Objectives{Keep: []string{text}}
		o := Score(s.record(), s.goals).Objectives[0]
		if !strings.HasSuffix(want, o.Result) {
			t.Errorf("%s: have %+v, want %s", text, o, want)
		}
	}
}

// The requests that were due and never sent leave an objective undecided where
// it depends on them.
func TestKeepWithUnsent(t *testing.T) {
	s := usual()
	s.downs = nil
	s.goals = timeline.Objectives{Keep: []string{"success in run >= 99.9%", "p99.9 in run <= 200ms"}}
	r := s.record()
	spoil(r, 0.005, func(q *load.Request) { q.Unsent, q.Sent = true, 0 })
	for _, o := range Score(r, s.goals).Objectives {
		if o.Result != Undecided {
			t.Errorf("have %+v, want undecided", o)
		}
	}
}

func TestResolutionDecides(t *testing.T) {
	for _, c := range []struct {
		have Time
		want string
	}{
		{Time{Seconds: 2, Resolution: 0.5}, Met},
		{Time{Seconds: 2.8, Resolution: 0.5}, Undecided},
		{Time{Seconds: 3.2, Resolution: 0.5}, Undecided},
		{Time{Seconds: 3.6, Resolution: 0.5}, Missed},
		{Time{Seconds: 5, Censored: true}, Missed},
		{Time{Seconds: 2, Censored: true}, Undecided},
	} {
		if o := atMost("x", 3*time.Second, &c.have, Said{}); o.Result != c.want {
			t.Errorf("%s: have %s, want %s", c.have.Said(), o.Result, c.want)
		}
	}
}

// A request that was under way when the fault came failed because of it,
// although it was due before.
func TestUnderWayAtTheInjection(t *testing.T) {
	s := usual()
	s.inject += 4 * ms
	s.downs = []down{{15*sec - 10*ms, 17 * sec, 1, "hang"}}
	card := Score(s.record(), s.goals)
	if card.Verdict == Inconclusive || card.Outages[0].Onset != 15.004 {
		t.Errorf("have %s %q, outages %+v", card.Verdict, card.Reasons, card.Outages)
	}
}

func TestImpact(t *testing.T) {
	s := usual()
	s.rate, s.downs = 1000, []down{{15 * sec, 17 * sec, 1, "reset"}, {18 * sec, 19 * sec, 0.1, "503"}}
	i := Score(s.record(), s.goals).Impact
	if i.Level != 3 || !i.Everyone || i.Peak != 1 || i.UsersHit != 100 || *i.Full != 2 || *i.Degraded != 3 || *i.ByTime != 0.88 {
		t.Errorf("have %+v", i)
	}
	s.downs = nil
	if i := Score(s.record(), s.goals).Impact; i.Level != 0 || i.UsersHit != 0 || *i.Degraded != 0 || *i.ByTime != 1 {
		t.Errorf("nothing happened: have %+v", i)
	}
	s.rate, s.downs = 10, []down{{15 * sec, 20 * sec, 1, "reset"}}
	if i := Score(s.record(), s.goals).Impact; i.Degraded != nil || i.Full != nil || i.ByTime != nil || i.UsersHit == 0 {
		t.Errorf("an outage at 10/s, of which no second shows anything: have %+v", i)
	}
}

// Too few users to distinguish one level from the next: the higher one, flagged.
func TestImpactLevelUncertain(t *testing.T) {
	s := scorer{card: Scorecard{Impact: Impact{Users: 10_000}}}
	s.level([]slice{{active: 100, hit: 4}})
	if i := s.card.Impact; i.Level != 2 || !i.LevelUncertain || i.Peak != 0.04 {
		t.Errorf("4 of 100: have %+v, want level 2, flagged", i)
	}
}

// An answer that a fault made is never a good one, whatever it looks like: a page with
// status 200, in a record whose load took it for good, is an outage.
func TestFaultsOwnPageIsNeverGood(t *testing.T) {
	s := usual()
	s.rate, s.downs = 100, nil
	s.goals = timeline.Objectives{Mitigate: new(3 * time.Second), Recover: new(3 * time.Second), Keep: []string{"success in fault >= 99%"}}
	s.adjust = func(q *load.Request) {
		q.Injected = q.Due >= t0+15*sec && q.Due < t0+25*sec
	}
	c := Score(s.record(), s.goals)
	if c.Verdict != Fail || c.Faults[0].Absorbed || c.Requests.Failed != 1000 || c.Classes[0].Name != "http 200, injected" {
		t.Errorf("%s, %+v, %+v, %v", c.Verdict, c.Faults[0], c.Requests, c.Classes)
	}
}

// Redirects are not followed, and a baseline of them says what to do.
func TestBaselineOfRedirects(t *testing.T) {
	s := usual()
	s.rate, s.downs = 100, nil
	s.adjust = func(q *load.Request) { q.Class, q.Status = load.Status, 302 }
	c := Score(s.record(), s.goals)
	if c.Verdict != Inconclusive || !strings.Contains(fmt.Sprint(c.Reasons), "redirects-not-followed status=302") {
		t.Errorf("%s: %v", c.Verdict, c.Reasons)
	}
}
