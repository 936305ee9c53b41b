//go:build drill

package drills

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Drills that matrix runs, with a real Prometheus and Alertmanager laid over them: rules on
// probes and on users see dropped SYNs, and rules on users alone a firewall that forgets. The
// table is all that standard output has.
func TestLongMatrix(t *testing.T) {
	t.Parallel()
	drills := []string{"syn-drop", "idle-flows"}
	found := map[string]string{}
	var stderr strings.Builder
	o := again(t, func() (o outcome) {
		dir := filepath.Join(t.TempDir(), "day")
		args := append([]string{"matrix", "--with", "matrix/monitoring.yaml", "--rules",
			"matrix/rules.yml", "--watch", "servers", "--watch", "users", "--format", "csv", "--quiet",
			"--out", dir}, drills...)
		cmd := exec.CommandContext(t.Context(), stormdrill, args...)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		stderr.Reset()
		cmd.Stderr = &stderr
		out, _ := cmd.Output()
		o.output, o.code = string(out), cmd.ProcessState.ExitCode()
		rows, err := csv.NewReader(strings.NewReader(o.output)).ReadAll()
		if err != nil || len(rows) == 0 {
			t.Fatalf("%v: %s\n%s", err, out, &stderr)
		}
		clear(found)
		column := func(name string) int { return slices.Index(rows[0], name) }
		for _, r := range rows[1:] {
			found[r[column("drill")]+" "+r[column("alert")]+" "+r[column("alert_name")]] =
				r[column("result")]
		}
		for _, name := range drills {
			card, err := cardOf(filepath.Join(dir, name))
			if err != nil {
				t.Fatalf("%v\n%s", err, &stderr)
			}
			if left := engineHolds(t, card.Run); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if o.card.Run == "" || machineVoid(card) {
				o.card = card
			}
		}
		return o
	})
	t.Logf("exit %d\n%s\n%s", o.code, o.output, &stderr)
	if o.code != 0 || o.card.Verdict != sla.Pass || !strings.Contains(stderr.String(), "PASS  idle-flows") {
		t.Errorf("exit %d, %s", o.code, o.card.Verdict)
	}
	for cell, want := range map[string]string{
		"syn-drop servers ": "found", "syn-drop users ": "found", "idle-flows servers ": "missed",
		"idle-flows users ": "found", "idle-flows users UsersFail": "found",
	} {
		if found[cell] != want {
			t.Errorf("%s: have %q, want %s", cell, found[cell], want)
		}
	}
}
