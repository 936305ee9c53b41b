package run_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab/sim"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// logged is a drill whose front logs what it sees of its servers.
const logged = `
name: logged
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080], uses: [app]}
  app: {lab: {web: {}}, replicas: 2, ports: [8080]}
load: {shoppers: {to: "http://lb:8080/", rate: 100/s, connections: {per: request}}}
phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}
faults: {bad: {http-status: {link: lb -> app-2, code: 503}}}
watch: {pages: {log: {of: lb, match: "app-2 is down", clear: "app-2 is up"}}}
sla: {detect: {pages: 5s}, alert-clear: {pages: 5s}}
`

// What a target writes while a drill runs is on the record's clock, wherever that is, and is
// judged as any watcher's.
func TestLogInMemory(t *testing.T) {
	const day = 24 * time.Hour
	for name, g := range map[string]sim.Ground{
		"one machine": {}, "far away": {Load: sim.Place{Ahead: day}, Switchboard: sim.Place{Ahead: day}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := plan.Parse("logged.yaml", []byte(logged))
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				ground := keep(g)
				d, _ := newDrill(s, dir, ground)
				ph := planned(t, s).Header.Phases
				var down, up int64
				go func() {
					l := <-ground.lab
					time.Sleep(ph.WarmUp + ph.Baseline + 4*time.Second)
					down = wire.Now() + int64(g.Load.Ahead)
					l.Write("lb", "server app-2 is down")
					l.Write("app-1", "server app-2 is up") // another's log
					time.Sleep(10 * time.Second)
					up = wire.Now() + int64(g.Load.Ahead)
					l.Write("lb", "server app-2 is up")
				}()
				card, err := d.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				delivered := open(t, dir).Deliveries
				if len(delivered) != 2 || delivered[0].At != down || delivered[1].At != up ||
					delivered[0].From != "lb" || delivered[1].Body != "server app-2 is up" {
					t.Errorf("delivered %+v, want at %d and %d", delivered, down, up)
				}
				w := card.Watchers[0]
				if card.Verdict != sla.Pass || w.Detect == nil || w.Detect.Censored ||
					w.Restore == nil || w.Restore.Censored || w.FalseAlarms > 0 {
					t.Errorf("%s %v; detect %+v, alert-clear %+v", card.Verdict, card.Reasons,
						w.Detect, w.Restore)
				}
			})
		})
	}
}
