// Package timeline holds the marks and observations of one run, and the file
// that keeps them. Whatever is judged is judged from a Record; nothing else is
// needed to judge it again.
package timeline

import (
	"cmp"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Version of the record's format. Version 1 had answers and usages as JSON, version 2 no
// traits of faults and watchers.
const Version = 3

// Header is what is known before the run. All of a record's times are
// CLOCK_MONOTONIC of the machine that the load node runs on, ns.
type Header struct {
	Version  int       `json:"version"`
	Scenario string    `json:"scenario"`
	Summary  string    `json:"summary,omitempty"`
	Run      string    `json:"run"`
	Seed     uint64    `json:"seed"`
	Tool     string    `json:"tool"` // stormdrill's version
	Wall     time.Time `json:"wall"` // wall clock at Mono
	Mono     int64     `json:"mono"`
	// Control says that this run has no faults on purpose: whatever is noticed in
	// it is a false alarm.
	Control bool `json:"control,omitempty"`

	// Jitter is the longest interval at which anything of the drill is known to look or to be
	// asked: the injection came up to so much later, drawn from the seed. 0: not kept.
	Jitter time.Duration `json:"jitter,omitempty"`

	Phases Phases    `json:"phases"`
	Groups []Group   `json:"groups"`
	Faults []Fault   `json:"faults"`
	Watch  []Watcher `json:"watch"`
	Steers []Steer   `json:"steers,omitempty"`
	// Objectives as the scenario wrote them; `score --sla` replaces them.
	Objectives Objectives `json:"objectives"`
}

// Phases are the lengths of a run's phases, and Confirm, how long it must stay
// well to count as recovered (W).
type Phases struct {
	WarmUp   time.Duration `json:"warm_up,omitempty"` // before the baseline, and not judged
	Baseline time.Duration `json:"baseline"`
	Hold     time.Duration `json:"hold"`
	Recovery time.Duration `json:"recovery"`
	Confirm  time.Duration `json:"confirm"`
}

// Group is what scoring needs of a load group.
type Group struct {
	Name  string        `json:"name"`
	Rate  float64       `json:"rate"`
	Users int           `json:"users"`
	Slow  time.Duration `json:"slow"`
	// Timeout and Connections, its policy by a scenario's keys (per: user, live: 20s), say
	// whether two runs had the same. 0: neither is kept.
	Timeout     time.Duration `json:"timeout,omitempty"`
	Connections string        `json:"connections,omitempty"`
	// Expect is what a good answer was, in words; empty: not known.
	Expect string `json:"expect,omitempty"`
	// Ledger: its requests are writes, and those acknowledged were to be read back.
	Ledger bool `json:"ledger,omitempty"`
	// Reference: no fault touches it; see scenarios.Group.
	Reference bool `json:"reference,omitempty"`
}

// Fault is what scoring needs of a fault.
type Fault struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Aim  string `json:"aim"` // "lb -> app-2"
	What string `json:"what"`
	// Settings are what the scenario says of it, by their keys, as text: share: 30%; none: not
	// known. See scenarios.Settings.
	Settings map[string]string `json:"settings,omitempty"`

	At    time.Duration `json:"at"`  // from the start of the fault phase
	For   time.Duration `json:"for"` // planned length
	Share float64       `json:"share"`
	link.Traits
	// Nodes are those at the far end of what it hits, replicas by their own names; none:
	// not known.
	Nodes []string `json:"nodes,omitempty"`
	// Groups are those with requests that can meet it; none: not known, unless Unmet.
	Groups []string `json:"groups,omitempty"`
	// Unmet: no group's requests can meet it.
	Unmet bool `json:"unmet,omitempty"`
	// Watchers: it is on watchers' own links only, so that what it touches are checks.
	Watchers bool `json:"watchers,omitempty"`
	// Monitoring: no group's requests can meet it, and the monitoring that watchers get
	// alerts from does: its own count, or its targets' state, proves it.
	Monitoring bool `json:"monitoring,omitempty"`
	// Spares: it lets some requests alone, by what they are.
	Spares bool `json:"spares,omitempty"`
	// Scope is how much it hits: "node" (one of several alike), "region" (more, but
	// not all nodes or users), "core".
	Scope string `json:"scope,omitempty"`
}

