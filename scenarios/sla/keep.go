package sla

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Keep is one thing that has to hold over a phase. Its grammar is
//
//	METRIC [of GROUP] in PHASE <=|>= VALUE
//
// METRIC is success (the share of sent requests that were good; VALUE is a
// percentage) or p50, p90, p95, p99, p99.9 (a percentile of latency over all
// sent requests, failed ones with the time they took; VALUE is a duration).
// Without GROUP it is over all groups. PHASE is baseline, fault, recovery, or
// run, which is fault and recovery together. Examples:
//
//	success of shoppers in run >= 99%
//	p95 in recovery <= 200ms
type Keep struct {
	Metric string
	Of     string // group; empty: all
	Phase  string
	Op     string  // "<=" or ">="
	Value  float64 // a share in [0, 1], or seconds
	Text   string  // as written, in single spaces
}

// Metrics and phases that a Keep may name.
var (
	Metrics = []string{"success", "p50", "p90", "p95", "p99", "p99.9"}
	InPhase = []string{"baseline", "fault", "recovery", "run"}
)

var keepText = regexp.MustCompile(`^(\S+)(?: of (\S+))? in (\S+) (<=|>=) (\S+)$`)

// ParseKeep reads one objective.
func ParseKeep(s string) (Keep, error) {
	text := strings.Join(strings.Fields(s), " ")
	m := keepText.FindStringSubmatch(text)
	if m == nil {
		return Keep{}, fmt.Errorf("keep %q: want METRIC [of GROUP] in PHASE <=|>= VALUE, such as success of shoppers in run >= 99%%", s)
	}
	k := Keep{Metric: m[1], Of: m[2], Phase: m[3], Op: m[4], Text: text}
	if !slices.Contains(Metrics, k.Metric) {
		return Keep{}, fmt.Errorf("keep %q: no metric %q: there are %s", s, k.Metric, strings.Join(Metrics, ", "))
	}
	if !slices.Contains(InPhase, k.Phase) {
		return Keep{}, fmt.Errorf("keep %q: no phase %q: there are %s", s, k.Phase, strings.Join(InPhase, ", "))
	}
	var err error
	if k.Value, err = k.parseValue(m[5]); err != nil {
		return Keep{}, fmt.Errorf("keep %q: %w", s, err)
	}
	return k, nil
}

func (k Keep) parseValue(s string) (float64, error) {
	if k.Metric == "success" {
		share, err := quantity.ParseShare(s)
		return float64(share), err
	}
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%q: must be above zero", s)
	}
	return d.Seconds(), err
}

// quantile that a percentile metric asks for.
func (k Keep) quantile() float64 {
	p, _ := strconv.ParseFloat(strings.TrimPrefix(k.Metric, "p"), 64)
	return p / 100
}

// value is the limit as written.
func (k Keep) value() string { return k.Text[strings.LastIndexByte(k.Text, ' ')+1:] }

// shown writes a value of the metric; shares are cut, not rounded, so that
// 99.999 % never reads as 100 %.
func (k Keep) shown(v float64) string {
	if k.Metric != "success" {
		return Brief(v)
	}
	return Percent(v)
}

// margin is how far the worse of two bounds lies on the good side of the limit:
// in points of a percentage, or as a share of a duration.
func (k Keep) margin(low, high float64) string {
	if k.Metric == "success" {
		return fmt.Sprintf("%+.2f points", 100*(low-k.Value))
	}
	if k.Op == ">=" {
		return fmt.Sprintf("%+.0f%%", 100*(low-k.Value)/k.Value)
	}
	return fmt.Sprintf("%+.0f%%", 100*(k.Value-high)/k.Value)
}

// Percent writes a share, cut after two digits of a per cent.
func Percent(share float64) string {
	text := strconv.FormatFloat(math.Floor(share*1e4+1e-9)/100, 'f', 2, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}
