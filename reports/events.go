package reports

import (
	"encoding/json"
	"io"
	"reflect"
	"sync"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// EventsVersion is that of the event stream's contract, docs/events.md.
const EventsVersion = "stormdrill/events/v1"

// Events writes how drills go as a stream of events, each a line of JSON, for a program. It
// is where a drill is shown to (run.Console), like Live.
type Events struct {
	mu    sync.Mutex
	w     io.Writer
	phase string
	last  time.Time // of the last progress
	err   error
}

// NewEvents writes to w.
func NewEvents(w io.Writer) *Events { return &Events{w: w} }

// Event is what each line has.
type Event struct {
	Kind string `json:"event"` // which it is
	At   string `json:"at"`    // the wall clock, RFC 3339
}

// The events.
type (
	eventRun struct {
		Event
		Schema   string  `json:"schema"`
		Scenario string  `json:"scenario"`
		Control  bool    `json:"control"`
		Seed     uint64  `json:"seed,string"`
		Turn     *int    `json:"turn"` // of a campaign: its number; null: it is none of one
		Dir      string  `json:"dir"`  // the evidence
		Length   float64 `json:"length_seconds"`
	}
	eventMessage struct {
		Event
		Text string `json:"text"`
	}
	eventPhase struct {
		Event
		Name   string  `json:"name"`
		Length float64 `json:"length_seconds"` // as planned
	}
	eventProgress struct {
		Event
		Phase   string   `json:"phase"`
		Rate    float64  `json:"rate"` // requests per second, over the last one
		Success float64  `json:"success"`
		P99     float64  `json:"p99_seconds"`
		Faults  []string `json:"faults"` // injected now
		Biting  bool     `json:"biting"` // one of them was seen to touch users' traffic
		Alarms  []string `json:"alarms"` // watchers that are not content
	}
	eventFault struct {
		Event
		Name  string `json:"name"`
		State string `json:"state"` // "injected", "lifted"
	}
	eventWatcher struct {
		Event
		Name  string `json:"name"`
		State string `json:"state"` // "alarm", "content"
	}
	eventVerdict struct {
		Event
		Scenario string      `json:"scenario"`
		Run      string      `json:"run"`
		Control  bool        `json:"control"`
		Verdict  sla.Verdict `json:"verdict"`
		Reasons  []sla.Said  `json:"reasons"`
		Dir      string      `json:"dir"`
	}
	eventFailed struct {
		Event
		Scenario string `json:"scenario"`
		Text     string `json:"text"`
	}
	eventCampaign struct {
		Event
		Schema   string `json:"schema"`
		Scenario string `json:"scenario"`
		Seed     uint64 `json:"seed,string"`
		Runs     int    `json:"runs"`
		Allowed  int    `json:"allowed"`
		Controls int    `json:"controls"`
		Dir      string `json:"dir"`
	}
	eventCampaignVerdict struct {
		Event
		Scenario     string      `json:"scenario"`
		Verdict      sla.Verdict `json:"verdict"`
		Reasons      []sla.Said  `json:"reasons"`
		Kept         int         `json:"kept"`
		Missed       int         `json:"missed"`
		Inconclusive int         `json:"inconclusive"`
		Left         int         `json:"left"`
		Dir          string      `json:"dir"`
	}
)

// allEvents are those of the contract, by their names.
var allEvents = []struct {
	name string
	of   any
}{
	{"run", eventRun{}}, {"message", eventMessage{}}, {"phase", eventPhase{}},
	{"progress", eventProgress{}}, {"fault", eventFault{}}, {"watcher", eventWatcher{}},
	{"verdict", eventVerdict{}}, {"failed", eventFailed{}}, {"campaign", eventCampaign{}},
	{"campaign-verdict", eventCampaignVerdict{}},
}

func eventNow(name string) Event { return eventAt(name, time.Now()) }

func eventAt(name string, at time.Time) Event {
	return Event{name, at.UTC().Format("2006-01-02T15:04:05.000Z")}
}

// Run says that a run begins: which, for how long at least, and where its evidence will be.
// Turn is its number in a campaign, or nil.
func (e *Events) Run(scenario string, control bool, seed uint64, turn *int, dir string,
	length time.Duration) {
	e.emit(eventRun{eventNow("run"), EventsVersion, scenario, control, seed, turn, dir,
		length.Seconds()})
}

// Say reports what is being prepared, or went wrong.
func (e *Events) Say(n timeline.Note) { e.emit(eventMessage{eventNow("message"), n.Text}) }

// Pulling reports a pull that takes its time, and of its end, as messages.
func (e *Events) Pulling(p timeline.Pull) {
	e.mu.Lock()
	began := !e.last.IsZero()
	due := p.Over || time.Since(e.last) >= plainEvery
	if due {
		e.last = time.Now()
	}
	e.mu.Unlock()
	if due && began && p.Layers > 0 {
		e.emit(eventMessage{eventNow("message"), english.pulling(p)})
	}
}

// Phase begins a phase of a planned length; the same one again changes nothing.
func (e *Events) Phase(name string, length time.Duration) {
	e.mu.Lock()
	same := e.phase == name
	e.phase, e.last = name, time.Time{}
	e.mu.Unlock()
	if !same && name != "" {
		e.emit(eventPhase{eventNow("phase"), name, length.Seconds()})
	}
}

// Update reports what turned, and once a second how it goes.
func (e *Events) Update(s timeline.State) {
	for _, t := range s.Turns {
		switch t.What {
		case timeline.OfFault:
			e.emit(eventFault{eventAt("fault", t.At), t.Name, either(t.On, "injected", "lifted")})
		case timeline.OfWatcher:
			e.emit(eventWatcher{eventAt("watcher", t.At), t.Name, either(t.On, "alarm", "content")})
		}
	}
	e.mu.Lock()
	phase, due := e.phase, e.phase != "" && time.Since(e.last) >= time.Second
	if due {
		e.last = time.Now()
	}
	e.mu.Unlock()
	if !due {
		return
	}
	alarms := []string{}
	for _, w := range s.Alarms {
		alarms = append(alarms, w.Watcher)
	}
	e.emit(eventProgress{eventNow("progress"), phase, s.Rate, s.Success, s.P99.Seconds(),
		append([]string{}, s.Faults...), s.Biting, alarms})
}

// Close ends a run's phases.
func (e *Events) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.phase = ""
}

