// Package history keeps a line of every run of a user on a machine, so that a drill can be
// held against the same one of last month.
package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Schema is the version of a line.
const Schema = "stormdrill/history/v1"

// Run is one line: what a scorecard comes to. Times are in seconds, null where there is none.
type Run struct {
	Schema   string      `json:"schema"`
	Run      string      `json:"run"`
	Scenario string      `json:"scenario"`
	Started  string      `json:"started"` // RFC 3339
	Control  bool        `json:"control"`
	Verdict  sla.Verdict `json:"verdict"`
	Tool     string      `json:"tool"`
	SLA      string      `json:"sla_sha256"`
	Folder   string      `json:"folder"` // absolute; it may have been removed since
	// Success is the share of good requests in fault and recovery.
	Success  sla.Number `json:"success"`
	Detect   *sla.Time  `json:"detect"`
	Mitigate *sla.Time  `json:"mitigate"`
	Recover  *sla.Time  `json:"recover"`
	Outage   *sla.Time  `json:"outage"`
}

// Of is the line of a scorecard with its evidence in a folder.
func Of(c sla.Scorecard, folder string) Run {
	return Run{Schema: Schema, Run: c.Run, Scenario: c.Scenario, Started: string(c.Started),
		Control: c.Control, Verdict: c.Verdict, Tool: string(c.Tool), SLA: c.SLA, Folder: folder,
		Success: c.Requests.Availability, Detect: c.Times.Detect, Mitigate: c.Times.Mitigate,
		Recover: c.Times.Recover, Outage: c.Times.Outage}
}

// ErrNowhere is a user without a folder for data.
var ErrNowhere = errors.New("history: neither XDG_DATA_HOME nor HOME says where it is")

// Path is the file, in the user's data folder as XDG's base directory specification has it.
func Path() (string, error) {
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) { // one that is not has to be ignored
		home, err := os.UserHomeDir()
		if err != nil {
			return "", ErrNowhere
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "stormdrill", "history.jsonl"), nil
}

// Append adds a line. Runs that end at one time do not get into each other's: a line is
// written at once, to the end of the file as it is then. One that another is being written
// before may take that for one that broke off, and leaves an empty line.
func Append(path string, r Run) error {
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	if line = append(line, '\n'); brokenOff(f) {
		line = append([]byte{'\n'}, line...)
	}
	_, err = f.Write(line)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}

// brokenOff reports whether the last line has no end, as on a disk that was full.
func brokenOff(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return err == nil && last[0] != '\n'
}

// ErrSeveral is of an id that more than one run begins with.
var ErrSeveral = errors.New("more than one run's id begins so")

// Find is the latest run of a drill that proved anything, by a pass or a fail, or that whose
// id it is, or, where it is none, begins so; nil where there is none.
func Find(runs []Run, scenario, id string) (found *Run, err error) {
	whole := slices.ContainsFunc(runs, func(r Run) bool { return r.Run == id })
	for i := len(runs) - 1; i >= 0; i-- {
		r := &runs[i]
		switch told := r.Verdict == sla.Pass || r.Verdict == sla.Fail; {
		case id == Last && r.Scenario == scenario && told && !r.Control:
			return r, nil
		case id == Last || !strings.HasPrefix(r.Run, id) || whole && r.Run != id:
		case found != nil && found.Run != r.Run:
			return nil, ErrSeveral
		default:
			found = r
		}
	}
	return found, nil
}

// Last is the id by which Find gives the latest run of a drill.
const Last = "last"

// mostLine bounds a line: a name and a folder are short.
const mostLine = 64 << 10

// Read gives all runs, in the order in which they ended, and the numbers of the lines that
// cannot be read: those of a disk that was full, or of a newer version. None is there before
// the first run.
func Read(path string) (runs []Run, odd []int, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("history: %w", err)
	}
	lines := bytes.Split(text, []byte{'\n'})
	all, read := make([]Run, len(lines)), make([]bool, len(lines))
	var parts sync.WaitGroup
	each := max(leastPart, len(lines)/runtime.GOMAXPROCS(0)+1)
	for from := 0; from < len(lines); from += each {
		parts.Go(func() {
			for i := from; i < min(len(lines), from+each); i++ {
				read[i] = decode(lines[i], &all[i])
			}
		})
	}
	parts.Wait()
	for i := range lines {
		switch {
		case read[i]:
			runs = append(runs, all[i])
		case len(bytes.TrimSpace(lines[i])) > 0:
			odd = append(odd, i+1)
		}
	}
	return runs, odd, nil
}

// leastPart is how many lines are worth a goroutine.
const leastPart = 500

// decode reads a line; it reports whether it is one.
func decode(line []byte, r *Run) bool {
	return len(line) < mostLine && len(bytes.TrimSpace(line)) > 0 &&
		json.Unmarshal(line, r) == nil &&
		r.Schema == Schema && r.Run != ""
}
