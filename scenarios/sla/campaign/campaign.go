// Package campaign judges many runs of one drill: how many kept the SLA, how
// the times spread, and what so many runs allow one to say of the next. It is
// pure functions of scorecards; the definitions are MEASURING's, “Repeats”.
package campaign

import (
	"fmt"
	"math/rand/v2"
)

// Design of a campaign, fixed before its first run: what it may say depends on
// having been.
type Design struct {
	Runs     int    // with the faults, at least 1
	Allowed  int    // of those, how many may exceed the SLA; below Runs
	Controls int    // runs without the faults
	Seed     uint64 // of all that is drawn at random
}

// Check reports, as an error, a design that no outcome could satisfy.
func (d Design) Check() error {
	switch {
	case d.Runs < 1:
		return fmt.Errorf("%d runs: want at least 1", d.Runs)
	case d.Controls < 0:
		return fmt.Errorf("%d control runs: want none or more", d.Controls)
	case d.Allowed < 0 || d.Allowed >= d.Runs:
		return fmt.Errorf("%d allowed exceedances of %d runs: want fewer than the runs", d.Allowed,
			d.Runs)
	}
	return nil
}

// Turn is one run of a campaign, before it is run.
type Turn struct {
	Number  int // from 1; runs with the faults and controls are numbered apart
	Control bool
	Seed    uint64 // its own
}

// Folder is the turn's place in the campaign's evidence: "001", "control-001".
func (t Turn) Folder() string {
	if t.Control {
		return fmt.Sprintf("control-%03d", t.Number)
	}
	return fmt.Sprintf("%03d", t.Number)
}

// Turns gives every turn in the order in which they are run. Seeds and the
// places of the controls among the runs are drawn from the campaign's seed, so
// that whatever changes on the machine meanwhile meets both alike.
func (d Design) Turns() []Turn {
	random := rand.New(rand.NewPCG(d.Seed, 0xca3)) // any constant: a stream of its own
	all := make([]Turn, 0, d.Runs+d.Controls)
	for i := range d.Runs {
		all = append(all, Turn{Number: i + 1, Seed: random.Uint64()})
	}
	for i := range d.Controls {
		all = append(all, Turn{Number: i + 1, Control: true, Seed: random.Uint64()})
	}
	control := make([]bool, len(all))
	for i := range d.Controls {
		control[i] = true
	}
	random.Shuffle(len(control), func(i, j int) { control[i], control[j] = control[j], control[i] })
	runs, controls := all[:d.Runs], all[d.Runs:]
	order := make([]Turn, len(all))
	for i, c := range control {
		if c {
			order[i], controls = controls[0], controls[1:]
			continue
		}
		order[i], runs = runs[0], runs[1:]
	}
	return order
}
