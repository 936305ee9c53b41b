//go:build drill

package drills

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// soaked are the faults of the soak, one a minute, over and over: of packets and names on
// the way to the shop, of streams and answers on the way to the api, of the site itself.
var soaked = []string{
	"syn-drop: {link: page -> shop}",
	"http-status: {link: calls -> api, code: 503}",
	"latency: {link: calls -> api, delay: 800ms, jitter: 100ms}",
	"reset: {link: calls -> api, after: 10}",
	"dns: {from: page, names: [shop], answer: nxdomain}",
	"pause: {target: site}",
	"refuse: {link: page -> shop}",
	"stall: {link: calls -> api}",
	"accept-stall: {link: visits -> site}",
	"loss: {link: page -> shop, share: 40%}",
	"limit-data: {link: calls -> api, bytes: 100}",
	"kill: {target: site, as: host}",
	"unreachable: {link: page -> shop}",
	"bandwidth: {link: calls -> api, rate: 1KiB/s}",
	"dns: {from: page, names: [shop], answer: servfail}",
	"stop: {target: site}",
	"blackhole: {link: page -> shop}",
	"block-page: {link: calls -> api}",
	"dns: {from: page, names: [shop], answer: none}",
	"kill: {target: site, as: process}",
}

const soakedFor = 20 * time.Second // each fault

var soak = template.Must(template.New("soak").Parse(`name: soak
summary: A fault a minute at 500 requests a second.
targets:
  shop: {lab: {web: {}}, ports: [8080], ready: {tcp: "shop:8080", within: 3m}}
  api: {lab: {web: {body: 4KiB}}, ports: [8080], ready: {tcp: "api:8080", within: 3m}}
  site: {lab: {web: {}}, ports: [8080], ready: {tcp: "site:8080", within: 3m}}
load:
  page: {to: "http://shop:8080/", rate: 200/s, users: 400, timeout: 2s, connections: {per: request}, cohorts: {fresh: {share: 100%, dns-cache: 0s}}}
  calls: {to: "http://api:8080/", rate: 200/s, users: 400, timeout: 2s, slow: 500ms, connections: {live: 10s}}
  visits: {to: "http://site:8080/", rate: 100/s, users: 200, timeout: 2s, connections: {live: 10s}}
phases: {baseline: 30s, fault: {{.For}}, recovery: 40s, confirm: 5s}
faults:
{{- range .Faults}}
  {{.Name}}: { {{- .Kind}}, at: {{.At}}, for: {{.For}}}
{{- end}}
watch:
  shop: {tcp: {address: "shop:8080", every: 1s, timeout: 500ms, fails: 2}, as: page}
  api: {http: {url: "http://api:8080/", every: 1s, timeout: 500ms, fails: 2}, as: calls}
sla:
  thresholds: ["success in run >= 50%"]
`))

type soakFault struct {
	Name, Kind string
	At, For    time.Duration
}

// sampled is what the kernel says of a drill's processes at one moment.
type sampled struct {
	at  time.Time
	use map[string]usage
}

// sampleSoak asks every 30 s until the run has ended, and gives what was seen of the fault phase.
func sampleSoak(t *testing.T, p *process, dir string, every time.Duration,
	g goroutines) (all []sampled) {
	t.Helper()
	run := runOf(t, dir)
	for {
		s := sampled{time.Now(), map[string]usage{}}
		for name, pid := range soakProcesses(t, p.Process.Pid, run) {
			if u, err := usageOf(pid, g); err == nil { // else it has just ended
				s.use[name] = u
			}
		}
		all = append(all, s)
		t.Logf("%+v", s.use)
		select {
		case <-p.ended:
			return all
		case <-time.After(every):
		}
		if strings.Contains(p.out.String(), "recovery") {
			return all
		}
	}
}

// soakProcesses are the CLI, and the switchboard's and the load node's processes on this host.
func soakProcesses(t *testing.T, supervisor int, run string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, pid := range children(supervisor) {
		all["CLI"] = pid
	}
	out, err := exec.Command("docker", "ps", "-q", "--filter", "label="+label+"="+run).Output()
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"inspect", "--format",
		`{{.State.Pid}} {{index .Config.Labels "org.stormdrill.node"}} {{.Args}}`}, strings.Fields(string(out))...)
	out, err = exec.Command("docker", args...).Output()
	if err != nil {
		return all // one of them has just been started again
	}
	for line := range strings.Lines(string(out)) {
		var pid int
		var name string
		if _, err := fmt.Sscan(line, &pid, &name); err == nil && pid > 0 {
			all[name] = pid
		}
	}
	return all
}

