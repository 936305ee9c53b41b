package watch

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Prometheus follows an alerting rule, or asks what becomes true, at a Prometheus of the
// drill, or, with from: host, at one of this machine. Pending is not yet noticed: what counts
// is when the alert fires, before it reaches Alertmanager.
type Prometheus struct {
	// of its root: http://prometheus:9090
	URL  secret.Text `yaml:"url" jsonschema:"required"`
	Rule string      `yaml:"rule"` // the alert's name
	// that an alert of the rule has to have; default any
	Labels map[string]string `yaml:"labels"`
	// in place of a rule, PromQL: an alarm while it gives anything, or a number that is not 0
	Query string `yaml:"query"`
	// between two questions; default 100ms
	Every time.Duration `yaml:"every"`
}

// Traits: it reads a state, of a rule or of what is exported.
func (p *Prometheus) Traits() timeline.WatcherTraits {
	step := timeline.StepExported
	if p.Rule != "" {
		step = timeline.StepRule
	}
	return timeline.WatcherTraits{Polled: true, Step: step}
}

// Hostable: one that runs beside the drill is asked all the same.
func (*Prometheus) Hostable() {}

// Plan has the load node poll.
func (p *Prometheus) Plan(plan Planner) {
	plan.Asks("url", p.URL)
	plan.Anyhow() // what it scrapes, and what is pushed to it, its own configuration says
	if strings.Contains(string(p.URL), "/api/v1") || strings.ContainsAny(p.URL.Outline(), "?#") {
		plan.Problem("url", "url %q: want Prometheus's root, such as http://prometheus:9090", p.URL)
	}
	probe := &load.PrometheusProbe{Rule: p.Rule, Labels: p.Labels}
	root, what := strings.TrimSuffix(string(p.URL), "/"), link.Text{}
	switch {
	case (p.Rule == "") == (p.Query == ""):
		plan.Problem("rule", "prometheus: want either the name of a rule, as its alert is "+
			"called, or a query")
		return
	case p.Query != "" && len(p.Labels) > 0:
		plan.Problem("labels", "labels: they are an alert's, and a query has its own in braces")
		return
	case p.Query != "":
		probe.URL = secret.Text(root + "/api/v1/query?query=" + url.QueryEscape(p.Query))
		what = link.Tellf("asks-query", "asks Prometheus at %s for %s", "url", p.URL, "query",
			p.Query)
	default:
		probe.URL = secret.Text(root + "/api/v1/rules?type=alert")
		what = link.Tellf("asks-rule", "asks Prometheus at %s for the alert %s", "url", p.URL,
			"rule", p.Rule+braces(p.Labels))
	}
	plan.Alerts(Alerts{Query: p.Query, Rule: p.Rule, Labels: p.Labels})
	plan.Check(what, orElse(p.Every, DefaultPoll), 0, load.Check{Prometheus: probe})
}

// braces writes labels as PromQL does.
func braces(labels map[string]string) string {
	if len(labels) == 0 {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}
