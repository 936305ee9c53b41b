package watch

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// answers writes a check's history, one letter every ten: + good, - bad, ?
// unknown; each takes three.
func answers(history string) []load.Answer {
	var all []load.Answer
	for i, c := range history {
		at := int64(10 * i)
		all = append(all, load.Answer{Check: "w", Start: at, End: at + 3, Good: c == '+',
			Known: c != '?'},
			load.Answer{Check: "another", Start: at, End: at + 1, Known: true})
	}
	return all
}

func TestNotice(t *testing.T) {
	raised := func(before, after int64) Alarm { return Alarm{Raised: Span{before, after}} }
	over := func(b, a, cb, ca int64) Alarm {
		return Alarm{Raised: Span{b, a}, Content: Span{cb, ca}, Over: true}
	}
	for name, c := range map[string]struct {
		watcher    timeline.Watcher
		history    string
		deliveries []load.Delivery
		want       Noticed
	}{
		"two failures in a row": {watcher: timeline.Watcher{Kind: "http", Fails: 2, Oks: 1},
			history: "+-+--++",
			want:    Noticed{Asked: 7, Alarms: []Alarm{over(43, 43, 53, 53)}}},
		"two good ones end it": {watcher: timeline.Watcher{Kind: "tcp",
			WatcherTraits: (&TCP{}).Traits(), Fails: 1, Oks: 2}, history: "-+-++",
			want: Noticed{Asked: 5, Alarms: []Alarm{over(3, 3, 43, 43)}}},
		"an unknown answer says nothing": {watcher: timeline.Watcher{Kind: "command",
			WatcherTraits: (&Command{}).Traits(), Fails: 2, Oks: 1}, history: "-?-",
			want: Noticed{Asked: 2, Alarms: []Alarm{raised(23, 23)}}},
		"a state, between two polls": {watcher: timeline.Watcher{Kind: "haproxy",
			WatcherTraits: (&HAProxy{}).Traits()}, history: "++--++",
			want: Noticed{Asked: 6, Alarms: []Alarm{over(10, 23, 30, 43)}}},
		"a state, with a poll that failed": {watcher: timeline.Watcher{Kind: "lb",
			WatcherTraits: (&LB{}).Traits()}, history: "+?-",
			want: Noticed{Asked: 2, Alarms: []Alarm{raised(0, 23)}}},
		"never": {watcher: timeline.Watcher{Kind: "http", Fails: 3}, history: "+--+--+",
			want: Noticed{Asked: 7}},
		"any notification": {watcher: timeline.Watcher{Kind: "webhook",
			WatcherTraits: (&Webhook{}).Traits()},
			deliveries: []load.Delivery{{Hook: "w", At: 9, Body: "x"}, {Hook: "v", At: 1}},
			want: Noticed{Asked: 1, Alarms: []Alarm{raised(9, 9)},
				Told: []Told{{Alarm: raised(9, 9)}}}},
		"firing and resolved": {watcher: timeline.Watcher{Kind: "webhook",
			WatcherTraits: (&Webhook{}).Traits(), Match: "firing", Resolved: "resolved"},
			deliveries: []load.Delivery{{Hook: "w", At: 1, Body: "hello"},
				{Hook: "w", At: 2, Body: "firing"},
				{Hook: "w", At: 3, Body: "firing"},
				{Hook: "w", At: 4, Body: "was firing, resolved"}},
			want: Noticed{Asked: 3, Alarms: []Alarm{over(2, 2, 4, 4)},
				Told: []Told{{Alarm: over(2, 2, 4, 4)}}, Repeats: []int64{3}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.watcher.Name = "w"
			r := &timeline.Record{Answers: answers(c.history), Deliveries: c.deliveries}
			c.want.Ends = !c.watcher.Told || c.watcher.Resolved != ""
			if have := Notice(c.watcher, r); !reflect.DeepEqual(have, c.want) {
				t.Errorf("have %+v\nwant %+v", have, c.want)
			}
		})
	}
}

