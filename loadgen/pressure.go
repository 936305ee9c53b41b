package loadgen

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Pressure is how busy the machine is, whoever keeps it so: /proc shows a
// container the whole of it.
type Pressure struct {
	Load  float64 `json:"load"` // runnable tasks, mean over a minute; 0 where /proc does not say
	Cores int     `json:"cores"`
	// The share of the last ten seconds in which some task waited for it, in
	// [0, 1]; nil where the kernel does not account for it (PSI, Linux 4.20).
	CPU    *float64 `json:"cpu,omitempty"`
	Memory *float64 `json:"memory,omitempty"`
	IO     *float64 `json:"io,omitempty"`
}

// pressure reads it.
func pressure() Pressure {
	text := func(name string) string {
		b, _ := os.ReadFile("/proc/" + name) // without it nothing is known
		return string(b)
	}
	return Pressure{
		Load: meanLoad(text("loadavg")), Cores: runtime.NumCPU(),
		CPU: waited(text("pressure/cpu")), Memory: waited(text("pressure/memory")), IO: waited(text("pressure/io")),
	}
}

// meanLoad reads /proc/loadavg: "7.81 11.48 7.65 18/509 15837".
func meanLoad(text string) float64 {
	first, _, _ := strings.Cut(text, " ")
	load, _ := strconv.ParseFloat(first, 64)
	return load
}

// waited reads a file of /proc/pressure: "some avg10=62.97 avg60=…", in per cent.
func waited(text string) *float64 {
	_, after, ok := strings.Cut(text, "some avg10=")
	if !ok {
		return nil
	}
	value, _, _ := strings.Cut(after, " ")
	percent, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return nil
	}
	share := percent / 100
	return &share
}
