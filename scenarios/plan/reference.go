package plan

// A reference group goes the users' way to where no fault is: the same load
// node, network and switchboard. Where it fails too, it was not the fault's doing.

// judged are the names of the groups that are users', not references.
func (g groups) judged() (names []string) {
	for _, name := range sortedKeys(g) {
		if !g[name].Reference {
			names = append(names, name)
		}
	}
	return names
}

// sparesReferences checks that no way but the users' leads over what a
// fault hits.
func (p blastRadii) sparesReferences(f *Fault, w way) {
	for _, name := range sortedKeys(p.affected.groups) {
		if p.affected.groups[name].Reference && w.onward(name, p.reached(name)) > 0 {
			p.problem(at("faults", f.Name),
				"fault %s can touch requests of the reference group %s: a reference proves "+
					"something only where no fault is; aim the fault at less, or give the "+
					"reference "+
					"a target of its own", f.Name, name)
		}
	}
}
