//go:build drill

package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// shipped is the drill that is run at other rates, and the lines in it that say
// how fast and how long.
const (
	shipped = "../../scenarios/library/bad-lb-node.yaml"
	rate    = "rate: 100/s"
	phases  = "phases: {baseline: 15s, fault: 10s, recovery: 15s, confirm: 3s}"
)

// course is how long a run is, in seconds by phase.
type course struct{ baseline, hold, recovery int }

var (
	brief      = course{6, 8, 8}
	minute     = course{20, 15, 25}
	tenMinutes = course{200, 15, 385}
)

func (c course) total() int { return c.baseline + c.hold + c.recovery }

func (c course) String() string {
	return fmt.Sprintf("phases: {baseline: %ds, fault: %ds, recovery: %ds, confirm: 3s}",
		c.baseline, c.hold, c.recovery)
}

// drilled is one run of the drill, and what its two processes took.
type drilled struct {
	rate      int
	course    course
	card      sla.Scorecard
	cli, load []int64 // resident bytes, every half second
}

func BenchmarkHonest(b *testing.B) {
	t := NewTable(b, "| bad-lb-node at | for | sent | lag p99 | load node, most resident | CLI, most resident | verdict |")
	d := drill(b, 1000, minute)
	d.row(t)
	lag := d.card.Generator.LagP99 * 1e3
	b.ReportMetric(lag, "lag-p99-ms")
	AtMost(b, "ms of lag, p99", lag, 10)
	AtMost(b, "% unsent", d.unsent(), 0.1)
	d.small(b)
	for _, r := range []int{2000, 3000, 4000, 5000, 6000, 7000, 8000} {
		d := drill(b, r, brief)
		d.row(t)
		if why := d.convicted(); why != "" {
			t.Note("At %d/s the generator convicts itself: %s.", r, why)
			return
		}
	}
	t.Note("Up to 8,000/s, the most that a plan takes, the generator does not convict itself.")
}

// BenchmarkMemory is ten minutes of it: what is resident has to be flat. In the last
// minute it is at most a tenth above what it was in the second, when every buffer has
// been used, and 2 MB for the collector's own moods.
func BenchmarkMemory(b *testing.B) {
	t := NewTable(b, "| minute | load node, most resident | CLI, most resident |")
	d := drill(b, 1000, tenMinutes)
	load, cli := minutes(d.load), minutes(d.cli)
	for m := range load {
		t.Row("%d | %s | %s", m+1, megabytes(load[m]), megabytes(cli[m]))
	}
	t.Note("%s", d.sent())
	AtMost(b, "% unsent", d.unsent(), 0.1)
	d.small(b)
	flat(b, "load node", load)
	flat(b, "CLI", cli)
}

// minutes are the most of each whole minute.
func minutes(all []int64) (of []int64) {
	const perMinute = 120
	for ; len(all) >= perMinute; all = all[perMinute:] {
		of = append(of, most(all[:perMinute]))
	}
	return of
}

// flat wants no growth from the second minute to the last.
func flat(b *testing.B, of string, minutes []int64) {
	b.Helper()
	if len(minutes) < 3 {
		b.Fatalf("%s: %d whole minutes seen, want some to compare", of, len(minutes))
	}
	second, last := float64(minutes[1])/1e6, float64(minutes[len(minutes)-1])/1e6
	AtMost(b, fmt.Sprintf("MB resident in the last minute, %s (%.1f in the second)", of, second),
		last, 1.1*second+2)
}

// small is what both processes have to stay.
func (d drilled) small(b *testing.B) {
	b.Helper()
	AtMost(b, "MB resident, load node", float64(most(d.load))/1e6, 64)
	AtMost(b, "MB resident, CLI", float64(most(d.cli))/1e6, 64)
}

// drill runs bad-lb-node at a rate, and looks at both processes' memory.
func drill(b *testing.B, perSecond int, c course) drilled {
	b.Helper()
	d := drilled{rate: perSecond, course: c}
	text, err := os.ReadFile(shipped)
	must(b, err)
	for old, to := range map[string]string{rate: fmt.Sprintf("rate: %d/s", perSecond), phases: c.String()} {
		if !bytes.Contains(text, []byte(old)) {
			b.Fatalf("%s says no longer %q", shipped, old)
		}
		text = bytes.Replace(text, []byte(old), []byte(to), 1)
	}
	dir := b.TempDir()
	scenario, out := filepath.Join(dir, "bad-lb-node.yaml"), filepath.Join(dir, "out")
	must(b, os.WriteFile(scenario, text, 0o644))
	var said bytes.Buffer
	run := exec.Command(Stormdrill(b), "run", "--out", out, scenario)
	run.Stdout, run.Stderr = &said, &said
	before := loadNodes(b)
	must(b, run.Start())
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	for load, tick := 0, time.Tick(500*time.Millisecond); ; {
		select {
		case <-ended:
			card, err := os.ReadFile(filepath.Join(out, "scorecard.json"))
			if err != nil {
				b.Fatalf("%v\n%s", err, said.String())
			}
			must(b, json.Unmarshal(card, &d.card))
			return d
		case <-tick:
		}
		if load == 0 {
			load = fresh(loadNodes(b), before)
		}
		if n := resident(load); n > 0 {
			d.load, d.cli = append(d.load, n), append(d.cli, resident(run.Process.Pid))
		}
	}
}

// row is the run's line.
func (d drilled) row(t *Table) {
	t.Row("%d/s | %d s | %s | %.1f ms | %s | %s | %s", d.rate, d.course.total(), d.sent(),
		d.card.Generator.LagP99*1e3,
		megabytes(most(d.load)), megabytes(most(d.cli)), d.card.Verdict)
}

// due is how many requests were.
func (d drilled) due() int { return d.rate * d.course.total() }

// unsent is the share of them that was not sent, in percent.
func (d drilled) unsent() float64 { return 100 * float64(d.card.Generator.Unsent) / float64(d.due()) }

func (d drilled) sent() string { return fmt.Sprintf("%.3f %% of %d", 100-d.unsent(), d.due()) }

// convicted is why the generator says that its run is void; empty: it does not.
func (d drilled) convicted() string {
	for _, r := range d.card.Reasons {
		switch r.Code {
		case sla.GeneratorLate, sla.GeneratorStalled, sla.RequestsUnsent, sla.RequestsUnsentOf:
			return words.English.Text(r)
		}
	}
	return ""
}

func most(all []int64) (n int64) {
	for _, v := range all {
		n = max(n, v)
	}
	return n
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20)) }
