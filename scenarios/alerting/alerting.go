// Package alerting reads from a Prometheus's and an Alertmanager's own configuration how
// long they take at most to report what they see: how often they look, and what they wait
// for. Of their files it reads no more than that, and it touches nothing.
package alerting

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// What holds where a configuration says nothing: DefaultGlobalConfig of prometheus's config
// package, DefaultRouteOpts of alertmanager's dispatch.
const (
	defaultInterval      = time.Minute // of scrapes, and of evaluations
	defaultTimeout       = 10 * time.Second
	defaultWait          = 30 * time.Second
	defaultGroupInterval = 5 * time.Minute
)

// File is what one of their files says. Which it is, its own keys show; of any other file
// it is the zero value.
type File struct {
	Prometheus   *Prometheus
	Alertmanager *Alertmanager
	Rules        []Rule // not nil of a rule file, though it has no alert
}

// written is what is read of all of them.
type written struct {
	Global struct {
		ScrapeInterval     duration `yaml:"scrape_interval"`
		ScrapeTimeout      duration `yaml:"scrape_timeout"`
		EvaluationInterval duration `yaml:"evaluation_interval"`
		QueryOffset        duration `yaml:"rule_query_offset"`
	} `yaml:"global"`
	RuleFiles     []string `yaml:"rule_files"`
	ScrapeConfigs []struct {
		JobName        string   `yaml:"job_name"`
		ScrapeInterval duration `yaml:"scrape_interval"`
		ScrapeTimeout  duration `yaml:"scrape_timeout"`
	} `yaml:"scrape_configs"`
	Alerting *struct {
		Relabel []yaml.Node `yaml:"alert_relabel_configs"`
	} `yaml:"alerting"`
	Route     *route     `yaml:"route"`
	Receivers []receiver `yaml:"receivers"`
	Groups    []group    `yaml:"groups"`
}

// group is one of a rule file.
type group struct {
	Interval    duration  `yaml:"interval"`
	QueryOffset *duration `yaml:"query_offset"`
	Rules       []struct {
		Alert         string            `yaml:"alert"`
		Expr          string            `yaml:"expr"`
		For           duration          `yaml:"for"`
		KeepFiringFor duration          `yaml:"keep_firing_for"`
		Labels        map[string]string `yaml:"labels"`
	} `yaml:"rules"`
}

// Read reads a file of theirs. An error is of one that is no YAML, or not as they write it.
func Read(data []byte) (f File, err error) {
	var w written
	if err := yaml.Unmarshal(data, &w); err != nil {
		return f, fmt.Errorf("not a file of Prometheus's or Alertmanager's: %w", err)
	}
	if w.ScrapeConfigs != nil || w.RuleFiles != nil || w.Alerting != nil {
		f.Prometheus = w.prometheus()
	}
	if w.Route != nil && w.Receivers != nil {
		f.Alertmanager = &Alertmanager{*w.Route, w.Receivers}
	}
	if w.Groups != nil {
		f.Rules = []Rule{}
		for _, g := range w.Groups {
			f.Rules = append(f.Rules, g.rules()...)
		}
	}
	return f, nil
}

