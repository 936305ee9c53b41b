package words

import "github.com/stormdrill/stormdrill/scenarios/sla"

// bounded is a time as no more than a bound where it is known to ± more than itself: of
// 6.5 ± 7.1 ms nothing is certain but that it was at most so long.
func bounded(s sla.Said) sla.Said {
	if most, only := Bound(s); only {
		return sla.Say(sla.TimeAtMost, most)
	}
	return s
}

// Bound is what a time took at most, in seconds, where no more than that is told of it.
func Bound(s sla.Said) (most float64, only bool) {
	seconds, known := s.Of("seconds").(float64)
	resolution, doubtful := s.Of("resolution_seconds").(float64)
	switch {
	case !known:
	case s.Code == sla.TimeAtMost:
		return seconds, true
	case s.Code == sla.TimeTaken && doubtful && resolution > seconds && resolution >= leastShown:
		return seconds + resolution, true
	}
	return 0, false
}
