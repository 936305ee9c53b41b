package main

import (
	"fmt"
	"path/filepath"

	"github.com/stormdrill/stormdrill/scenarios"
)

// alike are the drills whose name another one has, or that are named twice: folders, reports
// and earlier runs of drills that run together go by their names.
func alike(drills []*scenarios.Scenario) (problems scenarios.Problems) {
	first := map[string]*scenarios.Scenario{}
	for _, s := range drills {
		other := first[s.Name]
		switch {
		case s.Name == "": // which is reported elsewhere
		case other == nil:
			first[s.Name] = s
		case filepath.Clean(other.File) == filepath.Clean(s.File):
			problems = append(problems, scenarios.Problem{File: s.File,
				Text: "is named twice: name each drill once; run --repeat runs one again"})
		default:
			problems = append(problems, nameless(s, other))
		}
	}
	return problems
}

// nameless is the problem of a drill that has no name of its own. Where it has the name of
// what it extends, its own file is the place to give it one.
func nameless(s, other *scenarios.Scenario) scenarios.Problem {
	file, line, column := s.Places().Find([]string{"name"})
	if file != "" && filepath.Clean(file) != filepath.Clean(s.File) {
		line, column = 1, 1
	}
	return scenarios.Problem{File: s.File, Line: line, Column: column,
		Text: fmt.Sprintf("name %q is also that of %s: drills that run together need names of "+
			"their own", s.Name, other.File)}
}
