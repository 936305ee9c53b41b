package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The injection is spread over the longest period that is known: of the drill's own
// checks, of an embedded balancer's, or of what the scenario says. What is not known
// is said to be so.
func TestInjectionFallsIntoEveryPhase(t *testing.T) {
	const text = `
name: phased
targets:
  lb: {%s, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, ports: [8080]}
load: {users: {to: "http://lb:8080/", rate: 100/s, connections: {live: 5s}}}
phases: {baseline: 15s, hold: 10s, recovery: 15s, confirm: 3s%s}
faults: {bad: {http-status: {link: lb -> app, code: 503}}}
watch: {probe: {%s}}
sla: {recover: 5s}
`
	const (
		image   = "image: haproxy"
		checked = "lab: {lb: {backend: \"app:8080\", check: {path: /health, fall: 2, rise: 2, interval: %s}}}"
		probe   = `http: {url: "http://lb:8080/", every: 3s}`
		hook    = "webhook: {port: 9000}"
	)
	for name, c := range map[string]struct {
		lb, jitter, watch string
		want              time.Duration
		others            string // users that may ask more seldom; empty: none
	}{
		"own check":  {fmt.Sprintf(checked, "500ms"), "", probe, 3 * time.Second, ""},
		"balancer's": {fmt.Sprintf(checked, "8s"), "", probe, 8 * time.Second, ""},
		"webhook": {fmt.Sprintf(checked, "2s"), "", hook, 2 * time.Second,
			"how often probe may ask by itself is not known here"},
		"image and webhook": {image, "", hook, time.Second,
			"how often probe, lb may ask by itself is not known here"},
		"as the scenario says": {image, ", jitter: 15s", hook, 15 * time.Second, ""},
		"less than it has":     {image, ", jitter: 2s", probe, 3 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := parsed(t, fmt.Sprintf(text, c.lb, c.jitter, c.watch))
			latest := time.Duration(0)
			for seed := range uint64(60) {
				latest = max(latest, planned(t, s, Options{Seed: seed}).InjectDelay)
			}
			if latest >= c.want || latest < c.want*8/10 {
				t.Errorf("the latest of 60 injections comes %s later, want it spread over %s",
					latest, c.want)
			}
			notes := strings.Join(english(planned(t, s, Options{}).Notes), "\n")
			if !strings.Contains(notes, fmt.Sprintf("up to %s later, drawn from the seed, so that it falls anywhere between two of Stormdrill's own checks",
				c.want)) {
				t.Errorf("notes: %s", notes)
			}
			if have := strings.Contains(notes, "is not known here"); have != (c.others != "") ||
				!strings.Contains(notes, c.others) {
				t.Errorf("notes: %s\nwant %q", notes, c.others)
			}
			for _, said := range []string{"is always found late", "set phases.jitter to the longest interval", "such as jitter: 15s"} {
				if strings.Contains(notes, said) != (c.others != "") {
					t.Errorf("notes: %s\nsay why it matters and what to do, %q, only where it does", notes, said)
				}
			}
		})
	}
}
