package matrix

import (
	"os"
	"slices"
	"testing"
)

func TestAlertRules(t *testing.T) {
	shipped, err := os.ReadFile("../../../testdata/live/prometheus-rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		string(shipped): {"ShopDown"},
		"groups:\n- name: a\n  rules:\n  - {record: r, expr: x}\n  - {alert: B, expr: x, for: 1m}\n" +
			"  - {alert: A, expr: x}\n- name: b\n  rules: [{alert: B, expr: y}]\n": {"B", "A"},
	} {
		if have, err := AlertRules([]byte(text)); err != nil || !slices.Equal(have, want) {
			t.Errorf("have %q, %v; want %q", have, err, want)
		}
	}
	for _, text := range []string{"", "groups: []", "groups: [{rules: [{record: r}]}]", "[", "groups: 3"} {
		if have, err := AlertRules([]byte(text)); err == nil {
			t.Errorf("%q: have %q", text, have)
		}
	}
}
