package sla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Worlds in which the judge was once wrong, each with what would be wrong of its scorecard.
// Where some are allowed, chance may make so many of 100 wrong.

func calmWorld(rate, share, slow, recovery float64, bad func(float64) float64, gap float64) world {
	w := usually(crowd{rate: rate, bad: bad, took: func(at float64, r *rand.Rand) float64 {
		if at >= 25+gap && at < 25+slow && r.Float64() < share {
			return 0.2 + 0.02*r.Float64()
		}
		return 0.003 + 0.001*r.Float64()
	}})
	w.recovery = recovery
	w.baseline = 15
	w.goals = timeline.Objectives{Calm: within(5)}
	return w
}

func unsent(r *timeline.Record, group string, a, b float64) {
	edit(r, group, func(i int, q *load.Request) {
		if at := float64(q.Due-t0) / 1e9; at >= a && at < b {
			*q = load.Request{Seq: q.Seq, Due: q.Due, User: q.User, Unsent: true, Done: q.Done}
		}
	})
}

func answeredByFault(r *timeline.Record, group, fault string, a, b float64) {
	edit(r, group, func(i int, q *load.Request) {
		if at := float64(q.Due-t0) / 1e9; at >= a && at < b && q.Class == load.Status {
			q.Injected, q.Fault = true, fault
		}
	})
}

// found is one of them.
type found struct {
	w     world
	patch func(*timeline.Record) // what the world cannot say; nil: nothing
	wrong func(Scorecard) bool
}

// unfounded wants no scorecard to be wrong in n runs, but for those allowed of 100.
func unfounded(t *testing.T, n, allowed int, draw func(r *rand.Rand) found) {
	t.Helper()
	wrong, first := 0, ""
	for seed := range n {
		c := draw(rand.New(rand.NewPCG(uint64(seed), 13)))
		r := c.w.record(uint64(seed))
		if c.patch != nil {
			c.patch(r)
		}
		if card := Score(r, c.w.goals); c.wrong(card) {
			if wrong++; first == "" {
				first = fmt.Sprintf("%s %q %+v\n%+v", card.Verdict, lines(card.Reasons), card.Times, card.Faults)
			}
		}
	}
	if 100*wrong > allowed*n {
		t.Errorf("wrong %d of %d: %s", wrong, n, first)
	}
}

func isPass(c Scorecard) bool { return c.Verdict == Pass }

func isFail(c Scorecard) bool { return c.Verdict == Fail }

func outside(x *Time, truth float64) bool {
	return x != nil && !x.Censored && math.Abs(x.Seconds-truth) > x.Resolution+1e-6
}

func ofEach(n int, g crowd) (all []crowd) {
	for range n {
		all = append(all, g)
	}
	return all
}

// What a fault answered just before another came is not that one's.
func TestAnswersOfTheFaultBefore(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 18, 1)})
		w.only = true
		w.also = []onset{{"one", 15, 18}, {"two", 18.1 + 0.3*r.Float64(), 24}}
		return found{w: w, patch: func(r *timeline.Record) { answeredByFault(r, "users-00", "one", 15, 18) },
			wrong: func(c Scorecard) bool { return !c.Faults[1].Absorbed }}
	})
}

// Nor is what a fault answers while another is on, which nobody felt.
func TestAnswersOfTheFaultBeside(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 24, 0.005)})
		w.only = true
		w.also = []onset{{"one", 15, 24}, {"two", 16, 24}}
		return found{w: w, patch: func(r *timeline.Record) { answeredByFault(r, "users-00", "one", 15, 24) },
			wrong: func(c Scorecard) bool { return c.Faults[1].Faint > 0 }}
	})
}

// An outage of one group does not hide what many small ones lose together meanwhile.
func TestBrownOutBesideAnOutage(t *testing.T) {
	for _, share := range []float64{0.05, 0.1, 0.15} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				groups := append([]crowd{{rate: 100, bad: either(from(15, 17, 1), from(45, 46, 1))}}, ofEach(20, crowd{rate: 5, bad: from(15, 25, share)})...)
				w := usually(groups...)
				w.fault, w.only = 40, true
				w.also = []onset{{"one", 15, 25}, {"two", 45, 55}}
				w.goals = timeline.Objectives{Mitigate: within(4)}
				return found{w: w, wrong: isPass}
			})
		})
	}
}

// Nor what another one loses: of such a share three of 100 are not detected.
func TestGroupBesideAnOutage(t *testing.T) {
	unfounded(t, 10, 15, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 17, 1)}, crowd{rate: 20, bad: from(15, 25, 0.08)})
		w.goals = timeline.Objectives{Mitigate: within(4)}
		return found{w: w, wrong: isPass}
	})
}

