package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// The longest of some times is known as a bound where one of them did not end.
func TestTrendMarksWhatDidNotEnd(t *testing.T) {
	ended := func(s float64) *sla.Time { return &sla.Time{Seconds: s} }
	open := func(s float64) *sla.Time { return &sla.Time{Seconds: s, Censored: true} }
	unsure := func(s float64) *sla.Time {
		return &sla.Time{Seconds: s, Censored: true, Unconfirmed: "end"}
	}
	doubtful := &sla.Time{Seconds: 15, Resolution: 0.051, Censored: true}
	for name, c := range map[string]struct {
		times []*sla.Time
		want  string
	}{
		"all ended":                      {[]*sla.Time{ended(1), ended(4)}, "▃█  longest 4 s"},
		"the longest is open":            {[]*sla.Time{ended(1), open(14.9)}, "▁×  longest > 14.9 s"},
		"as long as an open one":         {[]*sla.Time{open(14.9), ended(14.9)}, "×█  longest > 14.9 s"},
		"a shorter one is open":          {[]*sla.Time{ended(20), open(14.9), nil}, "█×   longest ≥ 20 s"},
		"the longest is not sure":        {[]*sla.Time{ended(1), unsure(14.9)}, "▁×  longest ≥ 14.9 s"},
		"none ended":                     {[]*sla.Time{open(2), open(14.9)}, "××  never recovered (> 14.9 s)"},
		"the longest of two not so":      {[]*sla.Time{open(30), unsure(2), ended(3)}, "××▂  longest > 30 s"},
		"what is certain of an open one": {[]*sla.Time{ended(1), doubtful}, "▁×  longest > 14.94 s"},
	} {
		var runs []history.Run
		for i, at := range c.times {
			runs = append(runs, history.Run{Scenario: "x", Started: fmt.Sprint(i), Recover: at})
		}
		var b bytes.Buffer
		if err := History(&b, runs, 0, words.English); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "\n  recover  "+c.want+"\n") {
			t.Errorf("%s: no %q in\n%s", name, c.want, &b)
		}
	}
}
