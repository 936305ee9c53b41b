// Package evidence makes a folder of a run's evidence stand alone: what was run, on what,
// and when, beside what was recorded of it, and a list of hashes over all of it.
package evidence

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Schema is the version of provenance.json.
const Schema = "stormdrill/provenance/v1"

// Names of the files that this package writes.
const (
	ScenarioFile   = "scenario.yaml"   // as it was run, with what it extends in its place
	ProvenanceFile = "provenance.json" // Provenance
	SumsFile       = "SHA256SUMS"      // as sha256sum writes it
)

// Provenance is what was run, on what, and when.
type Provenance struct {
	Schema string `json:"schema"`
	Run    string `json:"run"`
	Tool   string `json:"tool"` // stormdrill's version
	// wall clock at second 0, RFC 3339, as the scorecard has it
	Started string `json:"started"`
	Seed    uint64 `json:"seed,string"` // as text: a JSON number would lose it
	Control bool   `json:"control"`
	// Command repeats the run, from the folder that it was begun in; empty where not known.
	Command  string   `json:"command"`
	Scenario Scenario `json:"scenario"`
	// Lab is what it ran on; null where it did not come to that.
	Lab *lab.Facts `json:"lab"`
	// Schedule is what was done, as it happened.
	Schedule []Step `json:"schedule"`
}

// Scenario names what was run. SHA256 is of ScenarioFile.
type Scenario struct {
	Name    string `json:"name"`
	Summary string `json:"summary"`
	SHA256  string `json:"sha256"`
}

// Step is one instant, in seconds from the start of the run, within Doubt either way.
type Step struct {
	What   string  `json:"what"` // "inject", "lift", "clear" …: a mark of the record
	Of     string  `json:"of"`   // the fault, or the steer; empty: the run
	At     float64 `json:"at_seconds"`
	Doubt  float64 `json:"doubt_seconds"`
	Detail string  `json:"detail"`
}

// Write writes ScenarioFile and ProvenanceFile into a run's folder. Command is what repeats it.
func Write(dir string, scenario []byte, command string, r *timeline.Record,
	facts *lab.Facts) error {
	if err := os.WriteFile(filepath.Join(dir, ScenarioFile), scenario, 0o644); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	h := r.Header
	p := Provenance{Schema: Schema, Run: h.Run, Tool: h.Tool, Seed: h.Seed, Control: h.Control,
		Command:  command,
		Scenario: Scenario{h.Scenario, h.Summary, sum(scenario)}, Lab: facts,
		Schedule: []Step{}}
	start := h.Mono
	for _, m := range r.Marks {
		if m.Name == timeline.MarkStart {
			start = m.Before
			break
		}
	}
	p.Started = h.Wall.Add(time.Duration(start - h.Mono)).UTC().Format(time.RFC3339Nano)
	for _, m := range r.Marks {
		of := m.Fault
		if of == "" {
			of = m.Steer
		}
		p.Schedule = append(p.Schedule, Step{m.Name, of, seconds(m.Before/2 + m.After/2 - start),
			seconds((m.After - m.Before) / 2), m.Detail})
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, ProvenanceFile), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return nil
}

// Read reads a run's ProvenanceFile; where there is none, as of a run that was ended by force
// or by an older version, fs.ErrNotExist is in the error.
func Read(dir string) (Provenance, error) {
	var p Provenance
	text, err := os.ReadFile(filepath.Join(dir, ProvenanceFile))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return p, fmt.Errorf("evidence: %w", err)
	}
	return p, nil
}

func seconds(ns int64) float64 { return float64(ns/1000) / 1e6 }

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Seal writes SumsFile over all that a run's folder holds. What is in it afterwards is not
// the run's.
func Seal(dir string) error {
	names, err := files(dir)
	if err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	var b bytes.Buffer
	for _, name := range names {
		h, err := hashOf(dir, name)
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		fmt.Fprintf(&b, "%s  %s\n", h, name)
	}
	at := filepath.Join(dir, SumsFile)
	if err := os.WriteFile(at+".new", b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return os.Rename(at+".new", at)
}

// files are those in a folder, by their paths in it with slashes, in order.
func files(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if name = filepath.ToSlash(name); name != SumsFile && name != SumsFile+".new" {
			names = append(names, name)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}

// hashOf is the hash of a regular file in a folder.
func hashOf(dir, name string) (string, error) {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if info, err := os.Lstat(path); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", name)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Changed is what of a folder is not as it was sealed.
type Changed struct {
	Differ, Missing, Added []string // by their paths in the folder
}

// None reports whether all of it is as it was.
func (c Changed) None() bool { return len(c.Differ)+len(c.Missing)+len(c.Added) == 0 }

// ErrUnsealed is a folder without SumsFile: its run was ended before it could be sealed, or
// it is not one.
var ErrUnsealed = errors.New("there is no " + SumsFile + " in it: it was never sealed")

// Check holds a run's folder against its seal, and counts what is in it.
func Check(dir string) (c Changed, total int, err error) {
	f, err := os.Open(filepath.Join(dir, SumsFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, 0, fmt.Errorf("%s: %w", dir, ErrUnsealed)
	case err != nil:
		return c, 0, err
	}
	defer f.Close()
	sealed := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		h, name, ok := strings.Cut(lines.Text(), "  ")
		if _, err := hex.DecodeString(h); !ok || err != nil || len(h) != 2*sha256.Size ||
			!filepath.IsLocal(filepath.FromSlash(name)) {
			return c, 0, fmt.Errorf("%s:%d: want a SHA-256 and a path in the folder",
				filepath.Join(dir, SumsFile), n)
		}
		sealed[name] = h
	}
	if err := lines.Err(); err != nil {
		return c, 0, err
	}
	names, err := files(dir)
	if err != nil {
		return c, 0, err
	}
	for _, name := range names {
		want, ok := sealed[name]
		delete(sealed, name)
		have, err := hashOf(dir, name)
		switch {
		case !ok:
			c.Added = append(c.Added, name)
		case err != nil || have != want:
			c.Differ = append(c.Differ, name)
		}
	}
	for name := range sealed {
		c.Missing = append(c.Missing, name)
	}
	slices.Sort(c.Missing)
	return c, len(names), nil
}
