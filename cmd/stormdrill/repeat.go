package main

import (
	"embed"
	"fmt"
	"maps"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/run"
)

// again is the command that repeats a run from the same folder: the drill as it was named, and
// what else decides what runs. A run without faults is repeated with its campaign.
func (f runFlags) again(d *run.Drill) string {
	if d.Control {
		return f.againAll(d.Scenario)
	}
	return f.command(d.Scenario, "--seed", fmt.Sprint(d.Seed))
}

// againAll is the command that repeats a campaign.
func (f runFlags) againAll(s *scenarios.Scenario) string {
	return f.command(s, "--repeat", fmt.Sprint(f.repeat), "--allow", fmt.Sprint(f.allow),
		"--control", fmt.Sprint(f.controls), "--seed", fmt.Sprint(f.seed))
}

func (f runFlags) command(s *scenarios.Scenario, options ...string) string {
	words := []string{"stormdrill", "run", drillOf(s)}
	for _, file := range f.with {
		words = append(words, "--with", file)
	}
	for _, image := range slices.Sorted(maps.Keys(f.images)) {
		words = append(words, "--image", image+"="+f.images[image])
	}
	if f.uncontained {
		words = append(words, "--uncontained")
	}
	return run.CommandLine(append(words, options...))
}

// drillOf is how the command line names a drill: by its file, or a shipped one by its name.
func drillOf(s *scenarios.Scenario) string {
	if _, shipped := s.Dir.(embed.FS); shipped {
		return s.Name
	}
	return s.File
}
