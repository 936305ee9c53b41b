package sla

import "time"

// Every constant of the judgement, with its reason; MEASURING defines them.
const (
	// alpha is the chance that a run without any fault raises an alarm, over all
	// the streams that are judged.
	alpha = 1e-4
	// leastP0 keeps a flawless baseline from promising perfection.
	leastP0 = 1e-4
	// An outage is a bad share of at least p1: half a per cent, or this many times
	// what the baseline may have had.
	leastP1 = 0.005
	p1Ratio = 5
	// baselineConfidence is of the one-sided Clopper-Pearson bound of the
	// baseline's bad share.
	baselineConfidence = 0.95
	// confirmQuantile is of the binomial count of bad requests that a confirmed
	// recovery may still have at p0.
	confirmQuantile = 1 - 1e-4
	// A p95 is as in the baseline up to the larger of this ratio and this much more.
	calmRatio = 1.25
	calmMore  = 10 * time.Millisecond
	// A generator that sends less than this share of what is due in a window
	// cannot confirm a recovery in it.
	leastRate = 0.99
	// perChange is how many bad requests it takes, at p95 of simulated runs, until
	// an edge stands out: an edge is known within 1/r + 6/(r·f).
	perChange = 6
	// window is w, the resolution window of MEASURING.
	window = 100 * time.Millisecond
	// mostUnsent, of what was due, mostLate, of what was sent with a lag above w,
	// void a run.
	mostUnsent = 0.01
	mostLate   = 0.001
	// mostBaselineBad voids a run: what is unwell beforehand proves nothing.
	mostBaselineBad = 0.01
	// leastBaseline is the fewest requests that make a steady state: with none of
	// them bad its share is still only known to be under 10 %.
	leastBaseline = 30
	// mostClock is how far a limit may be blurred by the doubt between two clocks: a
	// tenth, so that it is the watcher that is judged and not the clock.
	mostClock = 0.1
	// leastTouched is how many of the users' requests a fault must have hit for its
	// silence to mean that it was absorbed.
	leastTouched = 5
	// degraded and full are shares of bad requests in a slice of a second, of at
	// least leastSlice requests.
	degraded   = 0.05
	full       = 0.99
	leastSlice = 20
)