// WatcherTraits are what scoring has to know of a kind of detector, so that it needs to
// know no kind.
type WatcherTraits struct {
	Polled bool `json:"polled,omitempty"` // it reads a state, and each answer says which it is
	Told   bool `json:"told,omitempty"`   // it waits for notifications, and asks nothing
	// its instants are on the CLI's clock, which may be another machine's
	Local bool `json:"local,omitempty"`
	Port  bool `json:"port,omitempty"` // it opens connections, and asks nothing on them
	// somebody acknowledges, who may do so when the fault is gone already
	Person bool `json:"person,omitempty"`
	// each notification is a line of text, and never a payload of alerts
	Lines bool `json:"lines,omitempty"`
	// Step is which step it reports of the chain from the users' impact to a person who
	// acknowledges; empty: none.
	Step Step `json:"step,omitempty"`
}

// Step is one of the chain, as a kind of detector reports it.
type Step string

// The steps. A rule is two in one: it is pending, and it fires.
const (
	StepExported     Step = "exported"     // a query shows it
	StepRule         Step = "rule"         // an alerting rule does
	StepRouted       Step = "routed"       // Alertmanager has the alert
	StepNotified     Step = "notified"     // somebody is told
	StepAcknowledged Step = "acknowledged" // somebody answers
)

// Tells is the detector's step. Records from before there were steps have those of the last
// two, by their other traits.
func (t WatcherTraits) Tells() Step {
	switch {
	case t.Step != "" || !t.Told:
		return t.Step
	case t.Person:
		return StepAcknowledged
	case !t.Lines:
		return StepNotified
	}
	return ""
}

// Watcher is what scoring needs of a detector.
type Watcher struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // as the scenario writes it
	WatcherTraits
	// Fails consecutive bad answers make a detection, Oks good ones contentment;
	// both 1 where a state is polled.
	Fails int           `json:"fails"`
	Oks   int           `json:"oks"`
	Every time.Duration `json:"every"`
	What  string        `json:"what"`
	// Match and Resolved are regular expressions of one that waits: of a notification, or a
	// line, that is an alarm (empty: any) and of an all-clear (empty: none is; it wins).
	Match    string `json:"match,omitempty"`
	Resolved string `json:"resolved,omitempty"`
	// Hook is the watcher that it shares port and path with; empty: it has its own.
	Hook string `json:"hook,omitempty"`
	// Of is the fault that it has to notice; empty: whichever comes first.
	Of string `json:"of,omitempty"`
	// Unmet are the faults that it cannot meet: its own way does not lead past what they
	// hit. Empty: none is known.
	Unmet []string `json:"unmet,omitempty"`
	// ToMeet is what would let it meet them; none in older records.
	ToMeet ToMeet `json:"to_meet,omitzero"`
}

// ToMeet is what would let a watcher meet a fault: either that it asks as a group, or that a
// fault is aimed at its own way too.
type ToMeet struct {
	As   string `json:"as,omitempty"`   // a load group, or a cohort
	Link string `json:"link,omitempty"` // its own, with no fault: watch:probe -> app-2
	Aim  string `json:"aim,omitempty"`  // a fault's `link` that has it in: * -> app-2
}

// At is the hook that its notifications come to, as they name it.
func (w Watcher) At() string { return cmp.Or(w.Hook, w.Name) }

// Steer is what scoring needs of a defence by name: which clients are led elsewhere while a
// watcher is not content.
type Steer struct {
	Name string `json:"name"`
	When string `json:"when"` // the watcher
	What string `json:"what"` // "page/east hears standby for edge"
	// Askers are led to the nodes To, when they ask for Names; none in older records.
	Askers []string `json:"askers,omitempty"`
	To     []string `json:"to,omitempty"`
	Names  []string `json:"names,omitempty"`
}

// Objectives is the SLA of a drill. Limits are upper bounds; a missing one is
// not judged.
type Objectives struct {
	Detect map[string]time.Duration `json:"detect,omitempty"` // by watcher
	// watchers that have to notice only what users felt
	IfFelt   []string                 `json:"if_felt,omitempty"`
	Restore  map[string]time.Duration `json:"restore,omitempty"` // by watcher
	Mitigate *time.Duration           `json:"mitigate,omitempty"`
	Recover  *time.Duration           `json:"recover,omitempty"`
	Outage   *time.Duration           `json:"outage,omitempty"` // first to last bad request
	// latency as before, from the last clear
	Calm *time.Duration `json:"calm,omitempty"`
	// "success of shoppers in run >= 99%"
	Keep []string `json:"keep,omitempty"`
	// "99.9% per 30d"; it is reported, not judged
	Budget  string         `json:"budget,omitempty"`
	Profile string         `json:"profile,omitempty"` // "handbook": its objectives too
	Lose    *int           `json:"lose,omitempty"`    // acknowledged writes
	RPO     *time.Duration `json:"rpo,omitempty"`
}

