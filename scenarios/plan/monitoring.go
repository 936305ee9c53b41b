package plan

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/alerting"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Implied is the longest that the alert of a fault takes to reach a watcher, and its end,
// by the configuration of the monitoring that sends it. What the watcher itself adds by how
// often it asks is not in it.
type Implied struct {
	Watcher string
	Rule    string // its alerts take the longest; empty: of a query
	// Detect and Clear are each none where that is not known, or never comes.
	Detect, Clear alerting.Delay
	Looks         time.Duration // the rule's expression looks back so far besides; 0: not at all
	// DetectLimit and ClearLimit are those of the SLA; 0: none.
	DetectLimit, ClearLimit time.Duration
	Unknown                 string // why it is not known; empty: it is
}

// monitoring is the pass that reads how long a Prometheus and an Alertmanager of the drill
// take, from the files that the scenario gives them.
type monitoring struct {
	*diagnostics
	host      hostAccess
	nodes     topology
	watchers  []timeline.Watcher
	questions map[string]questions // by watcher
	sla       scenarios.SLA
	hold      time.Duration
}

// monitoringOut is what of it is known.
type monitoringOut struct {
	implied []Implied
	every   time.Duration // the longest interval of all of them
	known   []string      // watchers and targets: the intervals are theirs
	nodes   []string      // from which alerts come
}

// configured is what a target's files say.
type configured struct {
	target       string
	prometheus   *alerting.Prometheus
	alertmanager *alerting.Alertmanager
	rules        []alerting.Rule
	elsewhere    []string // rule files that are, or may be, in its image
	unread       error    // a file could not be
}

func (p monitoring) delays() (out monitoringOut) {
	hearing := slices.ContainsFunc(p.watchers,
		func(w timeline.Watcher) bool { return p.questions[w.Name].alerts != nil })
	if !hearing {
		return out // whatever their files are, they are nothing to it
	}
	all := map[string]*configured{}
	for _, target := range sortedKeys(p.nodes.replicas) {
		if nodes := p.nodes.replicas[target]; len(nodes) > 0 {
			all[target] = p.read(target, p.nodes.nodes[nodes[0]].Spec.Files)
		}
	}
	for _, target := range sortedKeys(all) {
		if all[target].prometheus != nil || all[target].alertmanager != nil {
			out.nodes = append(out.nodes, p.nodes.replicas[target]...)
		}
	}
	for _, w := range p.watchers {
		asked := p.questions[w.Name]
		if asked.alerts == nil {
			continue
		}
		out.nodes = append(out.nodes, asked.nodes...)
		x := Implied{Watcher: w.Name, DetectLimit: p.sla.Detect[w.Name].Within,
			ClearLimit: p.sla.Restore[w.Name]}
		from, found := p.from(w, asked, all)
		if !found {
			continue
		}
		p.worst(&x, w, *asked.alerts, from, all)
		out.implied = append(out.implied, x)
		if x.Unknown != "" {
			p.note("note-monitoring-unknown",
				"watcher %s: how long the monitoring takes is not known: %s",
				"watcher", w.Name, "why", x.Unknown)
			continue
		}
		p.long(x)
		out.known = append(out.known, w.Name)
		for _, c := range from {
			out.known = append(out.known, c.target)
			out.every = max(out.every, c.prometheus.Longest(c.rules))
		}
	}
	return out
}

// mostConfig is how long a file may be that is read for this, bytes.
const mostConfig = 1 << 20

