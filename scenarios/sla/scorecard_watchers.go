package sla

// Watcher is one detector's finding.
type Watcher struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Of   Word   `json:"of"` // the one fault that it has to notice
	// Unmet are faults that its own way does not lead past, so that it cannot notice them.
	Unmet       []string `json:"unmet"`
	Detect      *Time    `json:"detect"`
	Restore     *Time    `json:"alert_clear"`
	Behind      *Time    `json:"detection_lag"` // distance from the ideal observer
	FalseAlarms int      `json:"false_alarms"`  // by when they were raised
	FalseBy     False    `json:"false_by"`      // these, and others, by kind
	Asked       int      `json:"asked"`         // answers that count
	Told        int      `json:"told"`          // alerts, each once
	// Alerts are those by their names, in order; those without one are not among them.
	Alerts []AlertName `json:"alerts"`
}

// Steer is a defence by name: which clients were led elsewhere, and when.
type Steer struct {
	Name  string `json:"name"`
	When  string `json:"when"` // the watcher that decided
	What  string `json:"what"`
	Led   *Said  `json:"led"` // What by a code; null of older records
	Moves []Move `json:"reroutes"`
	// Settled is from the first move until the users were well, the fault being there
	// still: what TTL, caches and connections took of the time to mitigate. Null where
	// they were not, or were before the move.
	Settled *Time `json:"settled"`
}

// Move is one stretch in which names led elsewhere; seconds from the start.
type Move struct {
	At      float64 `json:"at"`
	Back    Number  `json:"back"`    // none: the run broke off before
	Answers uint64  `json:"answers"` // that led there, checks' apart
}

// Results of an objective.
const (
	Met       = "met"
	Missed    = "missed"
	Undecided = "undecided"
)

// Units that objectives are measured in.
const (
	inSeconds = "s"
	asShare   = "share"
)
