package link

import "time"

// Traits are what scoring has to know of a fault, so that it needs to know no kind of
// fault. The record keeps them.
type Traits struct {
	Counts Counted `json:"counts"`
	Cause  Cause   `json:"cause"`
	// Vouched: that what it counts are users is its author's word.
	Vouched bool `json:"vouched,omitempty"`
	// State: it is proven by the state of its target, which is dead, frozen or starved.
	State bool `json:"state,omitempty"`
	// New: it touches connections, or lookups, while they are made, and no others.
	New bool `json:"new,omitempty"`
	// Unit is what its count is of, by a code; none: its author says it in words.
	Unit Unit `json:"unit,omitzero"`
	// It comes and goes, and is on for On of each Period, from the injection on; 0: it is on
	// throughout.
	Period time.Duration `json:"period,omitempty"`
	On     time.Duration `json:"on,omitempty"`
}

// OnFor is for how long of its first d a fault is on: all of it, unless it comes and goes.
func (t Traits) OnFor(d time.Duration) time.Duration {
	if t.Period <= 0 {
		return d
	}
	return d/t.Period*t.On + min(d%t.Period, t.On)
}

// Unit is what a count is of, for reports in languages other than the count's own words,
// Count.Unit.
type Unit struct {
	Code  string `json:"code"`            // "syns-dropped", "answered", …
	Value string `json:"value,omitempty"` // the one thing that the words name: "503"
}

// Counted is what a fault's proof counts.
type Counted string

// What is counted: of Packets one request sends several, of the others one.
const (
	Requests    Counted = "requests" // or answers, of which each request has one
	Connections Counted = "connections"
	Lookups     Counted = "lookups"
	Packets     Counted = "packets"
)

// Cause is where a fault lies, whatever users see of it, and so which team repairs it.
type Cause string

// Causes, as an operations handbook divides them.
const (
	Network Cause = "network"
	Server  Cause = "server"
	Attack  Cause = "attack" // traffic beside the users'
)
