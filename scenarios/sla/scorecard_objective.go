package sla

import (
	"math"
	"time"
)

// Objective is one line of the SLA, judged.
type Objective struct {
	Name   string `json:"name"` // "detect balancer"
	Wanted Said   `json:"wanted"`
	// Op and Limit are what is wanted, Value what was measured (of bounds the worse), both
	// in Unit. Limit is null where the baseline that it is relative to has none; Value where
	// nothing was measured, or it has no end. Where Censored it is only known to be more.
	Op    string   `json:"op"` // "<=", ">="
	Limit *float64 `json:"limit"`
	// "s", "share", or what is counted: "writes", "alarms", "outages", "aborts"
	Unit     Word     `json:"unit"`
	Measured Said     `json:"measured"`
	Fault    Word     `json:"fault"` // that the time is of, where there are several
	Value    *float64 `json:"value"`
	// Margin is how far Value lies on the good side of Limit: of a time, as a share of the
	// limit; of a share, the difference.
	Margin     *float64 `json:"margin"`
	Result     string   `json:"result"`
	Resolution float64  `json:"resolution_seconds"`
	Censored   bool     `json:"censored"`
	Why        *Said    `json:"why"` // where undecided
}

// fromFault reports whether it is a time that begins at an injection or a lift, and not a
// threshold on latency.
func (o *Objective) fromFault() bool {
	_, err := ParseKeep(o.Name + " <= 1s")
	return o.Unit == inSeconds && err != nil
}

// NoAbort is the name of the objective that a drill did not end itself.
const NoAbort = "no abort"

// of names what an objective is of.
func of(what, owner string) string { return what + " of " + owner }

// undecided leaves an objective open.
func (o *Objective) undecided(why Code, values ...any) {
	said := Say(why, values...)
	o.Result, o.Why = Undecided, &said
}

// upTo wants a time of at most a limit.
func upTo(name string, limit time.Duration) Objective {
	most := limit.Seconds()
	return Objective{Name: name, Wanted: Say(WantTime, "<=", most), Op: "<=", Limit: &most,
		Unit: inSeconds}
}

// fewer wants so many of a kind at most.
func fewer(name string, wanted Said, limit float64, unit Word) Objective {
	return Objective{Name: name, Wanted: wanted, Op: "<=", Limit: &limit, Unit: unit}
}

// counts is a count, as an objective's value.
func counts[T int | uint64](n T) *float64 {
	v := float64(n)
	return &v
}

// margin keeps one to so many digits that its per cent may be rounded again.
func margin(f float64) *float64 {
	f = math.Round(f*1e9) / 1e9
	return &f
}
