package plan

import (
	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// writtenFault is a fault as the scenario has it, before it is known what it hits.
type writtenFault struct {
	name  string
	entry *scenarios.Fault
	kind  string       // empty where it is not written with just one
	fault faults.Fault // beside the users' load; nil where there is no kind
}

// at are the keys that lead to one of its settings.
func (f writtenFault) at(key string) []string { return at("faults", f.name, f.kind, key) }

// writtenFaults is the pass that reads the faults, in order of their names.
func writtenFaults(d *diagnostics, entries map[string]*scenarios.Fault,
	users quantity.Rate) (all []writtenFault) {
	for _, name := range named(d, "faults", entries) {
		f := writtenFault{name: name, entry: entries[name]}
		if f.entry != nil {
			kinds, values := scenarios.Chosen(&f.entry.Kinds)
			if len(kinds) == 1 {
				f.kind, f.fault = kinds[0], values[0].(faults.Fault)
			}
		}
		if r, ok := f.fault.(faults.Relative); ok {
			f.fault = r.Beside(users)
		}
		all = append(all, f)
	}
	return all
}

// usersRate is that of all load groups together.
func usersRate(load map[string]*scenarios.Group) (rate quantity.Rate) {
	for _, name := range sortedKeys(load) {
		rate += load[name].Rate
	}
	return rate
}
