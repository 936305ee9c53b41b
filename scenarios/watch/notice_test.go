package watch

import (
	"reflect"
	"testing"

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
			want:       Noticed{Asked: 1, Alarms: []Alarm{raised(9, 9)}}},
		"firing and resolved": {watcher: timeline.Watcher{Kind: "webhook",
			WatcherTraits: (&Webhook{}).Traits(), Match: "firing", Resolved: "resolved"},
			deliveries: []load.Delivery{{Hook: "w", At: 1, Body: "hello"},
				{Hook: "w", At: 2, Body: "firing"},
				{Hook: "w", At: 3, Body: "firing"},
				{Hook: "w", At: 4, Body: "was firing, resolved"}},
			want: Noticed{Asked: 3, Alarms: []Alarm{over(2, 2, 4, 4)}}},
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
