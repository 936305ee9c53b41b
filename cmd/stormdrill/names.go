package main

import (
	"embed"
	"fmt"
	"os"
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
		case same(s, other):
			is := "is named twice"
			if s.File != other.File {
				is = "is the same file as " + other.File
			}
			problems = append(problems, scenarios.Problem{File: s.File,
				Text: is + ": name each drill once; run --repeat runs one again"})
		case inLibrary(s):
			problems = append(problems, nameless(other, s))
		default:
			problems = append(problems, nameless(s, other))
		}
	}
	return problems
}

// inLibrary reports whether a drill is in no file on disk, though it goes by the name of one.
func inLibrary(s *scenarios.Scenario) bool {
	_, is := s.Dir.(embed.FS)
	return is
}

// same reports whether two drills are one file, by whatever paths.
func same(a, b *scenarios.Scenario) bool {
	if inLibrary(a) || inLibrary(b) {
		return inLibrary(a) && inLibrary(b) && a.File == b.File
	}
	at, err := os.Stat(a.File)
	if err != nil {
		return false
	}
	other, err := os.Stat(b.File)
	return err == nil && os.SameFile(at, other)
}

// nameless is the problem of a drill that has no name of its own. Where it has the name of
// what it extends, its own file is the place to give it one.
func nameless(s, other *scenarios.Scenario) scenarios.Problem {
	file, line, column := s.Places().Find([]string{"name"})
	if file != "" && filepath.Clean(file) != filepath.Clean(s.File) {
		line, column = 1, 1
	}
	of := other.File
	if inLibrary(other) {
		of = "the shipped drill"
	}
	return scenarios.Problem{File: s.File, Line: line, Column: column,
		Text: fmt.Sprintf("name %q is also that of %s: drills that run together need names of "+
			"their own", s.Name, of)}
}