// What a detector finds while it asks is what is read from the record afterwards.
func TestFollowAsItComes(t *testing.T) {
	f := Follow(timeline.Watcher{Name: "w", Kind: "http", Fails: 2, Oks: 2})
	var content string
	for _, a := range answers("+-+--?-+-++") {
		f.Answer(a)
		if a.Check == "w" {
			content += map[bool]string{true: "+", false: "-"}[f.Content()]
		}
	}
	if want := "++++------+"; content != want {
		t.Errorf("content %s, want %s", content, want)
	}
	f = Follow(timeline.Watcher{Name: "w", Kind: "webhook", WatcherTraits: (&Webhook{}).Traits(),
		Match: "firing", Resolved: "resolved"})
	for _, c := range []struct {
		hook, body string
		content    bool
	}{{"w", "hello", true}, {"v", "firing", true}, {"w", "firing", false}, {"w", "hello",
		false}, {"w", "resolved", true}} {
		f.Delivery(load.Delivery{Hook: c.hook, Body: c.body})
		if f.Content() != c.content {
			t.Errorf("after %q to %s: content %v", c.body, c.hook, f.Content())
		}
	}
}

// Of an alerting rule it is known from when on it was pending, and by its own clock since
// when.
func TestRuleIsPending(t *testing.T) {
	w := timeline.Watcher{Name: "w", WatcherTraits: (&Prometheus{Rule: "Down"}).Traits()}
	f := Follow(w)
	since := time.Date(2026, 1, 2, 3, 4, 5, 600e6, time.UTC)
	stamp := since.Format(time.RFC3339Nano)
	for i, detail := range []string{"inactive", load.PendingSince + stamp,
		load.PendingSince + stamp, load.FiringSince + stamp, "inactive", "inactive",
		load.PendingSince + "no time"} {
		at := int64(10 * i)
		f.Answer(load.Answer{Check: "w", Start: at, End: at + 3, Known: true, Detail: detail,
			Good: !strings.HasPrefix(detail, load.FiringSince)})
	}
	want := []Alarm{{Raised: Span{0, 13}, Content: Span{30, 43}, Over: true, Since: since},
		{Raised: Span{50, 63}}}
	if !reflect.DeepEqual(f.Active, want) {
		t.Errorf("have %+v\nwant %+v", f.Active, want)
	}
	want = []Alarm{{Raised: Span{20, 33}, Content: Span{30, 43}, Over: true}}
	if !reflect.DeepEqual(f.Alarms, want) {
		t.Errorf("fires: have %+v\nwant %+v", f.Alarms, want)
	}
	f = Follow(timeline.Watcher{Name: "w", WatcherTraits: (&JSON{}).Traits()}) // no rule
	f.Answer(load.Answer{Check: "w", Known: true, Good: true, Detail: load.PendingSince + stamp})
	if len(f.Active) > 0 {
		t.Errorf("a page of JSON: have %+v", f.Active)
	}
}

// What reaches a hook is taken by all watchers that wait there; what none of them takes,
// and what is sent to where no watcher waits, is counted.
func TestNotificationsThatMatchNoWatcher(t *testing.T) {
	traits := (&Webhook{}).Traits()
	r := &timeline.Record{Header: timeline.Header{Watch: []timeline.Watcher{
		{Name: "checkout", WatcherTraits: traits, Match: "Checkout"},
		{Name: "search", WatcherTraits: traits, Match: "Search", Hook: "checkout"},
		{Name: "on-call", WatcherTraits: (&Person{}).Traits()},
	}}}
	for i, d := range []load.Delivery{{Hook: "checkout", Body: "Checkout"},
		{Hook: "checkout", Body: "Search"}, {Hook: "checkout", Body: "Search and Checkout"},
		{Hook: "checkout", Body: "Disk"}, {}, {Hook: "on-call", Body: "acknowledged"},
		{Hook: "search", Body: "Search"}, {Hook: "none"}} {
		d.At = int64(i + 1)
		r.Deliveries = append(r.Deliveries, d)
	}
	all, n := NoticeAll(r)
	if want := (Notifications{Received: 4, Unmatched: 1, Unaddressed: 1}); n != want {
		t.Errorf("have %+v, want %+v", n, want)
	}
	for i, want := range []int64{1, 2, 6} {
		if a := all[i].Alarms; len(a) != 1 || a[0].Raised.After != want {
			t.Errorf("%s: have %+v, want an alarm at %d", r.Header.Watch[i].Name, a, want)
		}
		if have := Notice(r.Header.Watch[i], r); !reflect.DeepEqual(have, all[i]) {
			t.Errorf("%s: alone %+v, among all %+v", r.Header.Watch[i].Name, have, all[i])
		}
	}
}
