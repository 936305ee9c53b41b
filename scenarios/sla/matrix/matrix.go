// Package matrix holds drills against alerts: which alert found which drill and how soon,
// which drills none found, and which alerts never fired. It is pure: from scorecards to a
// matrix, which reports print.
package matrix

import (
	"cmp"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Matrix has a row for each run and a column for each alert.
type Matrix struct {
	Alerts []Alert
	Runs   []Run // by drill, and by when they began
	// Unfired are the alerts of a rule file that no watcher received in any run.
	Unfired []string
}

// Alert is a watcher: those of one name and kind are one, whichever drill they are in.
// Where a watcher received alerts of several names, each of these is one, too.
type Alert struct {
	Name, Kind string
	// the name of the alerts that the watcher received; empty: all that it says
	Of    string
	In    int // runs that have it
	Found int // of them, those that it noticed, late or not
	False int // its false alarms in all of them
	Wrong int // alerts for the wrong target
	Met   int // runs that could have shown it: users were hurt by what it can meet
}

// Run is a row.
type Run struct {
	Drill, ID string
	Control   bool
	Verdict   sla.Verdict
	// Proves is false of a run that proves nothing: it is void, or did not end as planned.
	Proves bool
	Hurt   bool      // users had an outage, or too few bad requests for one, or slower answers
	Outage *sla.Time // null where there was none
	Failed uint64    // requests
	Cells  []Cell    // one for each of Alerts
}

// Result is what an alert made of a run.
type Result string

// Results.
const (
	Absent Result = ""        // the drill does not have it
	Found  Result = "found"   // it noticed
	Late   Result = "late"    // it did, and later than the drill's SLA allows
	Wrong  Result = "wrong"   // it did, and each of its alerts is for the wrong target
	Missed Result = "missed"  // it did not, and users were hurt
	Quiet  Result = "quiet"   // it did not, and no user was hurt
	Untold Result = "untold"  // users were hurt, and its watcher received others at most
	Blind  Result = "blind"   // its own way does not lead past what failed
	Open   Result = "unknown" // not known: the run proves nothing, or no answer counts
)

// Cell is what an alert made of a run.
type Cell struct {
	Result
	Time  *sla.Time // until it noticed, or how long it did not; null where it says nothing
	Limit *float64  // the SLA's, s; null without one
	False int       // false alarms
	Wrong int       // alerts for the wrong target
}

// Noticed reports whether it did, late or not, and whatever it named.
func (c Cell) Noticed() bool {
	return c.Result == Found || c.Result == Late || c.Result == Wrong
}

// Of holds runs against the alerts that they have, and the names of a rule file's. A run that
// is given twice is one.
func Of(cards []sla.Scorecard, rules ...string) Matrix {
	m := Matrix{Unfired: slices.DeleteFunc(slices.Clone(rules), func(name string) bool {
		return slices.ContainsFunc(cards, func(c sla.Scorecard) bool { return received(c, name) })
	})}
	cards = slices.Clone(cards)
	slices.SortStableFunc(cards, func(a, b sla.Scorecard) int {
		return cmp.Or(cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Started, b.Started),
			cmp.Compare(a.Run, b.Run))
	})
	cards = slices.CompactFunc(cards, func(a, b sla.Scorecard) bool {
		return a.Scenario == b.Scenario && a.Run == b.Run
	})
	m.Alerts = alertsOf(cards)
	for _, c := range cards {
		m.add(c)
	}
	return m
}

// received reports whether a watcher of a run received an alert of a name.
func received(c sla.Scorecard, name string) bool {
	return slices.ContainsFunc(c.Watchers, func(w sla.Watcher) bool {
		return slices.ContainsFunc(w.Alerts, func(a sla.AlertName) bool { return a.Name == name })
	})
}

// alertsOf are the watchers of some runs, each followed by the names of its alerts, where
// it received several.
func alertsOf(cards []sla.Scorecard) (all []Alert) {
	names := map[Alert][]string{}
	for _, c := range cards {
		for _, w := range c.Watchers {
			key := Alert{Name: w.Name, Kind: w.Kind}
			own := names[key]
			for _, a := range w.Alerts {
				if !slices.Contains(own, a.Name) {
					own = append(own, a.Name)
				}
			}
			names[key] = own
		}
	}
	for key, own := range names {
		all = append(all, key)
		for _, name := range own {
			if len(own) > 1 {
				all = append(all, Alert{Name: key.Name, Kind: key.Kind, Of: name})
			}
		}
	}
	slices.SortFunc(all, func(a, b Alert) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Of, b.Of))
	})
	return all
}

// add adds a row.
func (m *Matrix) add(c sla.Scorecard) {
	r := Run{Drill: c.Scenario, ID: c.Run, Control: c.Control, Verdict: c.Verdict,
		Proves: !c.Void && c.Verdict != sla.Error && c.Verdict != sla.Interrupted,
		Hurt:   hurt(c), Outage: c.Times.Outage, Failed: c.Requests.Failed,
		Cells: make([]Cell, len(m.Alerts))}
	for i := range m.Alerts {
		a := &m.Alerts[i]
		at := slices.IndexFunc(c.Watchers,
			func(w sla.Watcher) bool { return w.Name == a.Name && w.Kind == a.Kind })
		if at < 0 {
			continue
		}
		cell := r.made(c, c.Watchers[at], a.Of)
		r.Cells[i] = cell
		a.In++
		a.False += cell.False
		a.Wrong += cell.Wrong
		if cell.Noticed() {
			a.Found++
		}
		if cell.Noticed() || cell.Result == Missed {
			a.Met++
		}
	}
	m.Runs = append(m.Runs, r)
}

