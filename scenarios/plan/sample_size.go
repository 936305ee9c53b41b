package plan

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// sampleSize refuses an objective that the load cannot decide, because too little of what
// it is about happens in its phase: so many that a share of steps is shown with confidence,
// that one bad request is no more than may be, or that a percentile is not simply the
// worst. A relative one needs them in the baseline, too.
func (p thresholds) sampleSize(keys []string, k sla.Keep) {
	if need := k.Needs(); need > 0 && !p.loadReported() {
		p.count(keys, k, k.Phase, need)
		if k.Relative {
			p.count(keys, k, "baseline", need)
		}
	}
}

// loadReported reports whether a problem was reported of a group's rate, or of all that stands
// there: how many requests there are is then not known.
func (p thresholds) loadReported() bool {
	for _, name := range sortedKeys(p.groups) {
		keys := at("load", family(name))
		rate := append(slices.Clip(keys), "rate")
		if p.places.Reported(rate) || p.places.Under(keys) || p.failed[scenarios.Path(rate...)] {
			return true
		}
	}
	return false
}

func (p thresholds) count(keys []string, k sla.Keep, phase string, need int) {
	length := p.length(phase)
	most := 0.0
	for _, name := range p.groups.judged() {
		switch g := p.groups[name]; {
		case !k.About(name):
		case k.OfLookups():
			most += looksUp(g) * length.Seconds()
		case k.OfOpening():
			most += opens(g) * length.Seconds()
		case k.OfEstablished() && perRequest(g):
		default:
			most += float64(g.Rate) * length.Seconds()
		}
	}
	if length <= 0 || most >= float64(need) {
		return
	}
	rate := math.Ceil(float64(need) / length.Seconds())
	switch {
	case k.OfEstablished() && most == 0:
		p.problem(keys, "threshold %q is of connections that stand, and every request opens one: "+
			"want connections: {per: user} or {live: …}", k.Text)
	case k.On != "":
		p.problem(keys, "threshold %q takes %d requests, and the load makes %.0f at most on %s "+
			"connections in %s of %s: want more of them by rate or by connections, or a longer "+
			"phase", k.Text, need, most, k.On, phase, length)
	case k.OfLookups() && most > 0:
		p.problem(keys, "threshold %q takes %d lookups at least, and the load makes %.0f at most "+
			"in %s of %s, as names are kept for their TTL: want dns-cache: 0s, more sources, or "+
			"a longer phase", k.Text, need, most, phase, length)
	case k.OfSteps() && k.IsShare():
		p.problem(keys, "threshold %q takes %d without a failure, and the load makes %.0f at "+
			"most in %s of %s: want connections: {per: request} at %.0f/s or more, or a longer "+
			"phase", k.Text, need, most, phase, length, rate)
	case k.OfSteps():
		p.problem(keys, "threshold %q takes %d at least, of fewer it could be above the worst, "+
			"and the load makes %.0f at most in %s of %s: want connections: {per: request} at "+
			"%.0f/s or more, or a longer phase", k.Text, need, most, phase, length, rate)
	case k.IsShare():
		p.problem(keys, "threshold %q leaves less than one failure to the %.0f requests in %s of "+
			"%s: want %.0f/s or more, a longer phase, or 100%% for none at all",
			k.Text, most, phase, length, rate)
	default:
		p.problem(keys, "threshold %q takes %d requests at least, of fewer it could be above the "+
			"slowest, and the load makes %.0f in %s of %s: want %.0f/s or more, or a longer phase",
			k.Text, need, most, phase, length, rate)
	}
}

// opens is how many connections per second a group opens at most, once it runs;
// those that live for ever are not counted.
func opens(g *scenarios.Group) float64 {
	c, rate := g.Connections, float64(g.Rate)
	switch {
	case c == nil:
		return 0
	case c.Per == "request":
		return rate
	case c.Live <= 0:
		return 0
	case c.Per == "user":
		return min(rate, float64(users(g))/c.Live.Seconds())
	}
	return rate
}

// shortestTTL is how long the drill's resolver lets answers be kept, unless a scenario
// says longer.
const shortestTTL = time.Second

// looksUp is how many lookups per second a group makes at most: one with each connection
// that finds no answer kept at its source.
func looksUp(g *scenarios.Group) float64 {
	kept := shortestTTL
	if g.DNSCache != nil {
		if *g.DNSCache == 0 {
			return opens(g)
		}
		kept = max(kept, *g.DNSCache)
	}
	return min(opens(g), float64(max(1, g.Sources))/kept.Seconds())
}

// length is that of the phase which an objective names.
func (p thresholds) length(name string) time.Duration {
	f := p.phases
	switch name {
	case "baseline":
		return f.Baseline
	case "fault":
		return f.Hold
	case "recovery":
		return f.Recovery
	}
	return f.Hold + f.Recovery
}
