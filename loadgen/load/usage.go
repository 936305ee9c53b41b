package load

import "time"

// Usage is the load node's own state, sent once a second as the event "usage": it shows
// where the generator itself was the bottleneck.
type Usage struct {
	At          int64         `json:"at"`
	Group       string        `json:"group"`
	Due         uint64        `json:"due"`  // since start
	Sent        uint64        `json:"sent"` // since start
	Unsent      uint64        `json:"unsent"`
	InFlight    int           `json:"in_flight"`
	LagP99      time.Duration `json:"lag_p99"` // of the last second
	Descriptors int           `json:"descriptors"`
	Machine     Pressure      `json:"machine"`
}

// Pressure is how busy the machine is, by whatever process: /proc shows a container the
// whole of it.
type Pressure struct {
	Load  float64 `json:"load"` // runnable tasks, mean over a minute; 0 where /proc does not say
	Cores int     `json:"cores"`
	// The share of the last ten seconds in which some task waited for it, in
	// [0, 1]; nil where the kernel does not account for it (PSI, Linux 4.20).
	CPU    *float64 `json:"cpu,omitempty"`
	Memory *float64 `json:"memory,omitempty"`
	IO     *float64 `json:"io,omitempty"`
	// Since is the same of CPU, over the time since the usage before; nil in the first.
	Since *float64 `json:"since,omitempty"`
}
