package faults

import "github.com/stormdrill/stormdrill/loadgen/quantity"

// Limits are a container's; zero where there is none, or where it is left alone.
type Limits struct {
	CPUs   float64
	Memory quantity.Size
}

// Limiting is a fault that lowers a limit of its targets' containers. Each needs
// a limit from the start: an engine restores one, but cannot take one away.
type Limiting interface{ Lowers() Limits }

// Filling is a fault that fills a disk, which its targets have to have; leave is what stays free.
type Filling interface {
	Fills() (path string, leave quantity.Size)
}

// CPU is what a container may use, and how it fares.
type CPU struct {
	Limit float64 // CPU time per time, as the engine reports it
	// Throttled is in how many of the kernel's periods, of 100 ms each, its
	// processes had to stand still, since it was started (cgroup nr_throttled).
	Throttled uint64
}
