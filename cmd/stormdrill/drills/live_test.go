package drills

import (
	"path/filepath"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Every scenario that is run live can be planned, which takes no engine.
func TestLiveScenariosPlan(t *testing.T) {
	for _, name := range []string{"DIR", "MODE", "TOKEN"} { // of own-commands.yaml
		t.Setenv(name, "/x")
	}
	for _, name := range []string{"MARK", "OTHER"} { // of secrets.yaml
		t.Setenv(name, "marker-of-16-and-more")
	}
	all, err := filepath.Glob(filepath.Join(keptDir, "../../live/*.yaml"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%d scenarios, %v", len(all), err)
	}
	for _, file := range all {
		s, err := plan.Load(file)
		if err == nil {
			_, err = plan.New(s, plan.Options{})
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
