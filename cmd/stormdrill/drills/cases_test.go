//go:build drill

package drills

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// cases are small drills that were judged wrongly once, in testdata/live/cases, and what
// is true of each.
var cases = map[string]func(*testing.T, outcome){
	// Down for good ten seconds after the recovery was confirmed.
	"collapse-after-recovery": func(t *testing.T, o outcome) {
		o.want(t, sla.Inconclusive, 2)
		if n := len(o.card.Outages); n != 2 || !o.card.Outages[1].Censored ||
			len(o.card.Outages[1].By) > 0 {
			t.Errorf("outages %+v: want the second unexplained, without an end", o.card.Outages)
		}
	},
	// What a fault does to a system that serves no users cannot be measured.
	"dead-from-the-start": func(t *testing.T, o outcome) {
		o.want(t, sla.Inconclusive, 2)
		if f := o.card.Faults[0]; f.Inject.Known() || f.Absorbed {
			t.Errorf("injected: %+v", f)
		}
		for _, x := range o.card.Objectives {
			if x.Result == "met" {
				t.Errorf("met: %+v", x)
			}
		}
	},
	// What stands before the fault forwards no traceparent: its users' failures prove it.
	"dependency-503": func(t *testing.T, o outcome) {
		o.want(t, sla.Pass, 0)
		if f := o.card.Faults[0]; f.Absorbed || f.Outage == nil || f.Outage.Seconds < 7 {
			t.Errorf("8 s of 503s: have %+v", f)
		}
	},
	// Fifteen answers of 120 ms, two seconds after the last bad request, are no outage.
	"hiccup-after-recovery": func(t *testing.T, o outcome) {
		o.want(t, sla.Pass, 0)
		within(t, "recover", o.card.Times.Recover, 0, 0.1)
	},
	// The watcher's own way is hit, too: the probe has to notice.
	"watcher-met": func(t *testing.T, o outcome) {
		o.want(t, sla.Pass, 0)
		within(t, "detect", o.card.Times.Detect, 0, 5)
	},
	// The watcher's own way is spared: nothing can be said of the probe.
	"watcher-apart": func(t *testing.T, o outcome) {
		o.want(t, sla.Inconclusive, 2)
		for _, x := range o.card.Objectives {
			if want := map[bool]string{true: "undecided",
				false: "met"}[x.Name == "detect probe"]; x.Result != want {
				t.Errorf("%+v: want it %s", x, want)
			}
		}
	},
	// Both are stopped at one instant, and killed ten seconds later, as both ignore
	// SIGTERM.
	"zone-stop": func(t *testing.T, o outcome) {
		a, b := o.card.Faults[0], o.card.Faults[1]
		if d := math.Abs(float64(a.Inject - b.Inject)); !(d < 0.5) {
			t.Errorf("injected %g s apart", d)
		}
		o.want(t, sla.Pass, 0)
	},
}

// Each case, CASES times over: all at once, and beside a drill that keeps the machine busy.
func TestLongCases(t *testing.T) {
	times := 1
	if s := os.Getenv("CASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("CASES: %v", err)
		}
		times = n
	}
	for n := range times {
		for name, check := range cases {
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				t.Parallel()
				check(t, run(t, filepath.Join("cases", name+".yaml")))
			})
		}
	}
}

// A fault whose answer its users would take for good is refused before anything starts.
func TestDrillForeignPage(t *testing.T) {
	cmd := exec.Command(stormdrill, "run", "--out", filepath.Join(t.TempDir(), "x"),
		"cases/page-with-200.yaml")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 3 ||
		!strings.Contains(string(out), "page-with-200.yaml:9:") ||
		!strings.Contains(string(out), "expect") {
		t.Errorf("exit %d, want 3, the place and the cure:\n%s", code, out)
	}
}
