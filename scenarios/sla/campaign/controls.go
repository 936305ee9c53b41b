package campaign

import (
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// controls counts what the runs without faults found; null where none was
// planned. Nothing can have caused an alarm or an outage in them, so each is a
// false alarm. A run that is inconclusive, or was not run, counts as one that
// alarmed.
func controls(d Design, done []Outcome) *Controls {
	if d.Controls == 0 {
		return nil
	}
	c := &Controls{Watchers: []Watcher{}}
	for _, o := range done {
		if !o.Control || !known(o.Card.Verdict) {
			continue
		}
		switch o.Card.Verdict {
		case sla.Pass:
			c.Clean++
		case sla.Fail:
			c.Alarmed++
		default:
			c.Inconclusive++
		}
		if !o.Card.Void && len(o.Card.Outages) > 0 {
			c.Outages++
		}
		c.watchers(o.Card)
	}
	c.Left = d.Controls - c.Clean - c.Alarmed - c.Inconclusive
	c.AtMost = round(AtMost(d.Controls-c.Clean, d.Controls))
	return c
}

func (c *Controls) watchers(card sla.Scorecard) {
	for _, w := range card.Watchers {
		i := slices.IndexFunc(c.Watchers, func(have Watcher) bool { return have.Name == w.Name })
		if i < 0 {
			i = len(c.Watchers)
			c.Watchers = append(c.Watchers, Watcher{Name: w.Name})
		}
		if w.FalseAlarms > 0 {
			c.Watchers[i].Runs++
			c.Watchers[i].Alarms += w.FalseAlarms
		}
	}
	slices.SortFunc(c.Watchers, func(a, b Watcher) int { return strings.Compare(a.Name, b.Name) })
}
