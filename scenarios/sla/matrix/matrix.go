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
}

// Alert is a watcher: those of one name and kind are one, whichever drill they are in.
type Alert struct {
	Name, Kind string
	In         int // runs that have it
	Found      int // of them, those that it noticed, late or not
	False      int // its false alarms in all of them
	Met        int // runs that could have told: users were hurt by what it can meet
}

// Run is a row.
type Run struct {
	Drill, ID string
	Control   bool
	Verdict   sla.Verdict
	// Told is false of a run that proves nothing: it is void, or did not end as planned.
	Told   bool
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
	Missed Result = "missed"  // it did not, and users were hurt
	Quiet  Result = "quiet"   // it did not, and nobody was hurt
	Blind  Result = "blind"   // its own way does not lead past what failed
	Open   Result = "unknown" // nobody can say: the run proves nothing, or no answer counts
)

// Cell is what an alert made of a run.
type Cell struct {
	Result
	Time  *sla.Time // until it noticed, or how long it did not; null where it says nothing
	Limit *float64  // the SLA's, s; null without one
	False int       // false alarms
}

// Noticed reports whether it did, late or not.
func (c Cell) Noticed() bool { return c.Result == Found || c.Result == Late }

// Of holds runs against the alerts that they have. A run that is given twice is one.
func Of(cards []sla.Scorecard) Matrix {
	var m Matrix
	cards = slices.Clone(cards)
	slices.SortStableFunc(cards, func(a, b sla.Scorecard) int {
		return cmp.Or(cmp.Compare(a.Scenario, b.Scenario), cmp.Compare(a.Started, b.Started),
			cmp.Compare(a.Run, b.Run))
	})
	cards = slices.CompactFunc(cards, func(a, b sla.Scorecard) bool {
		return a.Scenario == b.Scenario && a.Run == b.Run
	})
	for _, c := range cards {
		for _, w := range c.Watchers {
			if m.column(w) < 0 {
				m.Alerts = append(m.Alerts, Alert{Name: w.Name, Kind: w.Kind})
			}
		}
	}
	slices.SortFunc(m.Alerts, func(a, b Alert) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
	})
	for _, c := range cards {
		m.add(c)
	}
	return m
}

func (m *Matrix) column(w sla.Watcher) int {
	return slices.IndexFunc(m.Alerts,
		func(a Alert) bool { return a.Name == w.Name && a.Kind == w.Kind })
}

// add adds a row.
func (m *Matrix) add(c sla.Scorecard) {
	r := Run{Drill: c.Scenario, ID: c.Run, Control: c.Control, Verdict: c.Verdict,
		Told: !c.Void && c.Verdict != sla.Error && c.Verdict != sla.Interrupted,
		Hurt: hurt(c), Outage: c.Times.Outage, Failed: c.Requests.Failed,
		Cells: make([]Cell, len(m.Alerts))}
	for _, w := range c.Watchers {
		i := m.column(w)
		cell := r.cell(c, w)
		r.Cells[i] = cell
		a := &m.Alerts[i]
		a.In++
		a.False += cell.False
		if cell.Noticed() {
			a.Found++
		}
		if cell.Noticed() || cell.Result == Missed {
			a.Met++
		}
	}
	m.Runs = append(m.Runs, r)
}

// hurt reports whether users had anything of the faults.
func hurt(c sla.Scorecard) bool {
	return c.Times.Outage != nil || slices.ContainsFunc(c.Faults,
		func(f sla.Fault) bool { return f.Faint > 0 || f.Slower })
}

// cell is what a watcher made of a run.
func (r Run) cell(c sla.Scorecard, w sla.Watcher) Cell {
	cell := Cell{Time: w.Detect, False: w.FalseAlarms}
	limited := slices.IndexFunc(c.Objectives,
		func(o sla.Objective) bool { return o.Name == "detect "+w.Name })
	if limited >= 0 {
		cell.Limit = c.Objectives[limited].Limit
	}
	switch d := w.Detect; {
	case !r.Told:
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
	default:
		cell.Result = Found
	}
	return cell
}

// Unwatched reports whether its drill has no alert at all.
func (r Run) Unwatched() bool {
	return !slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Result != Absent })
}

// Label tells a run from the others: its drill, and the beginning of its id where there are
// several of that.
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

func (r Run) asks() bool { return r.Told && r.Hurt && !r.Control }

// Untold are the runs that prove nothing.
func (m Matrix) Untold() []Run { return m.those(func(r Run) bool { return !r.Told }) }

func (m Matrix) those(is func(Run) bool) (all []Run) {
	for _, r := range m.Runs {
		if is(r) {
			all = append(all, r)
		}
	}
	return all
}

// Open reports whether of an alert nobody can say what it made of the run.
func (r Run) Open() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Result == Open })
}

// Silent are the alerts that noticed nothing in any of the runs, and raised no false alarm
// either.
func (m Matrix) Silent() (all []Alert) {
	for _, a := range m.Alerts {
		if a.Found+a.False == 0 {
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
