//go:build drill

package drills

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// campaigned runs a campaign to its end, or until its output holds a text, at which it is
// interrupted; and checks that nothing of its runs is left. One with a run that is void
// for the machine's sake is run again.
func campaigned(t *testing.T, until string, args ...string) (c campaign.Card, dir string,
	code int) {
	t.Helper()
	for n := 0; ; n++ {
		began := time.Now()
		c, dir, code = campaignedOnce(t, until, args...)
		void := until == "" && slices.ContainsFunc(c.Runs, func(r campaign.Run) bool {
			card, err := cardOf(filepath.Join(dir, r.Folder))
			return err == nil && machineVoid(card)
		})
		runs.add(t, time.Since(began), void)
		if !void || n == mostAgain {
			return c, dir, code
		}
		t.Logf("void for the machine's sake, run again: %q", c.Reasons)
	}
}

func campaignedOnce(t *testing.T, until string, args ...string) (c campaign.Card, dir string,
	code int) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "evidence")
	p := launch(t, until, exec.CommandContext(t.Context(), stormdrill,
		append([]string{"run", "--out", dir}, args...)...))
	if until != "" {
		select {
		case <-p.out.seen:
			_ = p.Process.Signal(os.Interrupt)
		case <-p.ended:
		}
	}
	p.Wait()
	t.Logf("run %v: exit %d\n%s", args, p.ProcessState.ExitCode(), p.out.String())
	b, err := os.ReadFile(filepath.Join(dir, "campaign.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Runs {
		if r.Run == "" {
			continue // it was ended before it had a name, and so a container
		}
		if left := engineHolds(t, r.Run); len(left) > 0 {
			t.Errorf("%s left behind: %q", r.Folder, left)
		}
	}
	return c, dir, p.ProcessState.ExitCode()
}

// Two runs and a control: each has its evidence, a phase of its own, and is judged
// again from its record.
func TestDrillCampaign(t *testing.T) {
	t.Parallel()
	c, dir, code := campaigned(t, "", "refuse.yaml", "--repeat", "2", "--control", "1", "--seed",
		"11")
	if c.Verdict != sla.Pass || code != 0 || c.Kept != 2 || c.Control.Clean != 1 || c.Seed != 11 {
		t.Fatalf("have %s, exit %d, %+v, %q", c.Verdict, code, c.Control, c.Reasons)
	}
	var injected []float64
	for _, r := range c.Runs {
		b, err := os.ReadFile(filepath.Join(dir, r.Folder, "scorecard.json"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := exec.Command(stormdrill, "score", "--format", "json",
			filepath.Join(dir, r.Folder)).Output()
		if err != nil || string(again) != string(b) {
			t.Errorf("%s: judged again it differs, %v", r.Folder, err)
		}
		var card sla.Scorecard
		if err := json.Unmarshal(b, &card); err != nil {
			t.Fatal(err)
		}
		if card.Control != strings.HasPrefix(r.Folder, "control") ||
			card.Control != (len(card.Faults) == 0) {
			t.Errorf("%s: control %v, %d faults", r.Folder, card.Control, len(card.Faults))
		}
		for _, f := range card.Faults {
			injected = append(injected, float64(f.Inject))
		}
	}
	if len(injected) != 2 || injected[0] == injected[1] {
		t.Errorf("injected at %v: want two phases", injected)
	}
	for _, f := range []string{"junit.xml", "summary.md", "report.html"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
}

// A campaign that can no longer pass ends, and says so.
func TestLongCampaignEndsWhenItIsLost(t *testing.T) {
	t.Parallel()
	c, _, code := campaigned(t, "", "haproxy-nocheck.yaml", "--repeat", "5")
	if c.Verdict != sla.Fail || code != 1 || c.Missed != 1 || c.Left != 4 {
		t.Errorf("have %s, exit %d, %d missed, %d left", c.Verdict, code, c.Missed, c.Left)
	}
	i := slices.IndexFunc(c.Spreads, func(s campaign.Spread) bool { return strings.HasPrefix(s.Name, "detect ") })
	if i < 0 || c.Spreads[i].Best != nil || !c.Spreads[i].Values[0].Censored ||
		len(c.Spreads[i].Bounds) != 0 {
		t.Errorf("a detection that never came: have %+v", c.Spreads)
	}
}

// Ctrl-C in the second run: the first is kept and said.
func TestLongCampaignInterrupted(t *testing.T) {
	t.Parallel()
	c, dir, code := campaigned(t, "run 2 of 3", "refuse.yaml", "--repeat", "3")
	if c.Verdict != sla.Interrupted || code != 130 || c.Left != 2 || len(c.Spreads) == 0 {
		t.Errorf("have %s, exit %d, %d left, %d objectives", c.Verdict, code, c.Left,
			len(c.Spreads))
	}
	if _, err := os.Stat(filepath.Join(dir, "001", "record")); err != nil {
		t.Error(err)
	}
}
