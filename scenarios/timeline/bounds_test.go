package timeline_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// What no run can have written is refused when it is read, with what it is.
func TestOutOfBounds(t *testing.T) {
	const huge = int64(1e18)
	at := 12 * second
	one := func(r load.Request) func(*timeline.Writer) error {
		return func(w *timeline.Writer) error {
			b, err := load.EncodeBlock("users", []load.Request{r})
			if err != nil {
				return err
			}
			return w.Block(b)
		}
	}
	mark := func(m timeline.Mark) func(*timeline.Writer) error {
		return func(w *timeline.Writer) error { return w.Mark(m) }
	}
	groups := func(n int) (all []timeline.Group) {
		for i := range n {
			all = append(all, timeline.Group{Name: strings.Repeat("g", i), Rate: 1})
		}
		return all
	}
	nan := math.NaN()
	for name, c := range map[string]struct {
		change func(*timeline.Header)
		more   func(*timeline.Writer) error
		want   string
	}{
		"clock below zero": {func(h *timeline.Header) { h.Mono = -1 }, nil, "mono"},
		"clock far ahead":  {func(h *timeline.Header) { h.Mono = huge }, nil, "mono"},
		"phase below zero": {func(h *timeline.Header) { h.Phases.Hold = -1 }, nil,
			"phase hold"},
		"phase of 31 years": {func(h *timeline.Header) { h.Phases.Baseline = time.Duration(huge) },
			nil, "phase baseline"},
		"confirm of 31 years": {func(h *timeline.Header) { h.Phases.Confirm = time.Duration(huge) },
			nil, "phase confirm"},
		"rate below zero": {func(h *timeline.Header) { h.Groups[0].Rate = -1 }, nil,
			"rate of -1"},
		"rate beyond reason": {func(h *timeline.Header) { h.Groups[0].Rate = 1e18 }, nil,
			"rate of 1e+18"},
		"users beyond reason": {func(h *timeline.Header) { h.Groups[0].Users = 1e9 }, nil,
			"users"},
		"slow below zero": {func(h *timeline.Header) { h.Groups[0].Slow = -1 }, nil, "slow"},
		"groups beyond reason": {func(h *timeline.Header) { h.Groups = groups(1000) }, nil,
			"1000 groups"},
		"two groups of a name": {func(h *timeline.Header) { h.Groups = append(h.Groups, h.Groups[0]) },
			nil, "second of the name"},
		"on without a period": {func(h *timeline.Header) { h.Faults[0].On = time.Second }, nil, "on"},
		"on below zero":       {func(h *timeline.Header) { h.Faults[0].On = -time.Second }, nil, "on"},
		"on beyond the period": {func(h *timeline.Header) {
			h.Faults[0].Period, h.Faults[0].On = time.Second, time.Minute
		}, nil, "on"},
		"on for nothing": {func(h *timeline.Header) { h.Faults[0].Period = time.Second }, nil,
			"nothing of its period"},
		"period without end": {func(h *timeline.Header) {
			h.Faults[0].Period, h.Faults[0].On = math.MaxInt64, time.Second
		}, nil, "period"},
		"share beyond one": {func(h *timeline.Header) { h.Faults[0].Share = 2 }, nil,
			"share of 2"},
		"fault of 31 years": {func(h *timeline.Header) { h.Faults[0].For = time.Duration(huge) },
			nil, "for"},
		"fails below zero": {func(h *timeline.Header) { h.Watch[0].Fails = -1 }, nil, "fails"},
		"thresholds by the ton": {func(h *timeline.Header) { h.Objectives.Keep = make([]string, 1e5) },
			nil, "100000 thresholds"},
		"second header": {nil, func(w *timeline.Writer) error { return w.Header(timeline.Header{}) },
			"second header"},
		"mark below zero": {nil, mark(timeline.Mark{Name: timeline.MarkClear, Before: -huge,
			After: -huge}), "mark clear"},
		"mark beyond the run": {nil, mark(timeline.Mark{Name: timeline.MarkEnd, Before: huge,
			After: huge}), "mark end"},
		"mark turned round": {nil, mark(timeline.Mark{Name: timeline.MarkClear, Fault: "bad",
			Before: at, After: at - 1}), "mark clear of bad"},
		"proof beyond the run": {nil, func(w *timeline.Writer) error {
			return w.Proof(timeline.Proof{Fault: "bad", At: at, Count: link.Count{First: huge}})
		}, "proof of bad"},
		"request far ahead": {nil, one(load.Request{Seq: 9999, Due: huge, Sent: huge, Done: huge}),
			"request 9999 of users"},
		"request below zero": {nil, one(load.Request{Seq: 9999, Due: -huge, Sent: at, Done: at}),
			"request 9999 of users"},
		"answer of 31 years": {nil, one(load.Request{Seq: 9999, Due: at, Sent: at, Done: huge}),
			"request 9999 of users"},
		"a group of nowhere": {nil, func(w *timeline.Writer) error { return w.Block(load.Block{Group: "x"}) },
			"block of"},
		"findings of nothing": {nil, func(w *timeline.Writer) error {
			return w.Findings(load.EncodeFindings("x", make([]load.Finding, 9)))
		}, "findings of x"},
		"load of NaN": {nil, func(w *timeline.Writer) error { return w.Usage(load.Usage{Machine: load.Pressure{Load: nan}}) },
			"load of NaN"},
		"memory below zero": {nil, func(w *timeline.Writer) error {
			v := -1.0
			return w.Usage(load.Usage{Machine: load.Pressure{Memory: &v}})
		}, "load of"},
		"answer out of order": {nil, func(w *timeline.Writer) error {
			return w.Answer(load.Answer{Check: "probe", Start: at, End: at - 1})
		}, "answer of probe"},
		"marks by the ton": {nil, func(w *timeline.Writer) error {
			for range 1 << 16 {
				if err := w.Mark(timeline.Mark{Name: timeline.MarkSteer, Before: at,
					After: at}); err != nil {
					return err
				}
			}
			return nil
		}, "marks"},
		"newest first": {nil, func(w *timeline.Writer) error {
			for i := range int64(8_000) {
				due := at - i*1000
				b, err := load.EncodeBlock("users",
					[]load.Request{{Due: due, Sent: due, Done: due}})
				if err != nil {
					return err
				}
				if err := w.Block(b); err != nil {
					return err
				}
			}
			return nil
		}, "an order in which"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := judged(t, small(t, c.change, c.more))
			var bounds *timeline.BoundsError
			if name != "a group of nowhere" && !errors.As(err, &bounds) || err == nil ||
				!strings.Contains(err.Error(), c.want) {
				t.Errorf("have %v, want a BoundsError with %q", err, c.want)
			}
		})
	}
}

// A record of which the marks of the end and of an error are lost does not pass.
func TestNoPassWithoutAnEnd(t *testing.T) {
	r, whole, err := judged(t, small(t, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	last := len(r.Marks) - 1
	if r.Marks[last].Name != timeline.MarkEnd || whole.Verdict == sla.Error {
		t.Fatalf("whole: %s, %q, ends with %+v", whole.Verdict, whole.Reasons, r.Marks[last])
	}
	r.Marks = r.Marks[:last]
	if card := sla.Score(r, r.Header.Objectives); card.Verdict != sla.Error ||
		card.Reasons[0].Code != sla.RecordNoEnd {
		t.Errorf("without: %s, %q", card.Verdict, card.Reasons)
	}
}
