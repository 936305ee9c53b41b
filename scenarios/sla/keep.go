package sla

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Keep is one thing that has to hold over a phase. Its grammar is
//
//	METRIC [of good] [of GROUP | of node NODE] [on new|established] in PHASE <=|>= VALUE
//
// METRIC is
//   - success: the share of sent requests that were good;
//   - p50, p90, p95, p99, p99.9: a percentile of latency over all sent requests, of
//     which a bad one counts as one without end: a refusal within 1 ms is no fast
//     answer, and more than 1 % of bad requests miss every p99;
//   - dns, handshake, tls: the share of lookups answered with an address, of TCP
//     handshakes and of TLS handshakes completed, among those that were tried:
//     a request on a pooled connection has none, one with its name in the
//     cache has no lookup. They are samples, and judged by their 95 % bounds;
//   - dns-p95, handshake-p99, tls-p50 …: a percentile of how long these took, of which
//     one that failed counts as one without end.
//
// A percentile is judged by the order statistics between which it lies, at 95 % each
// way, whatever the distribution, and so is the baseline's that it is held against.
// "of good" leaves the bad requests, or the steps that failed, out of a percentile.
// GROUP is a load group, or one of its cohorts as group/cohort; a group that has
// cohorts is all of them. NODE is a node that answers with its name. Without
// either it is over all groups. "on new" means requests that opened a connection for
// themselves, and failed in it, too; "on established" those on one that stood: what
// a fault of handshakes leaves alone. PHASE is baseline, fault, recovery, or run, which
// is fault and recovery together.
//
// VALUE is a percentage or a duration, as the metric is, or FACTOR x baseline:
// that many times what the same metric was in the baseline. Examples:
//
//	success of shoppers in run >= 99%
//	p95 of shoppers in recovery <= 1.25 x baseline
//	p99 of good of shoppers in fault <= 200ms
//	handshake in recovery >= 99.9%
//	dns-p95 of page/fresh in recovery <= 50ms
//	success of node app-1 in fault >= 99%
//	success of shoppers on established in fault >= 99.9%
type Keep struct {
	Metric string
	Good   bool   // of a percentile: bad requests do not count
	Of     string // group, or group/cohort; empty: all
	Node   string // the node that answered; empty: any
	On     string // "new" or "established" connections; empty: both
	Phase  string
	Op     string  // "<=" or ">="
	Value  float64 // a share in [0, 1], or seconds; Relative: a factor
	// Relative: the limit is Value times the metric in the baseline.
	Relative bool
	Text     string // as written, in single spaces
}

// Metrics and phases that a Keep may name.
var (
	Metrics = []string{"success", "p50", "p90", "p95", "p99", "p99.9",
		"dns", "dns-p50", "dns-p90", "dns-p95", "dns-p99", "dns-p99.9",
		"handshake", "handshake-p50", "handshake-p90", "handshake-p95", "handshake-p99",
		"handshake-p99.9",
		"tls", "tls-p50", "tls-p90", "tls-p95", "tls-p99", "tls-p99.9"}
	InPhase = []string{"baseline", "fault", "recovery", "run"}
)

var keepText = regexp.MustCompile(`^(\S+)( of good)?(?: of (?:node (\S+)|(\S+)))?` +
	`(?: on (new|established))? in (\S+) (<=|>=) (?:(\S+) x baseline|(\S+))$`)

// ParseKeep reads one objective.
func ParseKeep(s string) (Keep, error) {
	text := strings.Join(strings.Fields(s), " ")
	m := keepText.FindStringSubmatch(text)
	if m == nil {
		return Keep{}, unreadable(s)
	}
	k := Keep{Metric: m[1], Good: m[2] != "", Node: m[3], Of: m[4], On: m[5], Phase: m[6], Op: m[7],
		Relative: m[8] != "", Text: text}
	if !slices.Contains(Metrics, k.Metric) {
		return Keep{}, noMetric(s, k.Metric)
	}
	if k.Phase == "hold" { // its name before
		k.Phase, k.Text = "fault", strings.Replace(text, " in hold ", " in fault ", 1)
	}
	if !slices.Contains(InPhase, k.Phase) {
		return Keep{}, fmt.Errorf("threshold %q: no phase %q: there are %s", s, k.Phase,
			strings.Join(InPhase, ", "))
	}
	if k.OfSteps() && k.On != "" {
		return Keep{}, fmt.Errorf("threshold %q: %s is of new connections as it is: leave \"on "+
			"%s\" away", s, k.Metric, k.On)
	}
	if k.Good && k.IsShare() {
		return Keep{}, fmt.Errorf("threshold %q: %s is the share of the good ones as it is: "+
			"leave \"of good\" away", s, k.Metric)
	}
	var err error
	if k.Value, err = k.parseValue(m[8] + m[9]); err != nil {
		return Keep{}, fmt.Errorf("threshold %q: %w", s, err)
	}
	return k, nil
}