// Empty reports whether nothing is judged by them. A budget alone is said, not judged.
func (o Objectives) Empty() bool {
	return len(o.Detect)+len(o.Restore)+len(o.Keep) == 0 && o.Profile == "" &&
		o.Mitigate == nil && o.Recover == nil && o.Outage == nil && o.Calm == nil &&
		o.Lose == nil && o.RPO == nil
}

// Names of marks. Every mark is a bracket: what it names happened within
// [Before, After].
const (
	// first request due: the warm-up begins, or, without one, the baseline
	MarkStart    = "start"
	MarkBaseline = "baseline" // the warm-up is over
	// most of the baseline was bad, and nothing was injected; Detail says of which groups
	MarkDead = "dead"
	// the fault phase begins, with faults or, in a control run, without
	MarkHold        = "hold"
	MarkInject      = "inject"     // of Fault
	MarkLift        = "lift"       // of Fault: the undo call
	MarkClear       = "clear"      // of Fault: read back as gone, or first good canary
	MarkRecovery    = "recovery"   // the last fault is lifted: the recovery phase begins
	MarkEnd         = "end"        // the load ended as planned
	MarkReadBack    = "read-back"  // all acknowledged writes were asked for, within the bracket
	MarkSteer       = "steer"      // of Steer: names lead elsewhere from then on
	MarkSteerBack   = "steer-back" // of Steer: and where they did; Answers says how many led there
	MarkAbort       = "abort"      // the scenario's own abort condition held; Detail says which
	MarkInterrupted = "interrupted"
	MarkError       = "error" // harness or surroundings failed; Detail says how
	MarkUnlifted    = "unlifted"
	// MarkOverdue, of Fault: its lift began so late that it was on for longer than planned;
	// Detail says by how much.
	MarkOverdue = "overdue"
	// MarkExpired, of Fault: a node undid it by itself, its deadline being past, or failed to;
	// Detail says why.
	MarkExpired = "expired"
)

// Mark is one instant of a run.
type Mark struct {
	Name   string `json:"name"`
	Fault  string `json:"fault,omitempty"`
	Steer  string `json:"steer,omitempty"`
	Before int64  `json:"before"`
	After  int64  `json:"after"`
	Detail string `json:"detail,omitempty"`
	// Answers to users, or to nodes that ask for them, while names were moved.
	Answers uint64 `json:"answers,omitempty"`
}

// Proof is one reading of a fault's counter.
type Proof struct {
	Fault string     `json:"fault"`
	When  string     `json:"when"` // "before", "during", "after"
	At    int64      `json:"at"`
	Count link.Count `json:"count"`
}

// Reading is what had gone over proxied links at an instant: as the phase that it names
// began, or ReadAtEnd.
type Reading struct {
	Phase string         `json:"phase"` // "baseline", "fault", "recovery", "end"
	At    int64          `json:"at"`
	Links []link.Traffic `json:"links"`
}

// ReadAtEnd is the reading after the load has ended.
const ReadAtEnd = "end"

// Note is something a reader should know that is not scored: an undeclared
// name asked, a replayed request …
type Note struct {
	At   int64  `json:"at"`
	Kind string `json:"kind"`
	Text string `json:"text"`
	// Values are the names and numbers in Text, for words in other languages.
	Values map[string]string `json:"values,omitempty"`
}

// Noted is a note of a kind, with what its text names: values as name and text by turns; an
// empty text is none.
func Noted(at int64, kind, text string, values ...string) Note {
	n := Note{At: at, Kind: kind, Text: text, Values: map[string]string{}}
	for i := 0; i+1 < len(values); i += 2 {
		if values[i+1] != "" {
			n.Values[values[i]] = values[i+1]
		}
	}
	return n
}

// Record is one run. Its slices are in the order in which they were written.
type Record struct {
	Header     Header
	Clock      wire.Offset   // CLI's clock to the record's, over the whole run
	Clocks     []wire.Offset // each time that it was measured
	Marks      []Mark
	Requests   map[string]*Requests      // by group
	Findings   map[string][]load.Finding // by group: what reading back acknowledged writes brought
	Answers    []load.Answer
	Deliveries []load.Delivery
	Usage      []load.Usage
	Proofs     []Proof
	Traffic    []link.Traffic
	Readings   []Reading // in order; none of an older record, and where no link is proxied
	Strays     Strays
	Notes      []Note
	Truncated  bool // the file breaks off before its closing entry: its writer did not end in order
}
