package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

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
	of := inHistory
	if arg == history.Last {
		of = lastKept
	}
	found, err := of(scenario, arg)
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

// lastKept is the latest run of a drill that history.Find gives and whose record is still there;
// nil where there is no run. Where there are some, and the record of none, it is a goneError.
func lastKept(scenario, last string) (*history.Run, error) {
	runs, err := onThisMachine()
	for i := range slices.Backward(runs) {
		r, _ := history.Find(runs[i:i+1], scenario, last)
		if r == nil {
			continue
		}
		_, missing := os.Stat(recordIn(r.Folder))
		if missing == nil && there(*r) == nil {
			return r, nil
		}
		if err == nil { // the latest of them
			err = goneError{*r, r.Folder + " holds its evidence no longer"}
		}
	}
	return nil, err
}

func onThisMachine() ([]history.Run, error) {
	path, err := history.Path()
	if err != nil {
		return nil, err
	}
	runs, _, err := history.Read(path)
	return runs, err
}

// inHistory is the run of the history that an id means; nil where there is none.
func inHistory(scenario, id string) (*history.Run, error) {
	runs, err := onThisMachine()
	if err != nil {
		return nil, err
	}
	found, several := history.Find(runs, scenario, id)
	if several != nil {
		return nil, fmt.Errorf("%s: %w", id, several)
	}
	return found, nil
}

// goneError is of a run of the history whose evidence is not where it was.
type goneError struct {
	history.Run
	why string
}

func (g goneError) Error() string {
	return fmt.Sprintf("run %s: %s: name the folder that it is in now, or another run "+
		"(stormdrill history lists them)", g.Run.Run, g.why)
}

// there is an error where a run of the history is no longer in its folder: its record says so,
// and provenance.json where that has gone.
func there(r history.Run) error {
	if _, err := os.Stat(r.Folder); errors.Is(err, fs.ErrNotExist) {
		return goneError{r, "its evidence folder " + r.Folder + " is there no longer"}
	}
	run := ""
	if h, err := timeline.OpenHeader(recordIn(r.Folder)); err == nil {
		run = h.Run
	} else if p, err := evidence.Read(r.Folder); err == nil {
		run = p.Run
	}
	switch {
	case run != "" && run != r.Run:
		return goneError{r, r.Folder + " holds another run by now"}
	case !hasEvidence(r.Folder):
		return goneError{r, r.Folder + " holds its evidence no longer"}
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
