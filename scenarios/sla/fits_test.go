package sla

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Of another scenario's settings those are named that judging depends on and that differ.
func TestUnhonoured(t *testing.T) {
	header := func() timeline.Header {
		return timeline.Header{
			Phases: timeline.Phases{Confirm: 5 * time.Second},
			Groups: []timeline.Group{{Name: "users", Slow: time.Second, Expect: "2xx"}},
			Watch: []timeline.Watcher{{Name: "pager", Kind: "webhook",
				WatcherTraits: (&watch.Webhook{}).Traits(), Fails: 1, Oks: 1, Match: "firing"}},
		}
	}
	for name, c := range map[string]struct {
		change func(*timeline.Header)
		want   []string
	}{
		"the same": {func(*timeline.Header) {}, nil},
		"another group": {func(h *timeline.Header) { h.Groups[0].Name, h.Groups[0].Slow = "others", time.Hour },
			nil},
		"confirm": {func(h *timeline.Header) { h.Phases.Confirm = time.Second },
			[]string{"phases.confirm of 1s"}},
		"slow, expect": {func(h *timeline.Header) { h.Groups[0].Slow, h.Groups[0].Expect = time.Minute, "200, body like x" },
			[]string{"load.users.slow of 1m0s", "load.users.expect of 200, body like x"}},
		"a watcher": {func(h *timeline.Header) { h.Watch[0].Fails, h.Watch[0].Match = 3, "" },
			[]string{"watch.pager.fails of 3", `watch.pager.match of ""`}},
	} {
		t.Run(name, func(t *testing.T) {
			given := header()
			c.change(&given)
			have := Unhonoured(given, header())
			if !slices.EqualFunc(have, c.want, func(s Said, want string) bool {
				return s.Code == SettingNotHonoured &&
					want == fmt.Sprint(s.Of("setting"), " of ", s.Of("given"))
			}) {
				t.Errorf("have %q, want %q", have, c.want)
			}
		})
	}
	old := header()
	old.Groups[0].Expect = "" // as older records are
	if have := Unhonoured(header(), old); have != nil {
		t.Errorf("of what is not known: %q", have)
	}
}
