package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// notKept is the error of an argument that names no run that was kept.
func notKept(arg string) error {
	return fmt.Errorf("%s: neither an evidence folder nor a run of the history "+
		"(stormdrill history lists them)", arg)
}

// pathOf is the path that an argument means: a record, a folder, or that of the run of the
// history whose id it is or begins.
func pathOf(arg string) (string, error) {
	if _, err := os.Stat(arg); !errors.Is(err, fs.ErrNotExist) {
		return arg, nil // opening it says what is wrong
	}
	path, err := history.Path()
	if err != nil || arg == "" {
		return "", notKept(arg)
	}
	runs, _, err := history.Read(path)
	if err != nil {
		return "", err
	}
	found, several := history.Find(runs, "", arg)
	switch {
	case several != nil:
		return "", fmt.Errorf("%s: %w", arg, several)
	case found == nil:
		return "", notKept(arg)
	}
	return found.Folder, there(*found)
}

// there is an error where a run of the history is no longer in its folder.
func there(r history.Run) error {
	if _, err := os.Stat(r.Folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("run %s: its evidence folder %s is there no longer", r.Run, r.Folder)
	}
	if p, err := evidence.Read(r.Folder); err == nil && p.Run != r.Run {
		return fmt.Errorf("run %s: %s holds another run by now", r.Run, r.Folder)
	}
	return nil
}

// openRecord reads a record, or that of an evidence folder.
func openRecord(path string) (*timeline.Record, error) {
	r, err := timeline.Open(recordIn(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notKept(path)
	}
	return r, err
}
