package timeline

import (
	"fmt"
	"math"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Bounds of what a run can have written. A plan keeps to the first; the others lie far
// beyond what a drill's network has room for. They hold a record that was made up to
// time and memory in proportion to its size.
const (
	// MostPhase is the longest that a phase may be.
	MostPhase = 24 * time.Hour
	// afterwards is how long a run may go on after its phases: lifts that are waited
	// for, and reading back.
	afterwards = 24 * time.Hour
	// beforehand is how far the clocks of two machines may disagree on what came first.
	beforehand = time.Minute

	mostUptime = 20 * 365 * 24 * time.Hour // of a machine: CLOCK_MONOTONIC begins at its start
	mostRate   = 1e6                       // requests per second
	mostUsers  = 10_000_000                // of a group
	mostRow    = 1_000_000                 // fails or oks in a row

	mostGroups  = 256
	mostListed  = 1024 // faults, watchers, steers, objectives of a kind
	mostMarks   = 1 << 16
	mostProofs  = 1 << 18
	mostTraffic = 1 << 16 // links
	mostBlock   = 1 << 16 // requests of a block

	mostReadings = 64 // of links: one for each phase
)

// BoundsError says what of a record no run can have written, though every checksum is
// right: it was made up, or its writer was out of its mind. Nothing is judged by it.
type BoundsError struct {
	Part string // "mark inject of bad-node"
	Have string
	Want string
}

// Error names the part, what it holds and what it can hold.
func (e *BoundsError) Error() string {
	return fmt.Sprintf("%s: %s cannot be: want %s", e.Part, e.Have, e.Want)
}

// bounds are what a record's header allows the entries that follow it.
type bounds struct {
	from, to int64 // of instants, ns
	groups   map[string]bool
}

// boundsOf checks a header.
func boundsOf(h *Header) (*bounds, error) {
	if h.Mono < 0 || h.Mono > int64(mostUptime) {
		return nil, &BoundsError{"header: mono", fmt.Sprint(h.Mono), "0 to " +
			fmt.Sprint(int64(mostUptime))}
	}
	length := time.Duration(0)
	for _, p := range []struct {
		name string
		d    time.Duration
	}{{"warm-up", h.Phases.WarmUp}, {"baseline", h.Phases.Baseline}, {"hold",
		h.Phases.Hold}, {"recovery", h.Phases.Recovery}, {"confirm", h.Phases.Confirm}} {
		if err := within("header: phase "+p.name, p.d, MostPhase); err != nil {
			return nil, err
		}
		length += p.d
	}
	b := &bounds{from: h.Mono - int64(beforehand), to: h.Mono + int64(length+afterwards),
		groups: map[string]bool{}}
	if err := b.addGroups(h.Groups); err != nil {
		return nil, err
	}
	return b, firstOf(checkFaults(h.Faults), checkWatchers(h.Watch), checkObjectives(&h.Objectives),
		atMost("header", "steers", len(h.Steers), mostListed))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// within is an error of a duration below zero or above the most it can be.
func within(part string, d, most time.Duration) error {
	if d < 0 || d > most {
		return &BoundsError{part, d.String(), "0s to " + most.String()}
	}
	return nil
}

func atMost(part, what string, n, most int) error {
	if n > most {
		return &BoundsError{part, fmt.Sprintf("%d %s", n, what), fmt.Sprintf("at most %d", most)}
	}
	return nil
}

func (b *bounds) addGroups(all []Group) error {
	if err := atMost("header", "groups", len(all), mostGroups); err != nil {
		return err
	}
	for _, g := range all {
		part := fmt.Sprintf("group %.60q", g.Name)
		switch {
		case b.groups[g.Name]:
			return &BoundsError{part, "a second of the name", "one"}
		case !(g.Rate >= 0 && g.Rate <= mostRate): // NaN neither
			return &BoundsError{part, fmt.Sprintf("a rate of %g/s", g.Rate),
				fmt.Sprintf("0/s to %g/s", float64(mostRate))}
		case g.Users < 0 || g.Users > mostUsers:
			return &BoundsError{part, fmt.Sprintf("%d users", g.Users),
				fmt.Sprintf("0 to %d", mostUsers)}
		}
		if err := within(part+": slow", g.Slow, MostPhase); err != nil {
			return err
		}
		b.groups[g.Name] = true
	}
	return nil
}

func checkFaults(all []Fault) error {
	for _, f := range all {
		part := fmt.Sprintf("fault %.60q", f.Name)
		if !(f.Share >= 0 && f.Share <= 1) {
			return &BoundsError{part, fmt.Sprintf("a share of %g", f.Share), "0 to 1"}
		}
		if err := firstOf(within(part+": at", f.At, MostPhase),
			within(part+": for", f.For, MostPhase),
			within(part+": period", f.Period, MostPhase),
			within(part+": on", f.On, f.Period)); err != nil {
			return err
		}
		if f.Period > 0 && f.On == 0 {
			return &BoundsError{part, "on for nothing of its period", "a part of it"}
		}
	}
	return atMost("header", "faults", len(all), mostListed)
}

func checkWatchers(all []Watcher) error {
	for _, w := range all {
		part := fmt.Sprintf("watcher %.60q", w.Name)
		if w.Fails < 0 || w.Fails > mostRow || w.Oks < 0 || w.Oks > mostRow {
			return &BoundsError{part, fmt.Sprintf("%d fails and %d oks in a row", w.Fails, w.Oks),
				fmt.Sprintf("0 to %d", mostRow)}
		}
		if err := within(part+": every", w.Every, MostPhase); err != nil {
			return err
		}
	}
	return atMost("header", "watchers", len(all), mostListed)
}

// checkObjectives bounds how many there are; what they ask for is read when they are judged.
func checkObjectives(o *Objectives) error {
	return firstOf(atMost("header", "thresholds", len(o.Keep), mostListed),
		atMost("header", "detections", len(o.Detect), mostListed),
		atMost("header", "conditions", len(o.IfFelt), mostListed),
		atMost("header", "clearances", len(o.Restore), mostListed))
}

// instants checks that all lie within the run.
func (b *bounds) instants(part string, all ...int64) error {
	for _, t := range all {
		if t < b.from || t > b.to {
			return &BoundsError{part, fmt.Sprintf("the instant %d", t),
				fmt.Sprintf("%d to %d: within the run", b.from, b.to)}
		}
	}
	return nil
}

// span checks an instant that is known to lie between two.
func (b *bounds) span(part string, before, after int64) error {
	if after < before {
		return &BoundsError{part, fmt.Sprintf("an end at %d, before its beginning at %d,", after,
			before), "the two in order"}
	}
	return b.instants(part, before, after)
}

func (b *bounds) mark(m Mark) error {
	part := "mark " + clip(m.Name)
	if of := m.Fault + m.Steer; of != "" {
		part += " of " + clip(of)
	}
	return b.span(part, m.Before, m.After)
}

// proof checks its instants; zero is one that did not come.
func (b *bounds) proof(p Proof) error {
	part := "proof of " + clip(p.Fault)
	for _, t := range []int64{p.Count.First, p.Count.Last, p.Count.At, p.At} {
		if t == 0 {
			continue
		}
		if err := b.instants(part, t); err != nil {
			return err
		}
	}
	return firstOf(within(part+": late", time.Duration(p.Count.Late), MostPhase),
		within(part+": doubt", time.Duration(p.Count.Doubt), MostPhase))
}

// reading checks one of links.
func (b *bounds) reading(r Reading) error {
	part := "reading at " + clip(r.Phase)
	return firstOf(b.instants(part, r.At), atMost(part, "links", len(r.Links), mostTraffic))
}

// requests checks a block of a group.
func (b *bounds) requests(group string, rs []load.Request) error {
	if !b.groups[group] {
		return &BoundsError{fmt.Sprintf("requests of %.60q", group),
			"a group that the header does not name", "one of its"}
	}
	for i := range rs {
		r := &rs[i]
		sent := r.Sent
		if r.Unsent {
			sent = r.Due
		}
		if min(r.Due, r.Done, sent) < b.from || max(r.Due, r.Done, sent) > b.to {
			return b.instants(fmt.Sprintf("request %d of %s", r.Seq, clip(group)), r.Due, r.Done,
				sent)
		}
	}
	return nil
}

// usage checks what is added up of it.
func (b *bounds) usage(u load.Usage) error {
	if u.Machine.Cores < 0 || !share(&u.Machine.Load) || !share(u.Machine.CPU) ||
		!share(u.Machine.Since) || !share(u.Machine.Memory) || !share(u.Machine.IO) {
		return &BoundsError{"usage of " + clip(u.Group),
			fmt.Sprintf("a load of %g on %d cores", u.Machine.Load, u.Machine.Cores),
			"finite numbers, none below zero"}
	}
	return nil
}

// share reports whether a number, where there is one, is a load or a share of one.
func share(f *float64) bool { return f == nil || *f >= 0 && *f <= math.MaxInt32 }

// answer checks when something was asked and answered. A drill that ended before the clocks
// were compared has instants of the load node's own clock, so that it is not held to the run.
func (b *bounds) answer(part string, from, to int64) error {
	if from < -int64(mostUptime) || to < from || to > 2*int64(mostUptime) {
		return &BoundsError{part, fmt.Sprintf("%d to %d", from, to),
			fmt.Sprintf("instants in order, up to %d", 2*int64(mostUptime))}
	}
	return nil
}

// clip keeps a name that came with the record from filling the line.
func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return fmt.Sprintf("%.60q…", s)
}