// What small groups lose from a lift until the next fault is not over.
func TestBrownOutBetweenFaults(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		groups := append([]crowd{{rate: 100, bad: either(from(15, 25, 1), from(50, 52, 1))}}, ofEach(20, crowd{rate: 5, bad: from(25, 37, 0.1)})...)
		w := usually(groups...)
		w.fault, w.only = 40, true
		w.also = []onset{{"one", 15, 25}, {"two", 50, 52}}
		return found{w: w, wrong: isPass}
	})
}

// A fault that was on when another had an outage is asked for its brown-out, too.
func TestBrownOutBeforeAnothersOutage(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		groups := append([]crowd{{rate: 100, bad: from(27, 29, 1)}}, ofEach(20, crowd{rate: 5, bad: from(15, 29, 0.1)})...)
		w := usually(groups...)
		w.only, w.fault = true, 25
		w.also = []onset{{"one", 15, 30}, {"two", 27, 37}}
		w.goals = timeline.Objectives{Mitigate: within(4), Recover: within(5)}
		return found{w: w, wrong: isPass}
	})
}

// A blip at the lift does not make what came before it well.
func TestBrownOutBeforeABlip(t *testing.T) {
	unfounded(t, 10, 5, func(r *rand.Rand) found {
		groups := append([]crowd{{rate: 100, bad: either(from(15, 17, 1), from(25.02, 25.5, 1))}}, ofEach(10, crowd{rate: 5, bad: from(15, 25, 0.2)})...)
		w := usually(groups...)
		w.goals = timeline.Objectives{Mitigate: within(4), Recover: within(5)}
		return found{w: w, wrong: isPass}
	})
}

// A group whose first requests hang, and whose others are never sent, is not well.
func TestGroupOfFewInFlight(t *testing.T) {
	for _, f := range []int{2, 5, 10} {
		t.Run(fmt.Sprint(f), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				w := usually(crowd{rate: 400, bad: from(15, 20, 1)}, crowd{rate: 5})
				n := 0
				return found{w: w, patch: func(r *timeline.Record) {
					edit(r, "users-01", func(i int, q *load.Request) {
						if q.Due > t0+15*sec {
							if n++; n > f {
								*q = load.Request{Seq: q.Seq, Due: q.Due, User: q.User, Unsent: true, Done: q.Due + 10*sec}
							} else {
								q.Class, q.Status, q.Node, q.Done = load.Timeout, 0, "", q.Due+10*sec
							}
						}
					})
				}, wrong: isPass}
			})
		})
	}
}

// Nor one that asks nothing at the end.
func TestGroupUnsentAtTheEnd(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 400, bad: from(15, 20, 1)}, crowd{rate: 20, bad: from(15, 20, 1)})
		return found{w: w, patch: func(r *timeline.Record) { unsent(r, "users-01", 37, 45) }, wrong: isPass}
	})
}

// Nor one that asks nothing at all, however small it is.
func TestGroupThatWasNeverSent(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 400, bad: from(15, 20, 1)}, crowd{rate: 5})
		return found{w: w, patch: func(r *timeline.Record) {
			edit(r, "users-01", func(i int, q *load.Request) {
				if q.Due > t0+15*sec {
					q.Unsent, q.Sent, q.Status, q.Node, q.Done = true, 0, 0, "", t0+45*sec
				}
			})
		}, wrong: isPass}
	})
}

// An edge between two faults is as fine as what failed there allows.
func TestEdgeBetweenTwoFaults(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		late := 5.5 + r.Float64()
		w := usually(crowd{rate: 100, bad: either(from(15, 20, 1), from(20, 20+late, 0.05), from(30, 33, 1))})
		w.only, w.fault = true, 18
		w.also = []onset{{"one", 15, 20}, {"two", 30, 33}}
		w.confirm = 8
		w.goals.Recover = within(late - 0.15)
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Recover, late) }}
	})
}

// Of two groups, the later recovery may be that of the one that is resolved less finely.
func TestMitigateOfTwoGroups(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		a := 2 + r.Float64()
		b := a + 0.2
		w := usually(crowd{rate: 100, bad: from(15, 15+a, 1)}, crowd{rate: 100, bad: from(15, 15+b, 0.1)})
		w.goals = timeline.Objectives{Mitigate: within((a + b) / 2)}
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Mitigate, b) }}
	})
}

// And so the later calm.
func TestCalmOfTwoGroups(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		late := 2 + r.Float64()
		took := func(until, share float64) func(float64, *rand.Rand) float64 {
			return func(at float64, r *rand.Rand) float64 {
				if at >= 15 && at < until && r.Float64() < share {
					return 0.05
				}
				return 0.003
			}
		}
		w := usually(crowd{rate: 100, took: took(25+late, 1)}, crowd{rate: 100, took: took(25+late+0.15, 0.1)})
		w.goals = timeline.Objectives{Calm: within(late + 0.1)}
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Calm, late+0.15) }}
	})
}

