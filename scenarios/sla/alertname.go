package sla

import (
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// AlertName is what a watcher received of the alerts of one name.
type AlertName struct {
	Name string `json:"name"` // their label alertname
	Told int    `json:"told"` // alerts that differ, by their fingerprints or labels
	// Detect is as a watcher's, of these alerts alone.
	Detect      *Time `json:"detect"`
	FalseAlarms int   `json:"false_alarms"`
	WrongTarget int   `json:"wrong_target"`
}

// mostAlertNames is how many names of alerts are told apart for one watcher.
const mostAlertNames = 100

// byName measures the alerts that a watcher received, those of each name by themselves.
func (s *scorer) byName(n watch.Noticed, w timeline.Watcher, c detectionWindow) []AlertName {
	all := []AlertName{}
	for _, a := range n.Named() {
		if len(all) == mostAlertNames {
			break
		}
		f := s.falsely(a.Noticed, w)
		all = append(all, AlertName{Name: a.Name, Told: a.Differing(), FalseAlarms: f.alarms(),
			WrongTarget: f.WrongTarget, Detect: s.found(a.Noticed, s.hit(a.Noticed, w, c), w, c)})
	}
	return all
}

// found is when a watcher noticed; nil where it has nothing to notice, or could not ask.
func (s *scorer) found(n watch.Noticed, hit int, w timeline.Watcher, c detectionWindow) *Time {
	if c.from == never || slices.Contains(w.Unmet, w.Of) {
		return nil
	}
	t := s.detect(n, hit, w, c)
	if t != nil {
		t.By = Word(w.Name)
	}
	return t
}
