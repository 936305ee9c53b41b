package sla

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// unreadable is the error of a threshold that the grammar does not fit, with what the grammar
// wants, and the threshold that was likely meant.
func unreadable(s string) error {
	want := fmt.Errorf("want METRIC [of good] [of GROUP] [on new|established] in "+
		"PHASE <=|>= VALUE, such as success of shoppers in run >= 99%%; METRIC is %s; PHASE is %s",
		strings.Join(Metrics, ", "), strings.Join(InPhase, ", "))
	meant := meantBy(s)
	switch joined := strings.NewReplacer(" ", ""); {
	case meant != "" && joined.Replace(meant) == joined.Replace(s):
		return fmt.Errorf("threshold %q: leave out the blank before the unit: %q", s, meant)
	case meant != "":
		return fmt.Errorf("threshold %q: did you mean %q? %w", s, meant, want)
	}
	return fmt.Errorf("threshold %q: %w", s, want)
}

// noMetric is the error of a threshold that names a metric that there is not.
func noMetric(s, metric string) error {
	have := strings.Join(Metrics, ", ")
	if meant := meantBy(s); meant != "" {
		return fmt.Errorf("threshold %q: no metric %q: did you mean %q? there are %s", s, metric,
			meant, have)
	}
	return fmt.Errorf("threshold %q: no metric %q: there are %s", s, metric, have)
}

// metricsElsewhere are metrics by the names that other tools have for them.
var metricsElsewhere = map[string]string{"availability": "success", "available": "success",
	"uptime": "success", "success-rate": "success", "latency": "p95", "p999": "p99.9",
	"tcp": "handshake", "connect": "handshake", "lookup": "dns"}

var (
	loosely   = regexp.MustCompile(`^(\S+?)(\s.*?)??\s*(<=|>=|=<|=>|<|>)\s*(\S.*)$`)
	operators = map[string]string{"<": "<=", ">": ">=", "=<": "<=", "=>": ">="}
)

// Meant is a threshold that can be read, as near to a text that cannot as may be; empty where
// none is.
func Meant(text string) string { return meantBy(text) }

// meantBy is a threshold that can be read, as near to the text as may be; empty where none
// is.
func meantBy(s string) string {
	m := loosely.FindStringSubmatch(strings.Join(strings.Fields(s), " "))
	if m == nil {
		return ""
	}
	metric, middle, op, value := strings.ToLower(m[1]), m[2], m[3], m[4]
	if other, ok := metricsElsewhere[metric]; ok {
		metric = other
	}
	if !strings.Contains(value, "x") {
		value = strings.ReplaceAll(value, " ", "") // 200 ms, 90 %
	}
	if o, ok := operators[op]; ok {
		op = o
	}
	if !slices.ContainsFunc(InPhase, func(p string) bool {
		return strings.HasSuffix(middle, " in "+p)
	}) {
		middle += " in fault"
	}
	text := metric + middle + " " + op + " " + value
	if !keepText.MatchString(text) || !slices.Contains(Metrics, metric) {
		return ""
	}
	if _, err := ParseKeep(text); err != nil {
		return ""
	}
	return text
}
