package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// keptHelp says in --help how a run is named.
const keptHelp = "A file of that name, or a folder with evidence in it, goes before an id; " +
	"./NAME is always a path."

// errNotKept is of an argument that names no run that was kept.
var errNotKept = errors.New("neither an evidence folder nor a run of the history " +
	"(stormdrill history lists them)")

func notKept(arg string) error { return fmt.Errorf("%s: %w", cmp.Or(arg, `""`), errNotKept) }

// pathOf is the path that an argument means: that of a record or of evidence, or of the run of
// the history whose id it is or begins.
func pathOf(arg string) (string, error) { return pathFor("", arg) }

// pathFor is pathOf for a drill, whose last run goes by history.Last. What is there by that name
// goes first, but a folder without evidence: it may be named like the beginning of an id by
// accident. What has a separator in it is a path and nothing else.
func pathFor(scenario, arg string) (string, error) {
	info, missing := os.Stat(arg)
	if missing == nil && !info.IsDir() || !mayBeID(arg) || hasEvidence(arg) {
		if errors.Is(missing, fs.ErrNotExist) {
			return "", notKept(arg)
		}
		return arg, nil // opening it says what is wrong
	}
	found, err := inHistory(scenario, arg)
	switch {
	case err != nil && !(errors.Is(err, history.ErrNowhere) && arg != history.Last):
		return "", err
	case found != nil:
		return found.Folder, there(*found)
	case errors.Is(missing, fs.ErrNotExist):
		return "", notKept(arg)
	}
	return arg, nil
}

// mayBeID reports whether an argument need not be a path.
func mayBeID(arg string) bool {
	return arg != "" && arg != "." && arg != ".." && filepath.Base(arg) == arg
}

// hasEvidence reports whether a folder, or one in it, is of a run or of a campaign.
func hasEvidence(dir string) bool {
	return len(foldersWith(dir, "record", evidence.SumsFile, evidence.ProvenanceFile,
		"campaign.json")) > 0
}

// inHistory is the run of the history that an id means; nil where there is none.
func inHistory(scenario, id string) (*history.Run, error) {
	path, err := history.Path()
	if err != nil {
		return nil, err
	}
	runs, _, err := history.Read(path)
	if err != nil {
		return nil, err
	}
	found, several := history.Find(runs, scenario, id)
	if several != nil {
		return nil, fmt.Errorf("%s: %w", id, several)
	}
	return found, nil
}

// there is an error where a run of the history is no longer in its folder: its record says so,
// and provenance.json where that has gone.
func there(r history.Run) error {
	if _, err := os.Stat(r.Folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run %s: its evidence folder %s is there no longer", r.Run, r.Folder)
	}
	run := ""
	if h, err := timeline.OpenHeader(recordIn(r.Folder)); err == nil {
		run = h.Run
	} else if p, err := evidence.Read(r.Folder); err == nil {
		run = p.Run
	}
	switch {
	case run != "" && run != r.Run:
		return fmt.Errorf("run %s: %s holds another run by now", r.Run, r.Folder)
	case !hasEvidence(r.Folder):
		return fmt.Errorf("run %s: %s holds its evidence no longer", r.Run, r.Folder)
	}
	return nil
}

// openRecord reads a record, or that of an evidence folder. One that does not even say what it
// is of is an error.
func openRecord(path string) (*timeline.Record, error) {
	r, err := openCut(path)
	if err == nil && r.Header.Run == "" {
		return nil, fmt.Errorf("%s: it breaks off before it says what it is of", recordIn(path))
	}
	return r, err
}

// openCut is openRecord of one that may break off anywhere.
func openCut(path string) (*timeline.Record, error) {
	r, err := timeline.Open(recordIn(path))
	if errors.Is(err, fs.ErrNotExist) {
		if dirs := foldersWith(path, "record"); len(dirs) > 0 {
			return nil, fmt.Errorf("%s: it holds %s: say which, as in %s", path,
				count(len(dirs), "run"), dirs[0])
		}
		return nil, notKept(path)
	}
	return r, err
}