// made is what a watcher made of a run, or its alerts of a name did. A limit is the watcher's.
func (r Run) made(c sla.Scorecard, w sla.Watcher, name string) Cell {
	if name == "" {
		return r.cell(c, w, slices.IndexFunc(c.Objectives,
			func(o sla.Objective) bool { return o.Name == "detect "+w.Name }))
	}
	i := slices.IndexFunc(w.Alerts, func(a sla.AlertName) bool { return a.Name == name })
	if i >= 0 {
		a := w.Alerts[i]
		w.Detect, w.Told, w.FalseAlarms = a.Detect, a.Told, a.FalseAlarms
		w.FalseBy.WrongTarget = a.WrongTarget
		return r.cell(c, w, -1)
	}
	if w.Detect != nil {
		w.Detect = &sla.Time{Censored: true}
	}
	w.FalseAlarms, w.FalseBy = 0, sla.False{}
	cell := r.cell(c, w, -1)
	if cell.Time = nil; cell.Result == Missed {
		cell.Result = Untold // whether it has such an alert, the record does not say
	}
	return cell
}

// hurt reports whether users had anything of the faults.
func hurt(c sla.Scorecard) bool {
	return c.Times.Outage != nil || slices.ContainsFunc(c.Faults,
		func(f sla.Fault) bool { return f.Faint > 0 || f.Slower })
}

// cell is what a watcher made of a run. Limited is the place of the objective that bounds it;
// −1: none does.
func (r Run) cell(c sla.Scorecard, w sla.Watcher, limited int) Cell {
	cell := Cell{Time: w.Detect, False: w.FalseAlarms, Wrong: w.FalseBy.WrongTarget}
	if limited >= 0 {
		cell.Limit = c.Objectives[limited].Limit
	}
	switch d := w.Detect; {
	case !r.Proves:
		cell.Result, cell.Time = Open, nil
	case r.Control:
		cell.Result = Quiet
	case d == nil && len(w.Unmet) > 0:
		cell.Result = Blind
	case d == nil:
		cell.Result = Open
	case d.Censored && d.Unconfirmed != "":
		cell.Result = Open // what it cried of may have been another fault
	case d.Censored && c.Spared(w):
		cell.Result = Quiet
	case d.Censored:
		cell.Result = Missed
	case limited >= 0 && c.Objectives[limited].Result == sla.Missed:
		cell.Result = Late
	case cell.Wrong > 0 && cell.Wrong == w.Told:
		cell.Result = Wrong
	default:
		cell.Result = Found
	}
	return cell
}

// Unwatched reports whether its drill has no alert at all.
func (r Run) Unwatched() bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Result != Absent })
}

// Label distinguishes a run from the others: its drill, and the beginning of its id where
// there are several of that.
func (m Matrix) Label(r Run) string {
	for _, o := range m.Runs {
		if o.Drill == r.Drill && o.ID != r.ID {
			return r.Drill + " " + r.ID[:min(8, len(r.ID))]
		}
	}
	return r.Drill
}

// Unseen are the runs in which users were hurt and no alert is known to have said so.
func (m Matrix) Unseen() []Run {
	return m.those(func(r Run) bool {
		return r.asks() && !slices.ContainsFunc(r.Cells, Cell.Noticed)
	})
}

// Asks reports whether users were hurt in any run, so that an alert was asked for.
func (m Matrix) Asks() bool { return slices.ContainsFunc(m.Runs, Run.asks) }

func (r Run) asks() bool { return r.Proves && r.Hurt && !r.Control }

// Unproven are the runs that prove nothing.
func (m Matrix) Unproven() []Run { return m.those(func(r Run) bool { return !r.Proves }) }

func (m Matrix) those(is func(Run) bool) (all []Run) {
	for _, r := range m.Runs {
		if is(r) {
			all = append(all, r)
		}
	}
	return all
}

// Open reports whether it is not known of an alert what it made of the run.
func (r Run) Open() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Result == Open })
}

// Silent are the watchers that noticed nothing in any of the runs, and raised no false alarm
// either.
func (m Matrix) Silent() (all []Alert) {
	for _, a := range m.Alerts {
		if a.Of == "" && a.Found+a.False == 0 {
			all = append(all, a)
		}
	}
	return all
}

// Crying are the alerts that raised false alarms.
func (m Matrix) Crying() (all []Alert) {
	for _, a := range m.Alerts {
		if a.False > 0 {
			all = append(all, a)
		}
	}
	return all
}

// Astray are the alerts that came for the wrong target.
func (m Matrix) Astray() (all []Alert) {
	for _, a := range m.Alerts {
		if a.Wrong > 0 {
			all = append(all, a)
		}
	}
	return all
}
