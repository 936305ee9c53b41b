package sla

import "testing"

func TestParseKeep(t *testing.T) {
	for text, want := range map[string]Keep{
		"success of shoppers in run >= 99%": {"success", "shoppers", "run", ">=", 0.99, "success of shoppers in run >= 99%"},
		"  p95  in recovery   <= 200ms ":    {"p95", "", "recovery", "<=", 0.2, "p95 in recovery <= 200ms"},
		"p99.9 of a/b in baseline <= 1.5s":  {"p99.9", "a/b", "baseline", "<=", 1.5, "p99.9 of a/b in baseline <= 1.5s"},
		"success in fault >= 99.95%":        {"success", "", "fault", ">=", 0.9995, "success in fault >= 99.95%"},
	} {
		if have, err := ParseKeep(text); err != nil || have != want {
			t.Errorf("%q: have %+v, %v", text, have, err)
		}
	}
	for _, bad := range []string{"", "success", "succes in run >= 99%", "success in hold >= 99%", "success in run > 99%",
		"success in run >= 0.99", "p95 in run <= 200", "p95 in run <= -1s", "success in run >= 130%"} {
		if k, err := ParseKeep(bad); err == nil {
			t.Errorf("%q is taken as %+v", bad, k)
		}
	}
}
