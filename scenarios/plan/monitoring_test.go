package plan

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// monitored is a drill with a Prometheus and an Alertmanager, of which nothing is given.
const monitored = `name: monitored
targets:
  shop: {lab: {web: {}}, ports: [8080]}
  am: {image: am, files: {AMFILES}, ports: [9093]}
  prom: {image: prom, files: {FILES}, ports: [9090], uses: [shop, am]}
load: {page: {to: "http://shop:8080/", rate: 100/s, connections: {per: request}}}
phases: {baseline: 15s, fault: 30s, recovery: 30s, confirm: 2s}
faults: {gone: {kill: {target: shop}}}
watch:
  down: {prometheus: {url: "http://prom:9090", query: 'up == 0'}}
  alert: {prometheus: {url: "http://prom:9090", rule: ShopDown}}
  notified: {alertmanager: {url: "http://am:9093", labels: {alertname: ShopDown, severity: page}}}
  pager: {webhook: {port: 9000, path: /pager, match: ShopDown}}
sla: {detect: {alert: 20s, pager: 20s}, alert-clear: {pager: 20s}, recover: 3s}
`

const (
	someConfig = "global: {scrape_interval: 5s, evaluation_interval: 5s}\nrule_files: [rules/*.yml, more.yml]\nscrape_configs: [{job_name: shop}]\n"
	someRules  = "groups: [{name: g, rules: [{alert: ShopDown, expr: up == 0, for: 10s, labels: {severity: page}}, {alert: Other, expr: 'rate(x[5m]) > 0', for: 1h}]}]\n"
	someRoutes = "route: {receiver: pager, group_wait: 1s, group_interval: 30s}\nreceivers: [{name: pager, webhook_configs: [{url: 'http://hooks:9000/pager'}]}]\n"
	given      = "/etc/p/prometheus.yml: p.yml, /etc/p/rules/shop.yml: r.yml"
)

// planFiles plans monitored with some files beside it, and what it says of them.
func planFiles(t *testing.T, beside map[string]string, replace ...string) (*Plan, error) {
	t.Helper()
	dir := t.TempDir()
	beside["monitored.yaml"] = strings.NewReplacer(append(replace, "AMFILES", "", "FILES",
		"")...).Replace(monitored)
	for name, text := range beside {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(filepath.Join(dir, "monitored.yaml"))
	if err != nil {
		return nil, err
	}
	return New(s, Options{})
}

// said is one line for each watcher.
func said(p *Plan) (all []string) {
	for _, m := range p.Monitoring {
		one := m.Watcher + " " + m.Detect.Total().String() + " " + m.Clear.Total().String()
		if m.Unknown != "" {
			one = m.Watcher + " " + m.Unknown
		}
		all = append(all, one)
	}
	return all
}

// Users' own files say what their monitoring takes: rules by patterns of their places in the
// container, the alert that a webhook waits for by its pattern, and limits that are too short.
func TestMonitoringIsRead(t *testing.T) {
	p, err := planFiles(t, map[string]string{"p.yml": someConfig, "r.yml": someRules, "a.yml": someRoutes},
		"AMFILES", "/a.yml: a.yml", "FILES", given)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"alert 25s 15s", "down 10s 10s", "notified 25s 15s", "pager 26s 45s"}
	if have := said(p); !slices.Equal(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
	notes := strings.Join(english(p.Notes), "\n")
	for _, part := range []string{
		"watcher alert: the monitoring's own configuration lets it take up to 25s (scrape_interval 5s + scrape_timeout 5s + evaluation_interval 5s + for 10s), longer than sla.detect of 20s",
		"watcher pager: of an alert's end the monitoring's own configuration lets it take up to 45s (scrape_interval 5s + scrape_timeout 5s + evaluation_interval 5s + group_interval 30s), longer than sla.alert-clear of 20s",
	} {
		if !strings.Contains(notes, part) {
			t.Errorf("notes do not say %q:\n%s", part, notes)
		}
	}
	if strings.Contains(notes, "is not known here") {
		t.Errorf("intervals are known:\n%s", notes)
	}
	if late := p.InjectDelay; late >= 5*time.Second {
		t.Errorf("injected %s late, want within the longest interval", late)
	}
}

// A rule that is in none of the files is a mistake where all are given, and is said where some
// may be in the image; what is in the image is said to be.
func TestMonitoringIsNotRead(t *testing.T) {
	all := strings.Replace(someConfig, "rules/*.yml, more.yml", "rules/shop.yml", 1)
	_, err := planFiles(t, map[string]string{"p.yml": all, "r.yml": strings.ReplaceAll(someRules, "ShopDown", "ShopGone")},
		"FILES", given)
	var problems scenarios.Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Line != 11 ||
		!strings.Contains(problems[0].Text, `the name "ShopDown": did you mean ShopGone?`) {
		t.Errorf("a rule that is in no file: %v", err)
	}
	for name, c := range map[string]struct {
		config, rules, files, unknown string
	}{
		"another file may have it": {someConfig, strings.ReplaceAll(someRules, "ShopDown", "ShopGone"), given,
			"alert no rule of prom that is given has the name \"ShopDown\": did you mean ShopGone? there are Other, ShopGone; /etc/p/rules/*.yml, /etc/p/more.yml may be in its image"},
		"in the image": {"", "", "", "alert the configuration of prom is in its image: give it by files, too"},
		"broken":       {someConfig + "alerting: soon\n", someRules, given, "alert p.yml: not a file of"},
		"other labels": {someConfig, strings.ReplaceAll(someRules, "page", "ticket"), given, "notified alerts of rule ShopDown have other labels than it wants"},
		"no route":     {someConfig, someRules, given, "pager no route of an Alertmanager leads to http://hooks:9000/pager: did you mean http://hooks:9000/pages?"},
	} {
		p, err := planFiles(t, map[string]string{"p.yml": c.config, "r.yml": c.rules,
			"a.yml": strings.ReplaceAll(someRoutes, "/pager", "/pages")}, "FILES", c.files, "AMFILES", "/a.yml: a.yml")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.ContainsFunc(said(p), func(s string) bool { return strings.HasPrefix(s, c.unknown) }) {
			t.Errorf("%s: %q, want %q", name, said(p), c.unknown)
		}
	}
}

// A monitoring that the drill does not have is not spoken of.
func TestMonitoringElsewhere(t *testing.T) {
	p, err := planFiles(t, map[string]string{}, "  down: ", "  #", "  alert: ", "  #", "  notified: ",
		"  #", "alert: 20s, ", "")
	if err != nil || len(p.Monitoring) > 0 {
		t.Errorf("%v, %v", said(p), err)
	}
}

// A fault that only the monitoring can meet is distinguished from one that nothing meets.
func TestFaultsOfMonitoring(t *testing.T) {
	for fault, want := range map[string]bool{
		"{blackhole: {link: prom -> shop}}": true, "{kill: {target: am}}": true,
		"{kill: {target: prom}}": true, "{kill: {target: shop}}": false,
		"{blackhole: {link: 'page -> shop'}}": false, "{blackhole: {link: '* -> shop'}}": false,
	} {
		p, err := planFiles(t, map[string]string{"a.yml": someRoutes}, "AMFILES", "/a.yml: a.yml",
			"{kill: {target: shop}}", fault)
		if err != nil {
			t.Errorf("%s: %v", fault, err)
			continue
		}
		if have := p.Header.Faults[0].Monitoring; have != want {
			t.Errorf("%s: %v, want %v", fault, have, want)
		}
	}
}
