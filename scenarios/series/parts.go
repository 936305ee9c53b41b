package series

import "github.com/stormdrill/stormdrill/scenarios/timeline"

// Parts are the stretches in which a fault that comes and goes was on.
type Parts struct {
	Fault string       `json:"fault"`
	On    [][2]float64 `json:"on"`
}

// mostParts is how many stretches can be told apart on a chart; one of more is as good as on
// throughout.
const mostParts = 500

// parted are the stretches of each fault that comes and goes, from its injection to its lift, or
// the end of the run.
func parted(r *timeline.Record, start int64) []Parts {
	out := []Parts{}
	_, end := bounds(r)
	for _, f := range r.Header.Faults {
		from, ok := markOf(r, timeline.MarkInject, f.Name)
		if f.Period <= 0 || !ok {
			continue
		}
		until, ok := markOf(r, timeline.MarkLift, f.Name)
		if !ok {
			until = end
		}
		if (until-from)/int64(f.Period) >= mostParts {
			continue
		}
		p := Parts{Fault: f.Name, On: [][2]float64{}}
		for ; from < until; from += int64(f.Period) {
			p.On = append(p.On, [2]float64{float64(from-start) / 1e9,
				float64(min(until, from+int64(f.On))-start) / 1e9})
		}
		out = append(out, p)
	}
	return out
}

// steady is when the steady state began: 0 where there was no warm-up.
func steady(r *timeline.Record, start int64) float64 {
	if at, ok := markOf(r, timeline.MarkBaseline, ""); ok {
		return max(0, float64(at-start)/1e9)
	}
	return 0
}

// markOf is when a fault's mark of a name was made, lower edge.
func markOf(r *timeline.Record, name, fault string) (at int64, ok bool) {
	for _, m := range r.Marks {
		if m.Name == name && m.Fault == fault {
			return m.Before, true
		}
	}
	return 0, false
}
