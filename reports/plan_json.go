package reports

import (
	"encoding/json"
	"io"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/alerting"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// PlanSchema names the form of a plan as JSON: fields are added, and what is there keeps its
// meaning, as long as it stays the same.
const PlanSchema = "stormdrill/plan/v1"

// planned is a plan for programs. Times are in seconds; 0 where there is none.
type planned struct {
	Schema     string             `json:"schema"`
	Scenario   string             `json:"scenario"`
	Summary    string             `json:"summary"`
	Seed       uint64             `json:"seed,string"` // a JSON number would lose it
	Network    string             `json:"network"`
	Length     float64            `json:"length_seconds"`
	Containers []plannedContainer `json:"containers"`
	Links      []plannedLink      `json:"links"`
	Published  []plannedPort      `json:"published"`
	Faults     []plannedFault     `json:"faults"`
	Watchers   []plannedWatcher   `json:"watchers"`
	// Monitoring is what the configuration of a monitoring among the targets lets it take.
	Monitoring  []plannedDelay     `json:"monitoring"`
	Timeline    []plannedStep      `json:"timeline"`
	Objectives  []plannedObjective `json:"objectives"`
	Uncontained []string           `json:"uncontained"`
	Notes       []string           `json:"notes"`
}

type plannedContainer struct {
	Name    string `json:"name"`
	Host    string `json:"host"` // its name as it goes over the wire: in ASCII
	Target  string `json:"target"`
	Address string `json:"address"`
	From    string `json:"from"` // what it is made of, in words
	Ready   string `json:"ready"`
}

type plannedLink struct {
	ID      string `json:"id"`
	From    string `json:"from"`
	To      string `json:"to"`
	Port    uint16 `json:"port"`
	Address string `json:"address"`
	Proxied bool   `json:"proxied"`
	Users   bool   `json:"users"` // a load group's
}

type plannedPort struct {
	Address string `json:"address"` // on this machine's loopback
	Node    string `json:"node"`
	Port    uint16 `json:"port"`
}

type plannedFault struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	What   string   `json:"what"`
	At     float64  `json:"at_seconds"` // from the start of the fault phase
	For    float64  `json:"for_seconds"`
	Share  float64  `json:"share"` // of the load's requests that it can hit at most
	Links  []string `json:"links"`
	Groups []string `json:"groups"` // that can meet it
}

type plannedWatcher struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind"`
	What  string   `json:"what"`
	Unmet []string `json:"unmet"` // faults that it cannot meet
	Local bool     `json:"local"` // the CLI runs or asks it, on its own machine
}

// plannedDelay is how long word of a fault takes to a watcher at most, and of its end; null
// where that is not known, or never comes.
type plannedDelay struct {
	Watcher string        `json:"watcher"`
	Rule    string        `json:"rule"`
	Detect  *float64      `json:"detect_seconds"`
	Clear   *float64      `json:"clear_seconds"`
	Of      []plannedPart `json:"detect"`
	OfClear []plannedPart `json:"clear"`
	Looks   float64       `json:"looks_back_seconds"`
	Unknown string        `json:"unknown"` // why
}

type plannedPart struct {
	Key  string  `json:"key"` // as the monitoring's own configuration has it
	Took float64 `json:"seconds"`
}

// delayed is a delay, whole and in parts.
func delayed(d alerting.Delay) (whole *float64, parts []plannedPart) {
	parts = []plannedPart{}
	for _, p := range d {
		if p.Took > 0 {
			parts = append(parts, plannedPart{p.Key, p.Took.Seconds()})
		}
	}
	if d != nil {
		sum := d.Total().Seconds()
		whole = &sum
	}
	return whole, parts
}

type plannedStep struct {
	At   float64 `json:"at_seconds"` // from the start of the run
	What string  `json:"what"`
}

type plannedObjective struct {
	Name       string   `json:"name"`
	Limit      *float64 `json:"limit_seconds"` // null: the name has it
	Resolution float64  `json:"resolution_seconds"`
	By         string   `json:"by"`
}

// PlanJSON writes a plan for programs, as one line of JSON.
func PlanJSON(w io.Writer, p *plan.Plan) error {
	s := time.Duration.Seconds
	out := planned{Schema: PlanSchema, Scenario: p.Scenario.Name, Summary: p.Scenario.Summary,
		Seed: p.Seed, Network: p.Subnet.String(),
		Length: s(p.Timeline[len(p.Timeline)-1].At), Containers: []plannedContainer{},
		Links: []plannedLink{}, Published: []plannedPort{}, Faults: []plannedFault{},
		Monitoring: []plannedDelay{},
		Watchers:   []plannedWatcher{}, Timeline: []plannedStep{}, Objectives: []plannedObjective{},
		Uncontained: toldInEnglish(p.Uncontained), Notes: toldInEnglish(p.Notes)}
	in := planText{lines: english}
	for _, n := range p.Nodes {
		out.Containers = append(out.Containers,
			plannedContainer{n.Name, n.Host(), n.Target, n.Addr.String(),
				in.List(in.madeOf(n.Spec)), in.readiness(n)})
	}
	for _, l := range p.Switchboard.Links {
		out.Links = append(out.Links, plannedLink{l.ID, l.From, l.To, l.Port, l.Addr.String(),
			l.Proxied, l.Users})
	}
	for _, o := range p.Published {
		out.Published = append(out.Published, plannedPort{o.Address(), o.Node, o.Port})
	}
	for i, f := range p.Faults {
		x := plannedFault{Name: f.Name, Kind: f.Kind, What: f.Fault.String(), At: s(f.At),
			For: s(f.For), Share: f.Share, Links: []string{},
			Groups: some(p.Header.Faults[i].Groups)}
		for _, l := range f.Site.Links {
			x.Links = append(x.Links, l.ID)
		}
		out.Faults = append(out.Faults, x)
	}
	for _, x := range p.Header.Watch {
		out.Watchers = append(out.Watchers, plannedWatcher{x.Name, x.Kind, x.What,
			some(x.Unmet), x.Local})
	}
	for _, x := range p.Monitoring {
		m := plannedDelay{Watcher: x.Watcher, Rule: x.Rule, Looks: s(x.Looks), Unknown: x.Unknown}
		m.Detect, m.Of = delayed(x.Detect)
		m.Clear, m.OfClear = delayed(x.Clear)
		out.Monitoring = append(out.Monitoring, m)
	}
	for _, x := range p.Timeline {
		out.Timeline = append(out.Timeline, plannedStep{s(x.At), x.What.English})
	}
	for _, x := range p.Objectives() {
		var limit *float64
		if x.Limit != 0 || x.Name == "rpo" {
			l := s(x.Limit)
			limit = &l
		}
		out.Objectives = append(out.Objectives,
			plannedObjective{x.Name, limit, s(x.Resolution), x.By.English})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(plainly(out))
}

// some is a list that is none as an empty one.
func some(all []string) []string {
	if all == nil {
		return []string{}
	}
	return all
}

// toldInEnglish is what programs get of texts.
func toldInEnglish(all []link.Text) []string {
	texts := []string{}
	for _, t := range all {
		texts = append(texts, t.English)
	}
	return texts
}
