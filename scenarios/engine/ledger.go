package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Ledger is the list of what was done to the world, one JSON line each, on disk
// before it is done: after a crash it says what may still be in force. A nil
// Ledger keeps nothing.
type Ledger struct{ f *os.File }

// Entry is one line of a ledger.
type Entry struct {
	At    time.Time `json:"at"`
	Fault string    `json:"fault"`
	// What is "inject" before the fault is applied, "lifted" after it is gone, and "left"
	// where its lift failed.
	What string `json:"what"`
	// Lift is the file beside the ledger by which a person lifts it, where there is a
	// way; it is there as long as the fault may be.
	Lift string `json:"lift,omitempty"`
	Why  string `json:"why,omitempty"` // it was left
}

// CreateLedger starts a ledger in a new file.
func CreateLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return &Ledger{f}, nil
}

// OpenLedger goes on with a ledger that another process has left.
func OpenLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return &Ledger{f}, nil
}

// Intend notes that a fault is about to be injected, and by which lines of a shell
// a person lifts it, where there is a way.
func (l *Ledger) Intend(fault, lift string) error {
	e := Entry{Fault: fault, What: "inject"}
	if l != nil && lift != "" {
		e.Lift = liftFile(fault)
		text := fmt.Sprintf("# Lifts the fault %s by hand. Secrets are taken from variables of "+
			"the environment.\n%s\n", fault, lift)
		if err := os.WriteFile(l.beside(e.Lift), []byte(text), 0o644); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	return l.write(e)
}

// ByHand is the command by which a person lifts a fault; empty where there is none.
func (l *Ledger) ByHand(fault string) string {
	if l == nil {
		return ""
	}
	path := l.beside(liftFile(fault))
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return "sh " + path
}

func liftFile(fault string) string { return "lift-" + fault + ".sh" }

func (l *Ledger) beside(name string) string { return filepath.Join(filepath.Dir(l.f.Name()), name) }

// Lifted notes that a fault is gone.
func (l *Ledger) Lifted(fault string) error {
	if err := l.write(Entry{Fault: fault, What: "lifted"}); err != nil || l == nil {
		return err
	}
	if err := os.Remove(l.beside(liftFile(fault))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// Left notes that a fault could not be lifted.
func (l *Ledger) Left(fault string, why error) error {
	return l.write(Entry{Fault: fault, What: "left", Why: why.Error()})
}

// InForce reads a ledger and gives the faults that may still be in force and that a
// person can lift, each with the path of the file that does. A line that a crash
// broke off is passed over.
func InForce(path string) ([]Entry, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	var all []Entry
	for line := range bytes.Lines(b) {
		var e Entry
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		switch {
		case e.What == "inject" && e.Lift == liftFile(e.Fault) && filepath.Base(e.Lift) == e.Lift:
			e.Lift = filepath.Join(filepath.Dir(path), e.Lift)
			all = append(all, e)
		case e.What == "lifted":
			all = slices.DeleteFunc(all, func(o Entry) bool { return o.Fault == e.Fault })
		}
	}
	return all, nil
}

// Close ends the ledger.
func (l *Ledger) Close() error {
	if l == nil {
		return nil
	}
	return l.f.Close()
}

func (l *Ledger) write(e Entry) error {
	if l == nil {
		return nil
	}
	e.At = time.Now()
	b, err := json.Marshal(e)
	if err == nil {
		_, err = l.f.Write(append(b, '\n'))
	}
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}
