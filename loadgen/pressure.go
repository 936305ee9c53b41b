//go:build linux

package loadgen

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// pressure reads it.
func pressure() load.Pressure {
	text := func(name string) string {
		b, _ := os.ReadFile("/proc/" + name) // without it nothing is known
		return string(b)
	}
	return load.Pressure{
		Load: meanLoad(text("loadavg")), Cores: runtime.NumCPU(),
		CPU: waited(text("pressure/cpu")), Memory: waited(text("pressure/memory")), IO: waited(text("pressure/io")),
	}
}

// meanLoad reads /proc/loadavg: "7.81 11.48 7.65 18/509 15837".
func meanLoad(text string) float64 {
	first, _, _ := strings.Cut(text, " ")
	mean, _ := strconv.ParseFloat(first, 64)
	return mean
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
