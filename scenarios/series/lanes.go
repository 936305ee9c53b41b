package series

import (
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Lane is what a watcher said over time.
type Lane struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Alarms are when it was not content.
	Alarms []Alarm `json:"alarms"`
}

// Alarm is one; each end is known to its bounds.
type Alarm struct {
	Raised  [2]float64  `json:"raised"`
	Content *[2]float64 `json:"content"` // null: it was not again
}

// lanes are what the watchers said.
func lanes(r *timeline.Record, start int64) []Lane {
	out := []Lane{}
	at := func(s watch.Span) [2]float64 {
		return [2]float64{float64(s.Before-start) / 1e9, float64(s.After-start) / 1e9}
	}
	for _, w := range r.Header.Watch {
		l := Lane{Name: w.Name, Kind: w.Kind, Alarms: []Alarm{}}
		for _, a := range watch.Notice(w, r).Alarms {
			one := Alarm{Raised: at(a.Raised)}
			if a.Over {
				until := at(a.Content)
				one.Content = &until
			}
			l.Alarms = append(l.Alarms, one)
		}
		out = append(out, l)
	}
	return out
}
