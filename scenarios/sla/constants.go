package sla

import "time"

// Every constant of the judgement, with its reason; MEASURING defines them. The limits
// that are the handbook's own stand in handbook.go.
const (
	// alpha is the chance that a run without any fault raises an alarm, over all
	// the streams that are judged, where bad requests come independently, or in bursts as
	// the baseline had them.
	alpha = 1e-4
	// leastP0 keeps a flawless baseline from promising perfection.
	leastP0 = 1e-4
	// An outage is a bad share of at least p1. Half a per cent is half of what already
	// voids a baseline: below it is no outage but a target that is never quite well. Five
	// times what the baseline may have had, so that the worst one that is let through, of
	// 1 %, does not hide a fault that hits a twentieth.
	leastP1 = 0.005
	p1Ratio = 5
	// Confidence is of every bound that is stated of a share or a quantile, one-sided: of the
	// baseline's bad share (one baseline in twenty is worse than it is taken for, and p1
	// leaves room for that), of steps that are a sample, of what a campaign shows. It is what
	// such statements are made with in general, and what 59 runs without a failure
	// show 95 % with.
	Confidence = 0.95
	// confirmQuantile is of the binomial count of bad requests that a confirmed
	// recovery may still have at p0; it errs as seldom as an alarm.
	confirmQuantile = 1 - 1e-4
	// dispersionChance is how seldom chance may make independent failures look like
	// bursts: one baseline in a hundred is judged a little more leniently for it.
	dispersionChance = 0.01
	// calmQuantile of the latencies says whether users are served as before: one in twenty
	// may be slower, as many as a second may have bad before it counts as degraded.
	calmQuantile = 0.95
	// It is as in the baseline up to the larger of this ratio and this much more. Of 500
	// latencies, the 5 s of W at 100/s, p95 scatters by 6.5 % if they are exponential, and
	// the difference of two such by 9 %: a quarter is nearly three times that. Answers of
	// a few milliseconds scatter by what the scheduler of a shared machine adds, and 10 ms
	// more are nothing that a user feels.
	calmRatio = 1.25
	calmMore  = 10 * time.Millisecond
	// MostWaited is the share of time in which some task waited for CPU from which on slow
	// answers may be the machine's doing, and not the target's: half. It is said beside
	// them, and decides nothing.
	MostWaited = 0.5
	// A generator that sends less than this share of what is due in a window
	// cannot confirm a recovery in it: as of the whole run, see mostUnsent.
	leastRate = 0.99
	// perChange is how many bad requests it takes, at p95 of simulated runs, until
	// an edge stands out: an edge is known within 1/r + 6/(r·f).
	perChange = 6
	// window is w, the resolution window of MEASURING: how often the state of a balancer
	// is asked for, unless a drill says otherwise.
	window = 100 * time.Millisecond
	// mostUnsent, of what was due, mostLate, of what was sent with a lag above w,
	// void a run: the former could hide or make as many bad requests as void a baseline,
	// the latter is seen beside instants anyway.
	mostUnsent = 0.01
	mostLate   = 0.001
	// mostUnsentOfGroup is of what was due of one group: in what it did not ask it may have
	// been as unwell as in a brown-out, and the record would not show it.
	mostUnsentOfGroup = 0.05
	// leastLost is how many it takes of either: one of a few hundred is no share yet.
	leastLost = 5
	// mostBaselineBad voids a run: what is unwell beforehand proves nothing. It has to be
	// shown, by a lower bound with Confidence over all groups: see tooMany.
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
	// mostPackets is what one request sends, unanswered, in the 10 s that a user waits at
	// most as a rule: data and its probe, and again after 0.2, 0.4 … 6.4 s (RFC 6298), or
	// SYNs after 1, 2 … s. A count of packets is of at least as many requests as it has
	// times that.
	mostPackets = 8
	// faintChance is how seldom chance may give the users as many bad requests under a
	// fault, of all that they had until then, for it to be taken for the fault's doing
	// though no outage stands out. A flawless baseline as long as the fault leaves room
	// for six: about leastTouched, which is what may count as a fault's effect.
	faintChance = 0.01
	// lastsChance: of a fault that was felt, what is bad behind it is taken for more of it
	// where chance would give as much in fewer than one of five runs. It then only makes a
	// bound longer.
	lastsChance = 0.2
	// undetectedChance is how seldom a share that a scorecard says would have stood out does
	// not: half as often as a false pass is allowed to be.
	undetectedChance = 2.5e-4
	// Users were led away from a node that answers less than keptShare of what was its
	// part of their requests: half, which chance does not do where that part is
	// leastShare requests.
	keptShare  = 0.5
	leastShare = 20
	// degraded and full are shares of bad requests, or of users who had one, in a slice
	// of a second, of at least leastSlice: of fewer, a single one would be degraded's
	// share.
	degraded   = 0.05
	full       = 0.99
	leastSlice = 20
	// level2 and level3 are levels of impact, as shares of users (HANDBOOK: level 1 under
	// 5 %, level 2 to 30 %, level 3 everyone; what it leaves open, 30 to 100 %, is level 3
	// here, and 99 % is full).
	level2 = 0.05
	level3 = 0.30
	// z is of a two-sided interval with Confidence.
	z = 1.959964
)

// What a scenario may leave out, and how much a plan asks for.
const (
	// DefaultSlow is τ: half of the second after which a lost SYN is sent again, so that
	// a request that met one is bad.
	DefaultSlow = 500 * time.Millisecond
	// DefaultConfirm is W: longer than the 4 s in which HAProxy, as it comes, takes a
	// server back, so that one that fails again is seen to.
	DefaultConfirm = 5 * time.Second
	// PerBaseline is how many requests a baseline has to hold of a share that fails for it
	// to be seen against it, 30/f: without a bad one among them the share is known to be
	// under a tenth of f.
	PerBaseline = 30
)