// One drill of SOAK (1h) at 500 requests a second with a fault a minute: every fault is
// proven and lifted, and in the second half CLI, switchboard and load node have no more
// memory, descriptors and goroutines than in the first.
func TestSoak(t *testing.T) {
	length := time.Hour
	if d, err := time.ParseDuration(os.Getenv("SOAK")); err == nil {
		length = d
	}
	var faults []soakFault
	for i := range int(length / time.Minute) {
		kind := soaked[i%len(soaked)]
		faults = append(faults, soakFault{fmt.Sprintf("m%02d", i+1), kind,
			time.Duration(i)*time.Minute + 10*time.Second, soakedFor})
	}
	var b bytes.Buffer
	file := filepath.Join(t.TempDir(), "soak.yaml")
	err := soak.Execute(&b, struct {
		For    time.Duration
		Faults []soakFault
	}{length, faults})
	if err == nil {
		err = os.WriteFile(file, b.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	g, err := goroutinesOf(stormdrill)
	if err != nil {
		t.Fatal(err)
	}
	o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
	p := start(t, "baseline", "--out", o.dir, file)
	samples := sampleSoak(t, p, o.dir, min(30*time.Second, length/20), g)
	p.Wait()
	o.output, o.code = p.out.String(), p.ProcessState.ExitCode()
	t.Log(o.output)
	o.read(t)
	t.Logf("%s, exit %d: %q", o.card.Verdict, o.code, o.card.Reasons)
	if v := o.card.Verdict; v != sla.Pass && v != sla.Inconclusive {
		t.Errorf("have %s, want pass, or, for what else the machine did in that time, inconclusive",
			v)
	}
	proven := 0
	for _, f := range o.card.Faults {
		if f.Proof.Effective == "yes" && f.Lift > f.Inject {
			proven++
			continue
		}
		t.Errorf("%s %s: want it proven and lifted: %+v", f.Name, f.Kind, f)
	}
	ledger, err := os.ReadFile(filepath.Join(o.dir, "ledger.jsonl"))
	if a, b := strings.Count(string(ledger), `"what":"inject"`),
		strings.Count(string(ledger), `"what":"lifted"`); err != nil || a != len(faults) ||
		b != len(faults) {
		t.Errorf("ledger: %d injected, %d lifted, want %d, %v", a, b, len(faults), err)
	}
	if left := engineHolds(t, o.card.Run); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	requests := 0
	for _, of := range o.record(t).Requests {
		for range of.All() {
			requests++
		}
	}
	t.Logf("%d faults proven and lifted, %d requests", proven, requests)
	flat(t, samples)
}

// flat wants the last third like the second sixth to the half: the same faults, thirty
// minutes later. Of memory the median may have risen by an eighth and 8 MiB; of descriptors
// and goroutines the least, which is what is in use between faults, by 15, as one that
// stayed of each fault would be 30, and goroutines by an eighth besides: the load node keeps
// one for each request that was ever under way beside others.
func flat(t *testing.T, all []sampled) {
	t.Helper()
	n := len(all)
	early, late := all[n/6:n/2], all[2*n/3:]
	var b strings.Builder
	b.WriteString("| process | of | second sixth to half | last third | most |\n|---|---|---|---|---|\n")
	for _, name := range []string{"CLI", "switchboard", "load"} {
		for _, what := range []struct {
			name string
			of   func(usage) int
			take func(sorted []int) int
			may  func(before int) int
		}{
			{"memory, KiB, median", func(u usage) int { return u.kib },
				func(v []int) int { return v[len(v)/2] }, func(b int) int { return b/8 + 8<<10 }},
			{"descriptors, least", func(u usage) int { return u.files },
				func(v []int) int { return v[0] }, func(int) int { return 15 }},
			{"goroutines, least", func(u usage) int { return u.goroutines },
				func(v []int) int { return v[0] }, func(b int) int { return b/8 + 15 }},
		} {
			of := func(some []sampled) (v []int) {
				for _, s := range some {
					if u, ok := s.use[name]; ok {
						v = append(v, what.of(u))
					}
				}
				slices.Sort(v)
				return v
			}
			e, l := of(early), of(late)
			if len(e) < 3 || len(l) < 3 {
				t.Errorf("%s: %d and %d samples", name, len(e), len(l))
				continue
			}
			before, after := what.take(e), what.take(l)
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", name, what.name, before, after,
				slices.Max(of(all)))
			if after > before+what.may(before) {
				t.Errorf("%s: %s: %d, and later %d: want it flat", name, what.name, before, after)
			}
		}
	}
	t.Logf("%d samples\n%s", n, &b)
}
