package engine

import (
	"encoding/json"
	"fmt"
	"os"
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
	What  string    `json:"what"` // "inject" before the fault is applied, "lifted" after it is gone
}

// CreateLedger starts a ledger in a new file.
func CreateLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return &Ledger{f}, nil
}

// Intend notes that a fault is about to be injected.
func (l *Ledger) Intend(fault string) error { return l.write(fault, "inject") }

// Lifted notes that a fault is gone.
func (l *Ledger) Lifted(fault string) error { return l.write(fault, "lifted") }

// Close ends the ledger.
func (l *Ledger) Close() error {
	if l == nil {
		return nil
	}
	return l.f.Close()
}

func (l *Ledger) write(fault, what string) error {
	if l == nil {
		return nil
	}
	b, err := json.Marshal(Entry{At: time.Now(), Fault: fault, What: what})
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
