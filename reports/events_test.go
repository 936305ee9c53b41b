package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// rehearsal is every kind of event, as a program gets them.
func rehearsal(w *bytes.Buffer) error {
	e := NewEvents(w)
	turn := 3
	e.Campaign("bad-lb-node", campaign.Design{Runs: 12, Allowed: 1, Controls: 2, Seed: 7}, "out")
	e.Run("bad-lb-node", false, 7, &turn, "out/003", 40*time.Second)
	e.Say(timeline.Note{Text: "starting targets"})
	e.Phase("fault", 10*time.Second)
	s := timeline.State{Seen: timeline.Seen{Rate: 99.5, Success: 0.9, P99: 12 * time.Millisecond},
		Faults: []string{"bad-node"}, Biting: true,
		Alarms: []timeline.Woken{{Watcher: "balancer", Since: time.Now()}},
		Turns: []timeline.Turn{{At: time.Now(), What: timeline.OfFault, Name: "bad-node", On: true},
			{At: time.Now(), What: timeline.OfWatcher, Name: "balancer", On: true}}}
	e.Update(s)
	s.Turns = []timeline.Turn{{At: time.Now(), What: timeline.OfFault, Name: "bad-node"},
		{At: time.Now(), What: timeline.OfWatcher, Name: "balancer"}}
	e.Update(s) // within the same second: no further progress
	e.Phase("fault", 10*time.Second)
	time.Sleep(time.Second)
	e.Update(timeline.State{Seen: timeline.Seen{Success: 1}})
	e.Close()
	e.Update(timeline.State{}) // nothing goes on
	e.Failed("two", errors.New("no engine"))
	c, _ := rehearsed(2)
	return errors.Join(e.Verdict(card(), "out/003"), e.CampaignVerdict(c, "out"))
}

// What a program gets is a golden file, each line as the schema says, and each event of the
// schema is among them.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		if err := rehearsal(&b); err != nil {
			t.Fatal(err)
		}
		wantGolden(t, "events.ndjson", b.Bytes())
	})
}

func TestEventsKeepTheirSchema(t *testing.T) {
	s := compiled(t, "events.schema.json", EventsSchema)
	var b bytes.Buffer
	if err := rehearsal(&b); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(b.String()) {
		valid(t, s, line, []byte(line))
		var e struct {
			Event string    `json:"event"`
			At    time.Time `json:"at"`
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.At.IsZero() {
			t.Errorf("%v: %s", err, line)
		}
		seen[e.Event] = true
	}
	for _, x := range allEvents {
		if !seen[x.name] {
			t.Errorf("no event %s", x.name)
		}
	}
	for _, wrong := range []string{`{}`, `{"event":"phase","at":"x","name":"fault"}`,
		`{"event":"phase","at":"x","name":"fault","length_seconds":1,"more":1}`,
		`{"event":"stage","at":"x","name":"fault","length_seconds":1}`} {
		var doc any
		if err := json.Unmarshal([]byte(wrong), &doc); err != nil {
			t.Fatal(err)
		}
		if s.Validate(doc) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

// A stream that cannot be written is an error of the run's end.
func TestEventsBesideAFullDisk(t *testing.T) {
	e := NewEvents(failing{})
	e.Say(timeline.Note{Text: "x"})
	if e.Verdict(sla.Scorecard{}, "") == nil {
		t.Error("no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }
