//go:build linux

package loadgen

import (
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// gauge reads how busy the machine is, from one time to the next.
type gauge struct {
	at    int64  // of the reading before; 0: none
	total uint64 // µs of waiting for CPU until then
}

// read reads it, at an instant.
func (g *gauge) read(now int64) load.Pressure {
	text := func(name string) string {
		b, _ := os.ReadFile("/proc/" + name) // without it nothing is known
		return string(b)
	}
	cpu := text("pressure/cpu")
	return load.Pressure{
		Load: meanLoad(text("loadavg")), Cores: runtime.NumCPU(),
		CPU: waited(cpu), Since: g.since(now, cpu), Memory: waited(text("pressure/memory")),
		IO: waited(text("pressure/io")),
	}
}

// since is the share of the time since the reading before in which some task waited.
func (g *gauge) since(now int64, text string) *float64 {
	_, after, _ := strings.Cut(text, "some ")
	line, _, _ := strings.Cut(after, "\n")
	_, after, ok := strings.Cut(line, "total=")
	total, err := strconv.ParseUint(after, 10, 64)
	if !ok || err != nil {
		return nil
	}
	before := *g
	g.at, g.total = now, total
	if before.at == 0 || now <= before.at || total < before.total {
		return nil
	}
	share := min(1, math.Round(1e6*float64(total-before.total)/float64(now-before.at))/1e3)
	return &share
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
