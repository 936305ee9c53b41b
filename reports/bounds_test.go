package reports

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// A time of which nothing is certain but that it was short is told as a bound, wherever it stands;
// of a difference as short, which of the two was first is not told either.
func TestShortTimesAreBounds(t *testing.T) {
	c := card()
	short := func() *sla.Time { return &sla.Time{Seconds: 0.0065, Resolution: 0.0071, By: "balancer"} }
	c.Faults[0].Effect, c.Faults[0].EffectResolution = c.Faults[0].Inject+0.0065, 0.0071
	c.Times.Detect, c.Times.Outage = short(), short()
	c.Watchers[0].Detect = short()
	c.Watchers[0].Behind = &sla.Time{Seconds: -0.0065, Resolution: 0.0071}
	for in, want := range map[*words.Language][]string{
		words.English: {"≤ 14 ms after the injection", "outage of ≤ 14 ms",
			"noticed after ≤ 14 ms, within 14 ms of an observer of every request"},
		words.Chinese: {"注入后 ≤ 14 ms 首次命中", "中断 ≤ 14 ms", "≤ 14 ms 后发现，与理想观察者相差不超过 14 ms"},
	} {
		var text, markdown strings.Builder
		if err := Text(&text, c, TextOptions{Verbose: true, Width: 1 << 16, Language: in}); err != nil {
			t.Fatal(err)
		}
		if err := Markdown(&markdown, Report{Card: c, Language: in}); err != nil {
			t.Fatal(err)
		}
		page := read(pageOf(t, c, in))
		for _, said := range want {
			if !strings.Contains(text.String(), said) {
				t.Errorf("the text does not say %q:\n%s", said, text.String())
			}
			if !strings.Contains(markdown.String(), said) {
				t.Errorf("the Markdown does not say %q", said)
			}
		}
		for name, all := range map[string]string{"text": text.String(), "Markdown": markdown.String(),
			"page": page} {
			if strings.Contains(all, "± 7.1 ms") || !strings.Contains(all, "≤ 14 ms") {
				t.Errorf("the %s has a ± that is larger than its time", name)
			}
		}
	}
}

// The margin of a bound is the bound's: what took at most 6 s of 6 s has none.
func TestMarginOfABound(t *testing.T) {
	for want, x := range map[string]struct{ value, resolution, limit float64 }{
		"≤ 5.4 s, +10%": {0, 5.4, 6}, "≤ 14 ms, +99%": {0.0065, 0.0071, 1},
		"≤ 7.2 s, -20%": {0.2, 7, 6}, "2 s ± 1 s, +67%": {2, 1, 6},
		"≤ 3 s, +50%": {2.5, -1, 6}, "0 s, +100%": {0, 0, 6}, "3 s, +0%": {3, 0, 3},
		"3.01 s, -0.3%": {3.01, 0, 3}, "119.99 s, +0.0083%": {119.99, 0, 120},
	} {
		margin := (x.limit - x.value) / x.limit
		o := sla.Objective{Name: "recover", Op: "<=", Unit: "s", Limit: &x.limit, Value: &x.value,
			Margin: &margin, Measured: sla.Say(sla.TimeTaken, x.value, x.resolution)}
		if x.resolution < 0 { // users had too few bad requests to tell
			o.Measured = sla.Say(sla.TimeAtMost, 3.0)
		}
		if have := english.measured(o) + ", " + english.margin(o); have != want {
			t.Errorf("have %s, want %s", have, want)
		}
	}
}

// A share that is not its limit does not read like it, nor its margin like none.
func TestShareBesideItsLimit(t *testing.T) {
	limit, value, margin := 0.99, 0.989962, -0.000038
	o := sla.Objective{Name: "success", Unit: "share", Limit: &limit, Value: &value,
		Margin: &margin, Wanted: sla.Say(sla.WantShare, ">=", limit),
		Measured: sla.Say(sla.Share, value, value)}
	if have, want := english.measured(o)+", "+english.margin(o),
		"98.996%, -0.0038 points"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

// Of writes of which none was read back, no recovery point is told.
func TestNothingReadBack(t *testing.T) {
	c := card()
	c.Data.RPO, c.Data.Unknown = nil, 2
	if have := english.data(c); strings.Contains(have, "RPO") || !strings.Contains(have, "2 unknown") {
		t.Errorf("have %s", have)
	}
}
