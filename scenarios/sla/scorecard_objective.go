package sla

import "time"

// Objective is one line of the SLA, judged.
type Objective struct {
	Name   string `json:"name"`   // "detect balancer"
	Wanted string `json:"wanted"` // "≤ 3s"
	// Op and Limit are what is wanted, Value what was measured (of bounds the worse), both
	// in Unit. Limit is null where the baseline that it is relative to has none; Value where
	// nothing was measured, or it has no end. Where Censored it is only known to be more.
	Op         string   `json:"op"` // "<=", ">="
	Limit      *float64 `json:"limit"`
	Unit       Word     `json:"unit"` // "s", "share", or what is counted: "writes", "alarms", "outages", "aborts"
	Measured   string   `json:"measured"`
	Value      *float64 `json:"value"`
	Margin     Word     `json:"margin"`
	Result     string   `json:"result"`
	Resolution float64  `json:"resolution_seconds"`
	Censored   bool     `json:"censored"`
	Why        Word     `json:"why"` // where undecided
}

// upTo wants a time of at most a limit.
func upTo(name string, limit time.Duration) Objective {
	most := limit.Seconds()
	return Objective{Name: name, Wanted: "≤ " + Brief(most), Op: "<=", Limit: &most,
		Unit: inSeconds}
}

// fewer wants so many of a kind at most.
func fewer(name, wanted string, limit float64, unit Word) Objective {
	return Objective{Name: name, Wanted: wanted, Op: "<=", Limit: &limit, Unit: unit}
}

// counts is a count, as an objective's value.
func counts[T int | uint64](n T) *float64 {
	v := float64(n)
	return &v
}
