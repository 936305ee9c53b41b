package watch

import (
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Alertmanager asks an Alertmanager of the drill, or, with from: host, of this machine for
// active alerts. It sees an alert when Alertmanager has it, and its end without a
// group_interval in between; when a person is notified is a webhook's to time.
type Alertmanager struct {
	// of its root: http://alertmanager:9093
	URL secret.Text `yaml:"url" jsonschema:"required"`
	// that an alert has to have, such as {alertname: ShopDown}
	Labels map[string]string `yaml:"labels" jsonschema:"required"`
	// between two questions; default 100ms
	Every time.Duration `yaml:"every"`
}

// Traits: it reads a state.
func (*Alertmanager) Traits() timeline.WatcherTraits {
	return timeline.WatcherTraits{Polled: true, Step: timeline.StepRouted}
}

// Hostable: one that runs beside the drill is asked all the same.
func (*Alertmanager) Hostable() {}

// Plan has the load node poll.
func (a *Alertmanager) Plan(p Planner) {
	p.Asks("url", a.URL)
	p.Anyhow() // what sends it alerts is not known here
	if strings.ContainsAny(a.URL.Outline(), "?#") {
		p.Problem("url", "url %q: want Alertmanager's root, such as http://alertmanager:9093",
			a.URL)
	}
	if len(a.Labels) == 0 {
		p.Problem("labels", "alertmanager: want the labels of the alert, such as labels: "+
			"{alertname: ShopDown}: without any, every alert would do")
	}
	to := secret.Text(strings.TrimSuffix(string(a.URL), "/") +
		"/api/v2/alerts?active=true&silenced=false&inhibited=false")
	p.Alerts(Alerts{Rule: a.Labels["alertname"], Labels: a.Labels})
	p.Check(link.Tellf("asks-alertmanager", "asks Alertmanager at %s for alerts%s", "url", a.URL,
		"labels", braces(a.Labels)),
		orElse(a.Every, DefaultPoll), 0,
		load.Check{Alertmanager: &load.AlertmanagerProbe{URL: to, Labels: a.Labels}})
}
