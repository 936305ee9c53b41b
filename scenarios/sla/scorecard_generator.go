package sla

import "math"

// Generator is the load's own judgement of itself.
type Generator struct {
	RateWanted   float64 `json:"rate_wanted"`
	RateAchieved float64 `json:"rate_achieved"`
	LagP99       float64 `json:"lag_p99_seconds"`
	Unsent       uint64  `json:"unsent"`
	// Machine is how busy the machine was at worst; null where the record does not say.
	Machine *Machine `json:"machine"`
}

// Machine is the greatest pressure that the load node met: the load per core, and
// the share of ten seconds in which some task waited for CPU, memory or disk; null
// where the kernel does not account for it.
type Machine struct {
	Load   float64  `json:"load_per_core"`
	CPU    *float64 `json:"waited_cpu"`
	Memory *float64 `json:"waited_memory"`
	IO     *float64 `json:"waited_io"`
}

// Clock is how the CLI's clock, which gives the instants of webhooks on loopback and of
// commands, relates to that of the machine the containers run on: the latter is Shift
// ahead, ± Bound over the whole run.
type Clock struct {
	Shift float64 `json:"shift_seconds"`
	Bound float64 `json:"bound_seconds"`
	// the furthest that a later measurement was from the first
	Drift    float64 `json:"drift_seconds"`
	Measured int     `json:"measured"` // times
}

// Own reports whether the two may be one clock.
func (c Clock) Own() bool { return math.Abs(c.Shift) <= c.Bound }