// And so the end of the outage.
func TestOutageOfTwoGroups(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		a := 1.5 + r.Float64()
		b := a + 0.3
		w := usually(crowd{rate: 100, bad: from(15, 25+a, 1)}, crowd{rate: 50, bad: from(15, 25+b, 0.1)})
		w.goals = timeline.Objectives{Outage: within(10 + a + 0.15)}
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Outage, 10+b) }}
	})
}

// And so the recovery.
func TestRecoverOfTwoGroups(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		a := 1.5 + r.Float64()
		b := a + 0.15
		w := usually(crowd{rate: 100, bad: from(15, 25+a, 1)}, crowd{rate: 100, bad: from(15, 25+b, 0.05)})
		w.goals = timeline.Objectives{Recover: within((a + b) / 2)}
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Recover, b) }}
	})
}

// Also where it is a small one.
func TestRecoverOfASmallGroup(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		a := 1.5 + r.Float64()
		b := a + 0.1
		w := usually(crowd{rate: 200, bad: from(15, 25+a, 1)}, crowd{rate: 10, bad: from(15, 25+b, 0.5)})
		w.goals = timeline.Objectives{Recover: within((a + b) / 2)}
		return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Recover, b) }}
	})
}

// An outage that begins 20 s after a fault came may be the earlier one's, which users had borne.
func TestBorneUntilLongAfter(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(45, 55, 1)})
		w.only, w.fault = true, 55
		w.also = []onset{{"one", 15, 50}, {"two", 25, 70}}
		w.goals = timeline.Objectives{Mitigate: within(12)}
		return found{w: w, wrong: func(c Scorecard) bool {
			return isPass(c) || !slices.Contains(c.Outages[0].By, "one")
		}}
	})
}

// Slowness that adjoins an outage is seen at low rates, too.
func TestCalmOfFewRequests(t *testing.T) {
	for _, c := range []struct{ rate, share, recovery, gap float64 }{{5, 1, 40, 0}, {5, 1, 240, 0}, {9, 1, 240, 0}, {20, 0.3, 70, 0}, {50, 0.3, 70, 0}, {100, 0.3, 70, 0}, {100, 1, 240, 0.2}, {100, 1, 240, 0}, {10, 1, 240, 0}} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				return found{w: calmWorld(c.rate, c.share, 10, c.recovery, from(15, 25, 1), c.gap), wrong: func(c Scorecard) bool { return isPass(c) || outside(c.Times.Calm, 10) }}
			})
		})
	}
}

// And what begins a little later, and lasts.
func TestCalmALittleLater(t *testing.T) {
	for _, gap := range []float64{0.05, 0.12, 0.2, 1} {
		t.Run(fmt.Sprint(gap), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				return found{w: calmWorld(100, 1, 14, 300, from(15, 25, 1), gap), wrong: isPass}
			})
		})
	}
}

// A watcher that alarms only once the next fault is on may have noticed that one.
func TestNoticedTheNextFault(t *testing.T) {
	for _, unmet := range []bool{false, true} {
		t.Run(fmt.Sprint(unmet), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				w := usually(crowd{rate: 100, bad: either(from(15, 18, 1), from(22, 30, 1))})
				w.only, w.fault = true, 15
				w.also = []onset{{"one", 15, 18}, {"two", 22, 30}}
				w.alarms = []float64{22.2, 23.2, 24.2, 25.2, 26.2, 27.2, 28.2, 29.2}
				w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 10 * time.Second}}
				return found{w: w, patch: func(r *timeline.Record) {
					r.Header.Watch[0].Of = "one"
					if unmet {
						r.Header.Watch[0].Unmet = []string{"two"}
					}
				}, wrong: isPass}
			})
		})
	}
}

// A fault that comes into an outage is noticed from its injection on.
func TestNoticedFromTheInjection(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 30, 1)})
		w.only, w.fault = true, 25
		w.also = []onset{{"one", 15, 40}, {"two", 28, 40}}
		for at := 28.2; at < 39; at++ {
			w.alarms = append(w.alarms, at)
		}
		w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 2 * time.Second}}
		return found{w: w, patch: func(r *timeline.Record) { r.Header.Watch[0].Of = "two" }, wrong: isFail}
	})
}

