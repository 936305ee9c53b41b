package watch

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// written is a line of a node's log.
type written struct {
	node, text string
	at         int64
}

// deliveredOf gives a log watcher lines, and what it delivered of them.
func deliveredOf(t *testing.T, g *Log, lines []written) (delivered []load.Delivery, notes []string) {
	t.Helper()
	done := make(chan bool)
	l, err := StartLocal(map[string]Kind{"pages": g}, Sink{
		Now:     wire.Now,
		Deliver: func(d load.Delivery) { delivered = append(delivered, d) },
		Note:    func(watcher, text string, _ ...string) { notes = append(notes, watcher+": "+text) },
		Lines: func(_ context.Context, target string, take func(node, text string, at int64)) error {
			defer close(done)
			if target != g.Of {
				t.Errorf("the log of %s is read", target)
			}
			for _, w := range lines {
				take(w.node, w.text, w.at)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
	l.Stop()
	return delivered, notes
}

// Only lines that change something are delivered, and the record says of them what the
// watcher found as they came: each node has alarms of its own, and no line is a payload of
// alerts.
func TestLog(t *testing.T) {
	const payload = `{"status":"firing","alerts":[{"status":"firing","labels":{"a":"b"}}]}`
	g := &Log{Of: "app", Match: "lost|firing", Clear: "back|resolved"}
	for name, c := range map[string]struct {
		clear     string
		lines     []written
		delivered []int // places in lines
		want      []Alarm
	}{
		"from the first that matches": {g.Clear, []written{{"app", "hello", 1}, {"app", "lost", 2},
			{"app", "lost again", 3}, {"app", "hello", 4}, {"app", "back", 5}, {"app", "back", 6},
			{"app", "lost", 7}}, []int{1, 4, 6}, []Alarm{{Raised: Span{2, 2}, Content: Span{5, 5},
			Over: true}, {Raised: Span{7, 7}}}},
		"an end wins, and alone says nothing": {g.Clear, []written{{"app", "back", 1}, {"app",
			"lost and back", 2}}, nil, nil},
		"without an end": {"", []written{{"app", "lost", 1}, {"app", "back", 2}, {"app", "lost",
			3}}, []int{0}, []Alarm{{Raised: Span{1, 1}}}},
		"replicas": {g.Clear, []written{{"app-1", "lost", 1}, {"app-2", "lost", 2}, {"app-1",
			"back", 3}, {"app-2", "back", 4}}, []int{0, 1, 2, 3}, []Alarm{{Raised: Span{1, 1},
			Content: Span{4, 4}, Over: true}}},
		"alerts": {g.Clear, []written{{"app", payload, 1}, {"app", "back", 2}}, []int{0, 1},
			[]Alarm{{Raised: Span{1, 1}, Content: Span{2, 2}, Over: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			delivered, notes := deliveredOf(t, &Log{Of: "app", Match: g.Match, Clear: c.clear}, c.lines)
			var want []load.Delivery
			for _, i := range c.delivered {
				w := c.lines[i]
				want = append(want, load.Delivery{Hook: "pages", From: w.node, At: w.at,
					Body: w.text})
			}
			if !reflect.DeepEqual(delivered, want) || len(notes) > 0 {
				t.Errorf("delivered %+v, want %+v; notes %q", delivered, want, notes)
			}
			n := Notice(timeline.Watcher{Name: "pages", WatcherTraits: g.Traits(), Match: g.Match,
				Resolved: c.clear}, &timeline.Record{Deliveries: delivered})
			if !reflect.DeepEqual(n.Alarms, c.want) || n.Ends != (c.clear != "") {
				t.Errorf("have %+v, want %+v", n, c.want)
			}
		})
	}
}

// A log that never stops changing fills no record, and that is reported once.
func TestLogIsBounded(t *testing.T) {
	var lines []written
	for i := range 2*load.MostDeliveries + 10 {
		lines = append(lines, written{"app", []string{"lost", "back"}[i%2], int64(i)})
	}
	delivered, notes := deliveredOf(t, &Log{Of: "app", Match: "lost", Clear: "back"}, lines)
	if len(delivered) != load.MostDeliveries || len(notes) != 1 ||
		!strings.Contains(notes[0], "100000 times") {
		t.Errorf("%d delivered, notes %q", len(delivered), notes)
	}
}

// Where a log cannot be read nothing is known, and it is tried again.
func TestLogThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var notes []string
		var answers []load.Answer
		var delivered []load.Delivery
		tries := 0
		l, err := StartLocal(map[string]Kind{"pages": &Log{Of: "app", Match: "lost"}}, Sink{
			Now:     wire.Now,
			Deliver: func(d load.Delivery) { delivered = append(delivered, d) },
			Answer: func(a load.Answer) {
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, a)
			},
			Note: func(_, text string, _ ...string) { notes = append(notes, text) },
			Lines: func(ctx context.Context, _ string, take func(node, text string, at int64)) error {
				if tries++; tries < 3 {
					return fmt.Errorf("log of app: %w", errors.New("no such driver"))
				}
				take("app", "lost", 5)
				<-ctx.Done()
				return ctx.Err()
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second) // of the bubble
		l.Stop()
		if len(answers) != 2 || answers[0].Known || answers[0].Check != "pages" ||
			answers[1].Start-answers[0].Start != int64(logAgain) || len(notes) != 2 ||
			notes[0] != "the log of app cannot be read: log of app: no such driver" ||
			len(delivered) != 1 {
			t.Errorf("answers %+v, notes %q, delivered %+v", answers, notes, delivered)
		}
	})
}
