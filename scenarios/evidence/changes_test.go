package evidence

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// setup is that of a run with two nodes.
func setup() Setup {
	file := func(from, sum string) []lab.File { return []lab.File{{From: from, SHA256: sum}} }
	return Setup{timeline.Header{Run: "aa", Scenario: "checkout",
		Phases: timeline.Phases{Baseline: time.Second, Hold: 5 * time.Second},
		Groups: []timeline.Group{{Name: "shoppers", Rate: 50, Slow: time.Second,
			Timeout: 2 * time.Second, Connections: "per: user"}},
		Faults: []timeline.Fault{{Name: "cut", Kind: "drop", For: time.Second,
			Settings: map[string]string{"share": "30%"}}},
		Watch: []timeline.Watcher{{Name: "probe", Kind: "http", Every: time.Second,
			What: "GET /"}}},
		&Provenance{Run: "aa", Scenario: Scenario{SHA256: "1"}, Lab: &lab.Facts{Nodes: []lab.Node{
			{Files: file("haproxy.cfg", "2")}, {Files: file("drill:ca.crt", "3")}}}}}
}

// Each file and setting that differs is a change, and nothing is of what one side does not know.
func TestChanges(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *Setup)
		want   []string
	}{
		"nothing": {func(*Setup) {}, nil},
		"files": {func(s *Setup) {
			s.Provenance.Scenario.SHA256 = "x"
			s.Provenance.Lab.Nodes[0].Files[0].SHA256 = "x"
		}, []string{"{file scenario.yaml    0}", "{file haproxy.cfg    0}"}},
		"a file elsewhere": {func(s *Setup) { s.Provenance.Lab.Nodes[0].Files[0].From = "lb.cfg" },
			[]string{"{file haproxy.cfg    -1}", "{file lb.cfg    1}"}},
		"a bare record": {func(s *Setup) { s.Header.Phases.Hold, s.Provenance = time.Second, nil },
			[]string{"{phases  fault 5s 1s 0}"}},
		"load": {func(s *Setup) {
			g := &s.Header.Groups[0]
			g.Slow, g.Rate, g.Timeout, g.Connections = 200*time.Millisecond, 80, time.Second, ""
		}, []string{"{group shoppers connections per: user  0}", "{group shoppers rate 50/s 80/s 0}",
			"{group shoppers slow 1s 200ms 0}", "{group shoppers timeout 2s 1s 0}"}},
		"an older record": {func(s *Setup) {
			s.Header.Groups[0].Timeout, s.Header.Groups[0].Connections = 0, ""
			s.Header.Faults[0].Settings = nil
		}, nil},
		"faults": {func(s *Setup) {
			s.Header.Faults[0].Settings = map[string]string{"share": "50%"}
			s.Header.Faults = append(s.Header.Faults, timeline.Fault{Name: "late"})
		}, []string{"{fault cut share 30% 50% 0}", "{fault late    1}"}},
		"another aim": {func(s *Setup) { s.Header.Faults[0].Aim = "lb -> app-2" },
			[]string{"{fault cut    0}"}},
		"watchers": {func(s *Setup) {
			s.Header.Watch[0].What = "GET /health"
			s.Header.Watch = append(s.Header.Watch, timeline.Watcher{Name: "pager"})
		}, []string{"{watcher probe    0}", "{watcher pager    1}"}},
		"a watcher's pace": {func(s *Setup) { s.Header.Watch[0].Every = 5 * time.Second },
			[]string{"{watcher probe every 1s 5s 0}"}},
		"another version": {func(s *Setup) {
			s.Header.Tool, s.Header.Watch[0].What, s.Header.Watch[0].Fails = "v2", "asks /", 3
			s.Header.Faults[0].What = "drops"
			s.Provenance.Scenario.SHA256 = "x"
		}, []string{"{file scenario.yaml    0}", "{watcher probe fails 0 3 0}"}},
		"another drill": {func(s *Setup) { s.Header.Scenario, s.Header.Watch = "search", nil }, nil},
	} {
		now := setup()
		c.change(&now)
		var have []string
		for _, x := range Changes(setup(), now) {
			have = append(have, fmt.Sprint(x))
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%s: have %q, want %q", name, have, c.want)
		}
	}
}
