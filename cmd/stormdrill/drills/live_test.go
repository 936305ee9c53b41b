package drills

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Every scenario that is run live can be planned, which takes no engine.
func TestLiveScenariosPlan(t *testing.T) {
	for _, name := range []string{"DIR", "MODE", "TOKEN"} { // of own-commands.yaml
		t.Setenv(name, "/x")
	}
	for _, name := range []string{"MARK", "OTHER", "PAGER_TOKEN"} { // of secrets.yaml and beside.yaml
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

// The monitoring that is laid over drills fits every shipped one, and has each of its nodes
// scraped once.
func TestMonitoringFitsEveryDrill(t *testing.T) {
	for _, name := range library.Names() {
		all, err := plan.Open(name, filepath.Join(keptDir, "../../live/matrix/monitoring.yaml"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, err := plan.New(all[0], plan.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		list, err := p.Scraped("prometheus")
		for _, n := range p.Nodes {
			want := 1
			if n.Name == "prometheus" {
				want = 0
			}
			if have := strings.Count(string(list), `"`+n.Name+":"); have != want || err != nil {
				t.Errorf("%s: %s is there %d times in\n%s", name, n.Name, have, list)
			}
		}
	}
}