func (k Keep) parseValue(s string) (float64, error) {
	if k.Relative {
		return k.parseFactor(s)
	}
	if k.IsShare() {
		share, err := quantity.ParseShare(s)
		return float64(share), err
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		if _, number := strconv.ParseFloat(s, 64); number == nil {
			return 0, fmt.Errorf("%q: a unit is missing: %ss, or %sms?", s, s, s)
		}
		return 0, fmt.Errorf("%q: want a duration, such as 200ms, or 1.25 x baseline", s)
	}
	if d <= 0 {
		return 0, fmt.Errorf("%q: must be above zero", s)
	}
	return d.Seconds(), nil
}

func (k Keep) parseFactor(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case k.Phase == "baseline":
		return 0, errors.New("the baseline cannot be held against itself")
	case err != nil || !(v > 0) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%q: want a factor above zero, such as 1.25 x baseline", s)
	}
	return v, nil
}

// percentile is the metric's percentile as written; empty: it is a share.
func (k Keep) percentile() string {
	m := k.Metric[strings.LastIndexByte(k.Metric, '-')+1:]
	if k.IsShare() {
		return ""
	}
	return strings.TrimPrefix(m, "p")
}

// IsShare reports whether the metric is a share, not a time.
func (k Keep) IsShare() bool {
	return slices.Contains([]string{"success", "dns", "handshake", "tls"}, k.Metric)
}

// stepOf is one part of getting a request's connection.
type stepOf func(*load.Request) load.Step

// step is the part that the metric is about; nil where it is about requests.
func (k Keep) step() stepOf {
	what, _, _ := strings.Cut(k.Metric, "-")
	switch what {
	case "dns":
		return func(r *load.Request) load.Step { return r.Lookup }
	case "handshake":
		return func(r *load.Request) load.Step { return r.Handshake }
	case "tls":
		return func(r *load.Request) load.Step { return r.TLS }
	}
	return nil
}

// OfSteps reports whether the metric is of lookups or handshakes.
func (k Keep) OfSteps() bool { return k.step() != nil }

// OfLookups reports whether the metric is of lookups.
func (k Keep) OfLookups() bool {
	what, _, _ := strings.Cut(k.Metric, "-")
	return what == "dns"
}

// Needs is how many requests, or steps, the objective takes to be decided at all; 0 where
// any number will do.
func (k Keep) Needs() int {
	const whole = 1e-9 // of a request: 1/(1 − 0.999) is a thousand
	switch {
	case !k.IsShare():
		return Clean(k.quantile()) // fewer have no upper bound: all of them may lie below it
	case k.Relative || k.Op != ">=" || k.Value >= 1:
		return 0
	case k.OfSteps():
		return Clean(k.Value)
	}
	return int(math.Ceil(1/(1-k.Value) - whole))
}

// opening is of requests that opened a connection, established of those that did not.
const (
	opening     = "new"
	established = "established"
)

// OfOpening and OfEstablished report whether it is about one kind of connection alone.
func (k Keep) OfOpening() bool     { return k.OfSteps() || k.On == opening }
func (k Keep) OfEstablished() bool { return k.On == established }

// About reports whether a group is the one asked for, or a cohort of it.
func (k Keep) About(group string) bool {
	return k.Of == "" || k.Of == group || strings.HasPrefix(group, k.Of+"/")
}

// quantile that a percentile metric asks for.
func (k Keep) quantile() float64 {
	p, _ := strconv.ParseFloat(k.percentile(), 64)
	return p / 100
}

// name is the objective without its limit.
func (k Keep) name() string { return k.Text[:strings.Index(k.Text, " "+k.Op+" ")] }

// margin is how far the worse of two bounds lies on the good side of a limit: of a share
// the difference, of a duration as a share of the limit; nil where that has no end.
func (k Keep) margin(low, high, limit float64) *float64 {
	away := low - limit
	if k.Op == "<=" {
		away = limit - high
	}
	switch {
	case k.IsShare():
		return margin(away)
	case !(limit > 0) || math.IsInf(limit, 0) || math.IsInf(away, 0):
		return nil
	}
	return margin(away / limit)
}

// worse is the bound that is further on the bad side, kept to the digits that a
// scorecard has; nothing where it has no end.
func (k Keep) worse(low, high float64) *float64 {
	v := low
	if k.Op == "<=" {
		v = high
	}
	if math.IsInf(v, 0) {
		return nil
	}
	v = round(v)
	return &v
}