// read reads a target's files.
func (p monitoring) read(target string, files map[string]string) *configured {
	c, at, rules := &configured{target: target}, "", map[string][]alerting.Rule{}
	for _, inside := range sortedKeys(files) {
		if _, ours := scenarios.MaterialOf(files[inside]); ours ||
			!slices.Contains([]string{".yml", ".yaml", ".rules"}, path.Ext(inside)) {
			continue
		}
		text, err := p.host.scenario.ReadFile(files[inside])
		if err != nil || len(text) > mostConfig {
			continue // the check of files says so
		}
		f, err := alerting.Read(text)
		if err != nil {
			c.unread = fmt.Errorf("%s: %w", files[inside], err)
			continue
		}
		if f.Prometheus != nil && c.prometheus == nil {
			c.prometheus, at = f.Prometheus, path.Dir(inside)
		}
		if f.Alertmanager != nil && c.alertmanager == nil {
			c.alertmanager = f.Alertmanager
		}
		if f.Rules != nil {
			rules[inside] = f.Rules
		}
	}
	if c.prometheus == nil {
		return c
	}
	for _, pattern := range c.prometheus.RuleFiles {
		if !path.IsAbs(pattern) {
			pattern = path.Join(at, pattern)
		}
		found := false
		for _, inside := range sortedKeys(rules) {
			if is, err := path.Match(pattern, inside); err == nil && is {
				c.rules, found = append(c.rules, rules[inside]...), true
			}
		}
		if !found || strings.ContainsAny(pattern, `*?[\`) {
			c.elsewhere = append(c.elsewhere, pattern)
		}
	}
	return c
}

// from is where the alerts come from that reach a watcher: the Prometheus that it asks, or
// those that use the Alertmanager that it asks, or that sends to it. None is found where
// the sender is not among the targets.
func (p monitoring) from(w timeline.Watcher, asked questions, all map[string]*configured) (
	from []*configured, found bool) {
	alertmanagers := map[string]bool{}
	switch w.Step {
	case timeline.StepExported, timeline.StepRule:
		for _, n := range asked.nodes {
			if c := all[p.nodes.nodes[n].Target]; !slices.Contains(from, c) {
				from = append(from, c)
			}
		}
		return from, len(from) > 0
	case timeline.StepRouted:
		for _, n := range asked.nodes {
			alertmanagers[p.nodes.nodes[n].Target] = true
		}
	default:
		for target, c := range all {
			alertmanagers[target] = c.alertmanager != nil
		}
	}
	for _, target := range sortedKeys(all) {
		if all[target].prometheus != nil && slices.ContainsFunc(p.uses(target),
			func(used string) bool { return alertmanagers[used] }) {
			from = append(from, all[target])
		}
	}
	return from, len(from) > 0
}

// uses are the targets that a target uses.
func (p monitoring) uses(target string) (all []string) {
	for _, used := range p.nodes.nodes[p.nodes.replicas[target][0]].Spec.Uses {
		for _, n := range p.nodes.nodesOf(used) {
			all = append(all, p.nodes.nodes[n].Target)
		}
	}
	return all
}

// worst fills in the longest delay of the alerts that reach a watcher.
func (p monitoring) worst(x *Implied, w timeline.Watcher, a watch.Alerts, from []*configured,
	all map[string]*configured) {
	for _, c := range from {
		switch {
		case c.unread != nil:
			x.Unknown = c.unread.Error()
			return
		case c.prometheus == nil:
			x.Unknown = fmt.Sprintf(
				"the configuration of %s is in its image: give it by files, too", c.target)
			return
		}
		if a.Query != "" {
			x.Detect, x.Clear = c.prometheus.Shown(), c.prometheus.Shown()
			continue
		}
		rules, why := p.rules(w, a, c)
		if x.Unknown = why; why != "" {
			return
		}
		for _, r := range rules {
			p.rule(x, w, a, c, r, all)
		}
	}
	if x.Detect == nil && x.Unknown == "" {
		x.Unknown = "no route of an Alertmanager leads to " + a.URL
		if urls := hooks(all); len(urls) > 0 {
			x.Unknown += ": " + scenarios.Listed(a.URL, urls)
		}
	}
}

// hooks are the URLs that the drill's Alertmanagers send to.
func hooks(all map[string]*configured) (urls []string) {
	for _, c := range all {
		if c.alertmanager != nil {
			urls = append(urls, c.alertmanager.URLs()...)
		}
	}
	return urls
}

// rules are those with alerts that may reach a watcher; why says why that is not known.
func (p monitoring) rules(w timeline.Watcher, a watch.Alerts, c *configured) (
	all []alerting.Rule, why string) {
	if a.Rule == "" {
		all = matching(a, c.rules)
		if len(all) == 0 {
			return nil, fmt.Sprintf("no alert of the rules of %s that are given "+
				"is one that it waits for", c.target)
		}
		return all, ""
	}
	var names []string
	for _, r := range c.rules {
		if names = append(names, r.Alert); r.Alert == a.Rule {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return nil, p.unknownRule(w, a.Rule, c, names)
	}
	fit := slices.DeleteFunc(slices.Clone(all), func(r alerting.Rule) bool {
		for name, value := range a.Labels {
			if has, ok := r.Labels[name]; ok && has != value {
				return true
			}
		}
		return false
	})
	if len(fit) == 0 {
		return nil, fmt.Sprintf("alerts of rule %s have other labels than it wants, "+
			"which the rule gives them: it cannot notice one",
			a.Rule)
	}
	return fit, ""
}

// unknownRule says that no file has a rule; where it cannot be in another, that is a mistake.
func (p monitoring) unknownRule(w timeline.Watcher, rule string, c *configured,
	names []string) string {
	text := fmt.Sprintf("no rule of %s that is given has the name %q: %s", c.target, rule,
		scenarios.Listed(rule, names))
	if len(c.elsewhere) > 0 {
		return fmt.Sprintf("%s; %s may be in its image", text, strings.Join(c.elsewhere, ", "))
	}
	if w.Step == timeline.StepRule {
		p.problem(at("watch", w.Name, w.Kind, "rule"), "%s", text)
	}
	return text
}

// matching are the rules with alerts that a pattern may be meant for, by what they are known
// to be sent as; all of them where that leaves none.
func matching(a watch.Alerts, rules []alerting.Rule) []alerting.Rule {
	re, err := regexp.Compile(a.Match)
	if err != nil {
		return rules
	}
	some := slices.DeleteFunc(slices.Clone(rules), func(r alerting.Rule) bool {
		text, err := json.Marshal(map[string]map[string]string{"labels": r.Known()})
		return err != nil || !re.Match(text)
	})
	if len(some) == 0 {
		return rules
	}
	return some
}

// rule takes a rule's delay where it is the longest, to the step that the watcher reports.
func (p monitoring) rule(x *Implied, w timeline.Watcher, a watch.Alerts, c *configured,
	r alerting.Rule, all map[string]*configured) {
	detect, end := c.prometheus.Fires(r), c.prometheus.Over(r)
	if w.Step == timeline.StepNotified {
		labels := r.Known()
		if c.prometheus.Relabels {
			labels = nil
		}
		var longest alerting.Wait
		routed := false
		for _, target := range p.uses(c.target) {
			if am := all[target].alertmanager; am != nil {
				if wait, ok := am.Wait(labels, sentTo(a)); ok {
					routed = true
					longest.First, longest.Next = max(longest.First, wait.First),
						max(longest.Next, wait.Next)
					longest.Resolved = longest.Resolved || wait.Resolved
				}
			}
		}
		if !routed {
			return
		}
		detect, end = detect.And("group_wait", longest.First), end.And("group_interval",
			longest.Next)
		if !longest.Resolved {
			end = nil
		}
	}
	if x.Detect == nil || detect.Total() > x.Detect.Total() {
		x.Rule, x.Detect, x.Clear, x.Looks = r.Alert, detect, end, r.Looks
	}
}

// sentTo recognizes the URL that a webhook waits at.
func sentTo(a watch.Alerts) func(string) bool {
	want := strings.TrimSuffix(a.URL, "/")
	return func(url string) bool {
		if a.Token {
			return strings.HasPrefix(url, want+"/")
		}
		return strings.TrimSuffix(url, "/") == want
	}
}

// long notes what may take longer than it should.
func (p monitoring) long(x Implied) {
	took := x.Detect.Total()
	by := fmt.Sprintf("%s (%s)", took, x.Detect)
	switch {
	case x.DetectLimit > 0 && took > x.DetectLimit:
		p.note("note-monitoring-beyond-limit",
			"watcher %s: the monitoring's own configuration lets it take up to %s, "+
				"longer than sla.detect of %s",
			"watcher", x.Watcher, "time", by, "limit", x.DetectLimit)
	case p.hold > 0 && took > p.hold:
		p.note("note-monitoring-beyond-fault",
			"watcher %s: the monitoring's own configuration lets it take up to %s, "+
				"longer than the fault phase of %s",
			"watcher", x.Watcher, "time", by, "phase", p.hold)
	}
	if x.Clear == nil {
		p.note("note-never-resolved",
			"watcher %s: send_resolved is false where it is sent from: "+
				"it is never notified that an alert is over",
			"watcher", x.Watcher)
	} else if took := x.Clear.Total(); x.ClearLimit > 0 && took > x.ClearLimit {
		p.note("note-clear-beyond-limit",
			"watcher %s: of an alert's end the monitoring's own configuration "+
				"lets it take up to %s (%s), longer than sla.alert-clear of %s",
			"watcher", x.Watcher, "time", took, "of", x.Clear, "limit", x.ClearLimit)
	}
}