// What no user felt is not what noticing is counted from, where it need not be noticed.
func TestNoticedWhatWasFelt(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(40, 44, 1)})
		w.only, w.fault = true, 30
		w.also = []onset{{"one", 15, 25}, {"two", 40, 44}}
		for at := 40.2; at < 43; at++ {
			w.alarms = append(w.alarms, at)
		}
		w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 2 * time.Second}, IfFelt: []string{"probe"}}
		return found{w: w, wrong: isFail}
	})
}

// A watcher that got no answer while a fault was on has missed nothing.
func TestWatcherWithoutAnswers(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 25, 1)})
		w.watcher = "haproxy"
		w.alarms = []float64{15.2}
		w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 3 * time.Second}}
		return found{w: w, patch: func(r *timeline.Record) {
			for i := range r.Answers {
				if r.Answers[i].Start > t0+14*sec {
					r.Answers[i].Known, r.Answers[i].Good = false, false
				}
			}
		}, wrong: isFail}
	})
}

// One that cries already cannot be said to have missed a fault.
func TestCryingAlready(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: either(from(15, 18, 1), from(20, 24, 1))})
		w.only, w.fault = true, 10
		w.also = []onset{{"one", 15, 18}, {"two", 20, 24}}
		for at := 15.2; at < 24; at++ {
			w.alarms = append(w.alarms, at)
		}
		w.goals = timeline.Objectives{Detect: map[string]time.Duration{"probe": 2 * time.Second}}
		return found{w: w, patch: func(r *timeline.Record) { r.Header.Watch[0].Of = "two" }, wrong: isFail}
	})
}

// What became slow before the injection is not what calm is.
func TestSlowBeforeTheInjection(t *testing.T) {
	for _, begin := range []float64{8, 12, 14, 14.5} {
		t.Run(fmt.Sprint(begin), func(t *testing.T) {
			unfounded(t, 10, 0, func(r *rand.Rand) found {
				w := usually(crowd{rate: 100, bad: from(15, 25, 1), took: changing(step(begin, 0.003, 0.3), 0.05)})
				w.goals.Calm = within(4)
				return found{w: w, wrong: isPass}
			})
		})
	}
}

// What is bad by the generator's lag alone is no outage of the target's.
func TestLagMakesUsersSlow(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, took: func(_ float64, r *rand.Rand) float64 { return 0.06 + 0.005*r.Float64() }, lag: func(at float64, r *rand.Rand) float64 {
			if at > 15 && at < 25 {
				return r.Float64() * 0.049
			}
			return 0.001 * r.Float64()
		}})
		w.goals = timeline.Objectives{Mitigate: within(4)}
		return found{w: w, patch: func(r *timeline.Record) { r.Header.Groups[0].Slow = 100 * time.Millisecond }, wrong: isFail}
	})
}

// A write that is lost long after a fault is not that one's.
func TestLostWriteOfNoFault(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(crowd{rate: 100, bad: from(15, 17, 1)})
		w.goals = timeline.Objectives{RPO: within(5)}
		return found{w: w, patch: func(r *timeline.Record) {
			r.Header.Groups[0].Ledger = true
			r.Findings = map[string][]load.Finding{}
			i := uint64(0)
			for q := range r.Requests["users-00"].All() {
				if q.Acknowledged() {
					at := q.Done - t0
					lost := at > 14990*ms && at < 15010*ms || at > 40*sec && at < 40*sec+10*ms
					r.Findings["users-00"] = append(r.Findings["users-00"], load.Finding{Seq: q.Seq, Lost: lost})
				}
				i++
			}
		}, wrong: func(c Scorecard) bool { return isFail(c) }}
	})
}

// A control run in which all groups lose a little is not without an outage.
func TestControlOfSmallGroups(t *testing.T) {
	unfounded(t, 10, 0, func(r *rand.Rand) found {
		w := usually(ofEach(50, crowd{rate: 2, bad: from(15, 99, 0.05)})...)
		w.only = true
		return found{w: w, patch: func(r *timeline.Record) {
			r.Header.Control = true
			r.Marks = append([]timeline.Mark{r.Marks[0], {Name: timeline.MarkHold, Before: t0 + 15*sec, After: t0 + 15*sec}}, r.Marks[1:]...)
		}, wrong: isPass}
	})
}

// What was felt faintly lasted at most as long as is said.
func TestFaintBound(t *testing.T) {
	for _, tail := range []float64{2, 5.5, 7} {
		t.Run(fmt.Sprint(tail), func(t *testing.T) {
			unfounded(t, 10, 10, func(r *rand.Rand) found {
				w := usually(ofEach(20, crowd{rate: 5, bad: from(15, 25+tail, 0.02)})...)
				w.recovery = 60
				w.goals.Recover = within(tail - 0.25)
				return found{w: w, wrong: func(c Scorecard) bool { return isPass(c) && c.Faults[0].Faint > 0 }}
			})
		})
	}
}
