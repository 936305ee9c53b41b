package alerting

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// delays are what two files of a Prometheus come to, for their only rule.
func delays(t *testing.T, config, rules string) (fires, over, shown string) {
	t.Helper()
	c, err := Read([]byte(config))
	if err != nil || c.Prometheus == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	f, err := Read([]byte(rules))
	if err != nil || len(f.Rules) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	say := func(d Delay) string { return d.Total().String() + ": " + d.String() }
	return say(c.Prometheus.Fires(f.Rules[0])), say(c.Prometheus.Over(f.Rules[0])),
		say(c.Prometheus.Shown())
}

// What Prometheus does where nothing is said is its own: a user of the defaults has to be
// told that these are minutes. Where something is said, the nearest place counts.
func TestPrometheusDelays(t *testing.T) {
	for name, c := range map[string]struct{ config, rules, fires, over, shown string }{
		"defaults": {"scrape_configs: [{job_name: a}]",
			"groups: [{name: g, rules: [{alert: A, expr: up == 0, for: 2m}]}]",
			"4m10s: scrape_interval 1m0s + scrape_timeout 10s + evaluation_interval 1m0s + for 2m0s",
			"2m10s: scrape_interval 1m0s + scrape_timeout 10s + evaluation_interval 1m0s",
			"1m10s: scrape_interval 1m0s + scrape_timeout 10s"},
		"short intervals have short time-outs": {
			"{global: {scrape_interval: 1s, evaluation_interval: 500ms}, scrape_configs: [{job_name: a}]}",
			"groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]",
			"2.5s: scrape_interval 1s + scrape_timeout 1s + evaluation_interval 500ms",
			"2.5s: scrape_interval 1s + scrape_timeout 1s + evaluation_interval 500ms",
			"2s: scrape_interval 1s + scrape_timeout 1s"},
		"the slowest job, the group's own interval": {
			"{global: {scrape_interval: 15s, scrape_timeout: 5s, evaluation_interval: 15s}, scrape_configs: [{job_name: a, scrape_interval: 30s, scrape_timeout: 20s}, {job_name: b}]}",
			"groups: [{name: g, interval: 1m, rules: [{alert: A, expr: up == 0, for: 90s, keep_firing_for: 1m30s}]}]",
			"3m50s: scrape_interval 30s + scrape_timeout 20s + evaluation_interval 1m0s + for 2m0s",
			"3m50s: scrape_interval 30s + scrape_timeout 20s + evaluation_interval 1m0s + keep_firing_for 2m0s",
			"50s: scrape_interval 30s + scrape_timeout 20s"},
		"offsets": {"{global: {rule_query_offset: 30s}, rule_files: [r], scrape_configs: [{job_name: a, scrape_interval: 10s}]}",
			"groups: [{name: g, query_offset: 1m, rules: [{record: r, expr: x}, {alert: A, expr: up == 0}]}]",
			"2m20s: scrape_interval 10s + scrape_timeout 10s + evaluation_interval 1m0s + query_offset 1m0s",
			"2m20s: scrape_interval 10s + scrape_timeout 10s + evaluation_interval 1m0s + query_offset 1m0s",
			"20s: scrape_interval 10s + scrape_timeout 10s"},
	} {
		fires, over, shown := delays(t, c.config, c.rules)
		if fires != c.fires || over != c.over || shown != c.shown {
			t.Errorf("%s:\n%s\n%s\n%s\nwant\n%s\n%s\n%s", name, fires, over, shown, c.fires, c.over,
				c.shown)
		}
	}
}

// A rule looks back over the longest of its ranges, subqueries too; labels made by a template
// are not known.
func TestRules(t *testing.T) {
	f, err := Read([]byte(`groups:
  - name: g
    rules:
      - alert: Burn
        expr: 'rate(errors{a="[9h]"}[5m]) > 1 and max_over_time(x[1h30m:1m]) > 2'
        labels: {severity: page, tier: 1, team: "{{ $labels.team }}"}
`))
	if err != nil || len(f.Rules) != 1 {
		t.Fatal(f, err)
	}
	r := f.Rules[0]
	known := r.Known()
	if r.Looks != 90*time.Minute || len(known) != 3 ||
		known["alertname"] != "Burn" || known["severity"] != "page" || known["tier"] != "1" {
		t.Errorf("%+v, known %v", r, known)
	}
}

