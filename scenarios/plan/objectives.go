package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Objective is one thing that will be judged.
type Objective struct {
	Name       string        // "detect balancer", "mitigate", "keep success of …"
	Limit      time.Duration // 0: Name holds it
	Resolution time.Duration // how finely it can be measured; 0: by counting
	By         link.Text     // what measures it
}

// called says what an alert is called for.
var called = map[sla.Code]string{sla.AlertNode: "a single node",
	sla.AlertRegion: "a regional interruption", sla.AlertCore: "a core service is down"}

// Objectives lists what a run of the plan will be judged by, and how finely each can be
// measured.
func (p *Plan) Objectives() []Objective {
	o := p.Header.Objectives
	var all []Objective
	watched := func(kind string, limits map[string]time.Duration) {
		for _, name := range sortedKeys(limits) {
			i := slices.IndexFunc(p.Header.Watch,
				func(w timeline.Watcher) bool { return w.Name == name })
			if i < 0 {
				continue
			}
			w := p.Header.Watch[i]
			by := p.Asks[w.Name]
			if w.Of != "" && slices.Contains(w.Unmet, w.Of) || len(w.Unmet) > 0 &&
				len(w.Unmet) == len(p.Header.Faults) {
				by = link.Tell("plan-undecided", "undecided: the watcher cannot meet it"+
					meetsBy(w.ToMeet), "as", w.ToMeet.As, "aim", w.ToMeet.Aim)
			}
			all = append(all, Objective{kind + " " + name, limits[name], w.Every, by})
		}
	}
	watched("detect", o.Detect)
	watched("alert-clear", o.Restore)
	for _, c := range []struct {
		name  string
		limit *time.Duration
	}{{"mitigate", o.Mitigate}, {"recover", o.Recover}, {"outage", o.Outage}, {"calm", o.Calm}} {
		by := link.Tell("plan-by-users", "the users' own requests")
		switch c.name {
		case "recover":
			by = p.clears()
		case "outage":
			by = link.Tell("plan-by-outage",
				"the users' own requests, the first bad one to the last")
		}
		if c.limit != nil {
			all = append(all, Objective{c.name, *c.limit, p.Resolution, by})
		}
	}
	if o.Lose != nil {
		all = append(all, Objective{Name: fmt.Sprintf("max-lost-writes ≤ %d", *o.Lose),
			By: link.Tell("plan-by-writes", "every one of them, read back")})
	}
	if o.RPO != nil {
		all = append(all, Objective{"rpo", *o.RPO, writeGap(p.Load.Groups),
			link.Tell("plan-by-each-write", "every acknowledged write, read back")})
	}
	keep := o.Keep
	if o.Profile == sla.Handbook {
		if a := sla.AlertOf(p.Header.Faults); a != nil {
			by, first := fmt.Sprintf("alert %s, %s", a.Colour, called[a.When]), "the first watcher"
			if slices.ContainsFunc(p.Header.Watch, func(w timeline.Watcher) bool {
				return w.Person
			}) {
				first = "the first person who acknowledges"
			}
			var teams []string
			for _, t := range a.Teams {
				teams = append(teams, strings.ReplaceAll(string(t), "-", " "))
			}
			all = append(all, Objective{"respond", seconds(a.Respond), 0,
				link.Text{English: by + ": " + first}},
				Objective{"repair", seconds(a.Repair), p.Resolution,
					link.Text{English: strings.Join(teams, ", ")}})
		}
		keep = slices.Concat(keep, sla.Indicators)
	}
	for _, k := range keep {
		all = append(all, Objective{Name: k})
	}
	for _, w := range p.Header.Watch {
		if o.Profile == sla.Handbook && w.Port {
			all = append(all, Objective{Name: sla.Port(w.Name), Resolution: w.Every,
				By: p.Asks[w.Name]})
		}
	}
	return all
}

// meetsBy is what would let a watcher meet a fault.
func meetsBy(m timeline.ToMeet) string {
	switch {
	case m.As != "":
		return "; say as: " + m.As
	case m.Aim != "":
		return fmt.Sprintf("; aim the fault at %q", m.Aim)
	}
	return ""
}

// clears says from when a recovery counts.
func (p *Plan) clears() link.Text {
	var serve []string
	for _, f := range p.Faults {
		if len(f.Site.Targets) > 0 {
			serve = append(serve, f.Site.Targets...)
		}
	}
	if len(serve) == 0 {
		return link.Tell("plan-by-users-from-lift", "the users' own requests, from the lift")
	}
	slices.Sort(serve)
	targets := strings.Join(slices.Compact(serve), ", ")
	return link.Tell("plan-by-users-from-serving", "the users' own requests, from when "+targets+
		" serves again after the lift: how long that takes is not in it, and sla.outage bounds "+
		"the whole", "targets", targets)
}