// Alerts are the names of the alerts in a rule file, each once, as they come. An error is also
// of a file that has none.
func Alerts(data []byte) (names []string, err error) {
	f, err := Read(data)
	if err != nil {
		return nil, err
	}
	for _, r := range f.Rules {
		if !slices.Contains(names, r.Alert) {
			names = append(names, r.Alert)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("it has no alerting rule: want groups, rules, alert as Prometheus " +
			"reads them")
	}
	return names, nil
}

// Rule is an alerting rule.
type Rule struct {
	Alert string
	// Labels are those that it gives its alerts, but for those that a template makes.
	Labels    map[string]string
	For, Keep time.Duration
	Looks     time.Duration // the longest range that its expression looks back over; 0: none

	every  time.Duration  // of its group; 0: the configuration's
	offset *time.Duration // of its group; nil: the configuration's
}

// Known are the labels that an alert of the rule has in any case, its name among them.
func (r Rule) Known() map[string]string {
	all := map[string]string{"alertname": r.Alert}
	maps.Copy(all, r.Labels)
	return all
}

// looksBack is a range selector, or a subquery; text is a label's value, which is neither.
var (
	looksBack = regexp.MustCompile(`\[\s*(\w+)\s*(?::\s*\w*\s*)?\]`)
	text      = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`")
)

func (g group) rules() (all []Rule) {
	for _, r := range g.Rules {
		if r.Alert == "" {
			continue // it records
		}
		out := Rule{Alert: r.Alert, Labels: map[string]string{}, For: time.Duration(r.For),
			Keep: time.Duration(r.KeepFiringFor), every: time.Duration(g.Interval),
			offset: (*time.Duration)(g.QueryOffset)}
		for name, value := range r.Labels {
			if !strings.Contains(value, "{{") {
				out.Labels[name] = value
			}
		}
		for _, m := range looksBack.FindAllStringSubmatch(text.ReplaceAllString(r.Expr, ""),
			-1) {
			if d, err := parse(m[1]); err == nil {
				out.Looks = max(out.Looks, d)
			}
		}
		all = append(all, out)
	}
	return all
}

// Prometheus is what of a prometheus.yml says how soon an alert fires.
type Prometheus struct {
	RuleFiles []string // patterns, as they are written
	Relabels  bool     // alerts get other labels on their way to Alertmanager

	scrape, timeout    time.Duration // of the job that takes the longest; 0: there is none
	evaluation, offset time.Duration
}

func (w written) prometheus() *Prometheus {
	g := w.Global
	p := &Prometheus{RuleFiles: w.RuleFiles,
		Relabels:   w.Alerting != nil && w.Alerting.Relabel != nil,
		evaluation: g.EvaluationInterval.or(defaultInterval), offset: time.Duration(g.QueryOffset)}
	every := g.ScrapeInterval.or(defaultInterval)
	within := g.ScrapeTimeout.or(min(defaultTimeout, every))
	for _, c := range w.ScrapeConfigs {
		scrape := c.ScrapeInterval.or(every)
		timeout := c.ScrapeTimeout.or(min(within, scrape))
		if scrape+timeout > p.scrape+p.timeout {
			p.scrape, p.timeout = scrape, timeout
		}
	}
	return p
}

// Longest is the longest interval at which it does anything for an alert of some rules.
func (p *Prometheus) Longest(rules []Rule) time.Duration {
	longest := p.scrape
	for _, r := range rules {
		longest = max(longest, p.evaluates(r))
	}
	return longest
}

func (p *Prometheus) evaluates(r Rule) time.Duration {
	if r.every > 0 {
		return r.every
	}
	return p.evaluation
}

// Shown is how long a metric takes until a query shows that it has changed.
func (p *Prometheus) Shown() Delay {
	return Delay{{"scrape_interval", p.scrape}, {"scrape_timeout", p.timeout}}
}

// Fires is how long an alert takes from what it is about until it fires.
func (p *Prometheus) Fires(r Rule) Delay {
	return append(p.evaluated(r), Part{"for", p.waited(r, r.For)})
}

// Over is how long it takes from the end of what it is about until it no longer fires.
func (p *Prometheus) Over(r Rule) Delay {
	return append(p.evaluated(r), Part{"keep_firing_for", p.waited(r, r.Keep)})
}

func (p *Prometheus) evaluated(r Rule) Delay {
	d := append(p.Shown(), Part{"evaluation_interval", p.evaluates(r)})
	if r.offset != nil {
		return append(d, Part{"query_offset", *r.offset})
	}
	return append(d, Part{"query_offset", p.offset})
}

// waited is what a rule waits for as its evaluations have it: the first that comes when the
// time is over.
func (p *Prometheus) waited(r Rule, d time.Duration) time.Duration {
	every := p.evaluates(r)
	return (d + every - 1) / every * every
}

// Delay is what is waited for, one after the other, at most.
type Delay []Part

// Part is one of what a delay is made of, by the key that sets it.
type Part struct {
	Key  string
	Took time.Duration
}

// And is a delay and what comes after it.
func (d Delay) And(key string, took time.Duration) Delay {
	return append(d[:len(d):len(d)], Part{key, took})
}

// Total is the whole.
func (d Delay) Total() (sum time.Duration) {
	for _, p := range d {
		sum += p.Took
	}
	return sum
}

// String names its parts: "scrape_interval 1m0s + for 2m0s".
func (d Delay) String() string {
	var all []string
	for _, p := range d {
		if p.Took > 0 {
			all = append(all, p.Key+" "+p.Took.String())
		}
	}
	return strings.Join(all, " + ")
}

// duration is one as Prometheus writes it: 1h30m; 0 where it is left out.
type duration time.Duration

// or is the default where it is left out.
func (d duration) or(otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return time.Duration(d)
}

// UnmarshalYAML reads it.
func (d *duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := parse(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*d = duration(v)
	return nil
}

// units of a duration, in the order in which they are written, and how long each is. Digits
// are bounded, so that no sum overflows.
var units = []struct {
	name string
	long time.Duration
}{{"y", 365 * 24 * time.Hour}, {"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour},
	{"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}}

var spelt = regexp.MustCompile(`^(?:(\d{1,2})y)?(?:(\d{1,3})w)?(?:(\d{1,4})d)?` +
	`(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?(?:(\d{1,10})ms)?$`)

func parse(s string) (sum time.Duration, err error) {
	m := spelt.FindStringSubmatch(s)
	if s == "0" {
		return 0, nil
	}
	if m == nil || s == "" {
		return 0, fmt.Errorf("%q: want a duration such as 1m or 1h30m", s)
	}
	for i, u := range units {
		n, _ := strconv.Atoi(m[i+1]) // digits, or none
		sum += time.Duration(n) * u.long
	}
	return sum, nil
}