// Whether a route is taken is decided from what an alert is known to have; where it is not,
// each that may be counts. A child has what it does not say from its parents.
func TestRoutes(t *testing.T) {
	const tree = `
receivers:
  - {name: pager, webhook_configs: [{url: "http://hooks:9000/pager"}]}
  - {name: mail, webhook_configs: [{url: "http://hooks:9000/mail", send_resolved: false}]}
  - {name: chat, slack_configs: [{channel: ops}]}
route:
  receiver: mail
  group_wait: 10s
  routes:
    - {receiver: pager, matchers: ['severity="page"'], group_wait: 0s, group_interval: 1m}
    - {receiver: pager, match: {severity: ticket}, continue: true, group_wait: 2m}
    - {receiver: chat, match_re: {team: "a|b"}}
`
	f, err := Read([]byte(tree))
	if err != nil || f.Alertmanager == nil || f.Prometheus != nil || f.Rules != nil {
		t.Fatal(f, err)
	}
	if urls := strings.Join(f.Alertmanager.URLs(), " "); urls !=
		"http://hooks:9000/pager http://hooks:9000/mail" {
		t.Error(urls)
	}
	none := Wait{}
	for _, c := range []struct {
		labels      map[string]string
		pager, mail Wait
	}{
		{map[string]string{"severity": "page"}, Wait{0, time.Minute, true}, none},
		{map[string]string{"severity": "ticket", "team": "x"}, Wait{2 * time.Minute, 5 * time.Minute, true}, none},
		{map[string]string{"severity": "info", "team": "b"}, none, none},
		{map[string]string{"severity": "info", "team": "bb"}, none, Wait{10 * time.Second, 5 * time.Minute, false}},
		{nil, Wait{2 * time.Minute, 5 * time.Minute, true}, Wait{10 * time.Second, 5 * time.Minute, false}},
	} {
		for url, want := range map[string]Wait{"http://hooks:9000/pager": c.pager, "http://hooks:9000/mail": c.mail} {
			have, ok := f.Alertmanager.Wait(c.labels, func(u string) bool { return u == url })
			if have != want || ok != (want != none) {
				t.Errorf("%v to %s: %+v, %v, want %+v", c.labels, url, have, ok, want)
			}
		}
	}
}

// A matcher that is not understood may be met, and so may one of a label that is not known.
func TestMatchers(t *testing.T) {
	for text, want := range map[string]answer{
		`severity="page"`: yes, `severity = page`: yes, `severity!="page"`: no, `severity=~"p.*"`: yes,
		`severity=~"p"`: no, `severity!~"p|q"`: yes, `team="x"`: maybe, `team!="x"`: maybe,
		`severity=~"("`: maybe, `"severity"="page"`: maybe, `{severity="page",team="x"}`: maybe,
	} {
		if have := (route{Matchers: []string{text}}).meets(map[string]string{"severity": "page"}); have != want {
			t.Errorf("%s: %d, want %d", text, have, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"0": 0, "1m30s": 90 * time.Second,
		"1h": time.Hour, "2d": 48 * time.Hour, "250ms": 250 * time.Millisecond, "1y": 8760 * time.Hour} {
		if have, err := parse(text); err != nil || have != want {
			t.Errorf("%s: %s, %v", text, have, err)
		}
	}
	for _, text := range []string{"", "1", "1.5s", "30s1m", "-1s", "999999999999y"} {
		if have, err := parse(text); err == nil {
			t.Errorf("%q: %s", text, have)
		}
	}
}

// What is none of theirs is nothing, and what is broken says where.
func TestOtherFiles(t *testing.T) {
	for _, text := range []string{"", "just text", "[1, 2]", "global: {maxconn: 100}"} {
		if f, err := Read([]byte(text)); err == nil && (f.Prometheus != nil ||
			f.Alertmanager != nil || f.Rules != nil) {
			t.Errorf("%q: %+v", text, f)
		}
	}
	_, err := Read([]byte("scrape_configs:\n  - job_name: a\n    scrape_interval: soon\n"))
	if err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), "soon") {
		t.Error(err)
	}
}

// The names of a rule file's alerts are each there once; a file without any is an error.
func TestAlerts(t *testing.T) {
	shipped, err := os.ReadFile("../../testdata/live/prometheus-rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		string(shipped): {"ShopDown"},
		"groups:\n- name: a\n  rules:\n  - {record: r, expr: x}\n  - {alert: B, expr: x, for: 1m}\n" +
			"  - {alert: A, expr: x}\n- name: b\n  rules: [{alert: B, expr: y}]\n": {"B", "A"},
	} {
		if have, err := Alerts([]byte(text)); err != nil || !slices.Equal(have, want) {
			t.Errorf("have %q, %v; want %q", have, err, want)
		}
	}
	for _, text := range []string{"", "groups: []", "groups: [{rules: [{record: r}]}]", "[", "groups: 3"} {
		if have, err := Alerts([]byte(text)); err == nil {
			t.Errorf("%q: have %q", text, have)
		}
	}
}
