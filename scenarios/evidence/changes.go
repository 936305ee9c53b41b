package evidence

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Setup is how a run was set up: its record's header, and what its folder says. The zero one
// is not known.
type Setup struct {
	Header     timeline.Header
	Provenance *Provenance // nil: not known, as of a bare record
}

// SetupIn is that of a run with its record in a folder.
func SetupIn(dir string, h timeline.Header) Setup {
	p, err := Read(dir)
	if err != nil || p.Run != h.Run { // another run's says nothing of this one
		return Setup{Header: h}
	}
	return Setup{h, &p}
}

// Change is one thing that two runs of a drill did not have alike.
type Change struct {
	Kind ChangeKind
	Name string // of the file, the group …; empty: the phases
	// Key is the setting, as a scenario writes it; empty: all of it.
	Key string
	// Before and Now are what it was, as text; both empty: it is another.
	Before, Now string
	// Only is the one side that has it at all: -1 before, 1 now, 0 both.
	Only int
}

// ChangeKind is what of a drill differs.
type ChangeKind string

// The kinds.
const (
	FileChange    ChangeKind = "file"
	PhaseChange   ChangeKind = "phases"
	GroupChange   ChangeKind = "group"
	FaultChange   ChangeKind = "fault"
	WatcherChange ChangeKind = "watcher"
)

// Changes are what two runs of a drill did not have alike, and what bears on their numbers: files
// by their hashes, then settings of the headers. What one of the two does not know is left out;
// so are all where they are of two drills.
func Changes(before, now Setup) []Change {
	a, b := before.Header, now.Header
	if a.Run == "" || b.Run == "" || a.Scenario != b.Scenario {
		return nil
	}
	all := filesChanged(before.Provenance, now.Provenance)
	all = append(all, settingsChanged(PhaseChange, "", phases(a.Phases), phases(b.Phases))...)
	all = append(all, each(GroupChange, a.Groups, b.Groups,
		func(g timeline.Group) string { return g.Name }, groupChanged)...)
	all = append(all, each(FaultChange, a.Faults, b.Faults,
		func(f timeline.Fault) string { return f.Name }, faultChanged)...)
	all = append(all, each(WatcherChange, a.Watch, b.Watch,
		func(w timeline.Watcher) string { return w.Name }, watcherChanged)...)
	if a.Tool != b.Tool { // two versions may describe one fault or watcher in two ways
		all = slices.DeleteFunc(all, func(c Change) bool {
			return c.Kind != FileChange && c.Key == "" && c.Only == 0
		})
	}
	return all
}

func filesChanged(before, now *Provenance) (all []Change) {
	if before == nil || now == nil {
		return nil
	}
	if before.Scenario.SHA256 != now.Scenario.SHA256 {
		all = append(all, Change{Kind: FileChange, Name: ScenarioFile})
	}
	if before.Lab == nil || now.Lab == nil {
		return all
	}
	a, b := hashes(before), hashes(now)
	for _, name := range union(a, b) {
		switch x, y := a[name], b[name]; {
		case y == "":
			all = append(all, Change{Kind: FileChange, Name: name, Only: -1})
		case x == "":
			all = append(all, Change{Kind: FileChange, Name: name, Only: 1})
		case x != y:
			all = append(all, Change{Kind: FileChange, Name: name})
		}
	}
	return all
}

// hashes are those of the files beside the scenario. The drill's own, such as the keys of its
// authority, are new in each run.
func hashes(p *Provenance) map[string]string {
	by := map[string]string{}
	for _, n := range p.Lab.Nodes {
		for _, f := range n.Files {
			if _, own := scenarios.MaterialOf(f.From); f.From != "" && !own {
				by[f.From] = f.SHA256
			}
		}
	}
	return by
}

// each holds things of one kind against each other by their names.
func each[T any](kind ChangeKind, before, now []T, name func(T) string,
	changed func(a, b T) []Change) (all []Change) {
	of := func(in []T, n string) int {
		return slices.IndexFunc(in, func(t T) bool { return name(t) == n })
	}
	for _, x := range before {
		if i := of(now, name(x)); i >= 0 {
			all = append(all, changed(x, now[i])...)
		} else {
			all = append(all, Change{Kind: kind, Name: name(x), Only: -1})
		}
	}
	for _, y := range now {
		if of(before, name(y)) < 0 {
			all = append(all, Change{Kind: kind, Name: name(y), Only: 1})
		}
	}
	return all
}

func groupChanged(a, b timeline.Group) []Change {
	x, y := group(a), group(b)
	if a.Timeout == 0 || b.Timeout == 0 { // a record of before it kept those
		x["timeout"], x["connections"] = y["timeout"], y["connections"]
	}
	if a.Expect == "" || b.Expect == "" {
		x["expect"] = y["expect"]
	}
	return settingsChanged(GroupChange, a.Name, x, y)
}

func group(g timeline.Group) map[string]string {
	return map[string]string{"rate": strconv.FormatFloat(g.Rate, 'g', -1, 64) + "/s",
		"users": strconv.Itoa(g.Users), "slow": g.Slow.String(), "timeout": g.Timeout.String(),
		"connections": g.Connections, "expect": g.Expect}
}

func faultChanged(a, b timeline.Fault) []Change {
	x, y := map[string]string{}, map[string]string{}
	if a.Settings != nil && b.Settings != nil {
		x, y = maps.Clone(a.Settings), maps.Clone(b.Settings)
	}
	x["kind"], y["kind"] = a.Kind, b.Kind
	x["at"], y["at"] = a.At.String(), b.At.String()
	x["for"], y["for"] = a.For.String(), b.For.String()
	all := settingsChanged(FaultChange, a.Name, x, y)
	if len(all) == 0 && (a.Aim != b.Aim || a.What != b.What) {
		all = append(all, Change{Kind: FaultChange, Name: a.Name})
	}
	return all
}

func watcherChanged(a, b timeline.Watcher) []Change {
	of := func(w timeline.Watcher) map[string]string {
		s := map[string]string{"kind": w.Kind, "fails": strconv.Itoa(w.Fails),
			"oks": strconv.Itoa(w.Oks), "match": w.Match, "resolved": w.Resolved, "of": w.Of}
		if w.Every > 0 { // those that wait have none
			s["every"] = w.Every.String()
		}
		return s
	}
	all := settingsChanged(WatcherChange, a.Name, of(a), of(b))
	if len(all) == 0 && a.What != b.What {
		all = append(all, Change{Kind: WatcherChange, Name: a.Name})
	}
	return all
}

func phases(p timeline.Phases) map[string]string {
	s := map[string]string{}
	for key, long := range map[string]time.Duration{"warm-up": p.WarmUp, "baseline": p.Baseline,
		"fault": p.Hold, "recovery": p.Recovery, "confirm": p.Confirm} {
		s[key] = long.String()
	}
	return s
}

// settingsChanged holds settings against each other by their keys; none is the empty text.
func settingsChanged(kind ChangeKind, name string, a, b map[string]string) (all []Change) {
	for _, key := range union(a, b) {
		if a[key] != b[key] {
			all = append(all, Change{Kind: kind, Name: name, Key: key, Before: a[key],
				Now: b[key]})
		}
	}
	return all
}

// union are the keys of both, in order.
func union(a, b map[string]string) []string {
	keys := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(keys)
	return slices.Compact(keys)
}
