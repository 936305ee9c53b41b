package reports

import (
	"bytes"
	"math"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// Lines of the OpenMetrics 1.0 text format, by its ABNF, as far as gauges need it.
var (
	metricHelp   = regexp.MustCompile(`^# HELP ([a-z_]+) ((?:[^\\"\n]|\\[\\"n])+)\n$`)
	metricType   = regexp.MustCompile(`^# TYPE ([a-z_]+) gauge\n$`)
	metricUnit   = regexp.MustCompile(`^# UNIT ([a-z_]+) (seconds|ratio)\n$`)
	metricSample = regexp.MustCompile(
		`^([a-z_]+)(\{(?:[a-z_]+="(?:[^\\"\n]|\\[\\"n])*",?)+\}) -?[0-9.]+(?:e[+-][0-9]+)?\n$`)
)

// openMetrics holds a text to the format, and gives the names of its families: each begins
// with HELP, TYPE and its unit, has samples of no other name, none of them twice, and what
// ends the text is EOF.
func openMetrics(t *testing.T, text string) (names []string) {
	t.Helper()
	text, whole := strings.CutSuffix(text, "# EOF\n")
	if !whole || strings.Contains(text, "# EOF") {
		t.Error("it does not end with EOF, once")
	}
	name, seen := "", map[string]bool{}
	for line := range strings.Lines(text) {
		is := func(r *regexp.Regexp) bool { m := r.FindStringSubmatch(line); return m != nil && m[1] == name }
		if m := metricHelp.FindStringSubmatch(line); m != nil {
			if name = m[1]; seen[name] {
				t.Errorf("%s comes twice", name)
			}
			seen[name] = true
			names = append(names, name)
			continue
		}
		switch {
		case is(metricType), is(metricUnit) && strings.HasSuffix(strings.Fields(line)[2],
			"_"+strings.Fields(line)[3]):
		case is(metricSample) && !seen[metricSample.FindStringSubmatch(line)[0]]:
			m := metricSample.FindStringSubmatch(line)
			if at := name + m[2]; seen[at] {
				t.Errorf("%s comes twice", at)
			} else {
				seen[at] = true
			}
		default:
			t.Errorf("no line of the family %s: %q", name, line)
		}
		unit := strings.HasSuffix(name, "_seconds") || strings.HasSuffix(name, "_ratio")
		if unit && !strings.Contains(text, "# UNIT "+name+" ") {
			t.Errorf("%s has no unit", name)
		}
	}
	return names
}

// prometheus reads a text as Pushgateway and node_exporter do.
func prometheus(t *testing.T, text string) map[string][]map[string]string {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	all, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string][]map[string]string{}
	for name, f := range all {
		for _, m := range f.Metric {
			if m.TimestampMs != nil || m.Gauge == nil || math.IsNaN(m.Gauge.GetValue()) {
				t.Errorf("%s: %v", name, m)
			}
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			samples[name] = append(samples[name], labels)
		}
	}
	return samples
}

// Whatever names there are, the metrics are OpenMetrics and Prometheus text alike, labels
// are read back as they were, and docs/metrics.md has each family.
func TestMetricsAreReadBack(t *testing.T) {
	doc, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	strange := `a "b" \n c\ {d="e"} 日本` + "\nf"
	c, many := card(), campaign.Card{}
	fill(reflect.ValueOf(&many).Elem(), strange, 4)
	c.Scenario, c.Objectives[0].Name, c.Watchers[0].Name = strange, strange, strange
	c.Groups = []sla.Group{{Name: strange, Phases: []sla.Phase{{Name: "fault", Success: 0.5,
		P50: new(float64)}, {Name: "recovery", Success: sla.None}}}}
	var run, all, none bytes.Buffer
	if err := Metrics(&run, c); err != nil {
		t.Fatal(err)
	}
	if err := CampaignMetrics(&all, many); err != nil {
		t.Fatal(err)
	}
	if err := Metrics(&none, sla.Scorecard{Verdict: sla.Error}); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"run": run.String(), "campaign": all.String(),
		"empty": none.String()} {
		names, read := openMetrics(t, text), prometheus(t, text)
		if len(names) != len(read) || len(names) < 8 {
			t.Errorf("%s: %d families, %d read back", what, len(names), len(read))
		}
		for _, n := range names {
			if !bytes.Contains(doc, []byte("`"+n+"`")) {
				t.Errorf("docs/metrics.md has no %s", n)
			}
			for _, labels := range read[n] {
				if what != "empty" && labels["scenario"] != strange {
					t.Errorf("%s: read back of %q", n, labels["scenario"])
				}
			}
		}
	}
	if have := prometheus(t, run.String())["stormdrill_objective_limit_seconds"]; len(have) != 0 {
		t.Errorf("limits that the scorecard does not have: %v", have)
	}
}