// Verdict says how a run ended. It gives the first failure to write any event.
func (e *Events) Verdict(c sla.Scorecard, dir string) error {
	return e.emit(eventVerdict{eventNow("verdict"), c.Scenario, c.Run, c.Control, c.Verdict,
		append([]sla.Said{}, c.Reasons...), dir})
}

// Failed says that a drill ended without a verdict.
func (e *Events) Failed(scenario string, why error) {
	e.emit(eventFailed{eventNow("failed"), scenario, why.Error()})
}

// Campaign says that a campaign begins.
func (e *Events) Campaign(scenario string, d campaign.Design, dir string) {
	e.emit(eventCampaign{eventNow("campaign"), EventsVersion, scenario, d.Seed, d.Runs, d.Allowed,
		d.Controls, dir})
}

// CampaignVerdict says how a campaign ended. It gives the first failure to write any event.
func (e *Events) CampaignVerdict(c campaign.Card, dir string) error {
	return e.emit(eventCampaignVerdict{eventNow("campaign-verdict"), c.Scenario, c.Verdict,
		append([]sla.Said{}, c.Reasons...), c.Kept, c.Missed, c.Inconclusive, c.Left, dir})
}

// emit writes an event as one line, and gives the first failure to write any.
func (e *Events) emit(of any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	to := json.NewEncoder(e.w)
	to.SetEscapeHTML(false)
	v := reflect.New(reflect.TypeOf(of)).Elem()
	v.Set(changedCopy(reflect.ValueOf(of), Plain))
	if err := to.Encode(worded(v).Interface()); err != nil && e.err == nil {
		e.err = err
	}
	return e.err
}

func either(is bool, one, other string) string {
	if is {
		return one
	}
	return other
}

// EventsSchema is the JSON Schema (2020-12) of one line of the stream.
func EventsSchema() ([]byte, error) {
	all := &jsonschema.Schema{Version: jsonschema.Version, Title: EventsVersion,
		ID:          jsonschema.ID("https://github.com/stormdrill/" + EventsVersion),
		Definitions: jsonschema.Definitions{}}
	for _, x := range allEvents {
		s := described(x.of)
		fix(s, "event", x.name)
		fix(s, "schema", EventsVersion)
		for name, d := range s.Definitions {
			all.Definitions[name] = d
		}
		s.Version, s.Definitions, s.Title = "", nil, x.name
		all.OneOf = append(all.OneOf, s)
	}
	return json.MarshalIndent(all, "", "  ")
}
