package watch

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// payload is a notification as Alertmanager writes it (webhook payload version 4), and
// others after it, Grafana among them: each of its alerts says for itself whether it
// fires.
type payload struct {
	status    string // firing, while any alert of the group does
	group     string // its key
	truncated uint64 // how many alerts of the group are left out
	alerts    []alert
	envelope  string // all but the alerts and what repeats them, as it stands in the body
	whole     bool   // the body does not break off
}

// alert is one of a payload.
type alert struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Fingerprint string            `json:"fingerprint"`

	text string // as it stands in the body
}

// What an alert's status may be.
const (
	statusFiring   = "firing"
	statusResolved = "resolved"
)

// payloadOf reads a notification's body; false where it is none of that kind. Of one
// that breaks off there are the alerts that came whole.
func payloadOf(body string) (p payload, ok bool) {
	d := json.NewDecoder(strings.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return p, false
	}
	var envelope strings.Builder
	defer func() { p.envelope = envelope.String() }()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return p, ok
		}
		name, _ := key.(string)
		if name == "alerts" {
			if ok, err = p.read(d); err != nil || !ok {
				return p, ok
			}
			continue
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return p, ok
		}
		p.says(name, value)
		if slices.Contains(retold, name) {
			continue
		}
		envelope.WriteString(`"` + name + `":` + string(value) + ",")
	}
	_, err := d.Token() // the closing brace
	p.whole = err == nil
	return p, ok
}

// retold is what Grafana adds to a payload: words made of all its alerts, the resolved ones
// too. Matched, they would make each alert one that matches.
var retold = []string{"title", "message"}

// says takes in what is said of all alerts; what is of another form is not said.
func (p *payload) says(name string, value json.RawMessage) {
	switch name {
	case "status":
		_ = json.Unmarshal(value, &p.status)
	case "groupKey":
		_ = json.Unmarshal(value, &p.group)
	case "truncatedAlerts":
		_ = json.Unmarshal(value, &p.truncated)
	}
}

// read reads the alerts; known is false where they are of another kind.
func (p *payload) read(d *json.Decoder) (known bool, err error) {
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return false, err
	}
	known = p.status == statusFiring || p.status == statusResolved
	for d.More() {
		var text json.RawMessage
		if err := d.Decode(&text); err != nil {
			return known, err
		}
		a := alert{text: string(text)}
		if json.Unmarshal(text, &a) != nil || a.Status != statusFiring &&
			a.Status != statusResolved {
			return false, nil
		}
		known, p.alerts = true, append(p.alerts, a)
	}
	_, err = d.Token()
	return known, err
}

// key distinguishes an alert from others: its fingerprint, else its labels.
func (a alert) key() string {
	if a.Fingerprint != "" {
		return a.Fingerprint
	}
	labels, _ := json.Marshal(a.Labels) // sorted; cannot fail
	return string(labels)
}

// complete reports whether the payload has all alerts of its group.
func (p payload) complete() bool { return p.whole && p.truncated == 0 }

// mostAlerts is how many alerts that fire are told apart; where there are more, none is
// known to be over any longer.
const mostAlerts = 10_000

// firing are the alerts of one webhook that fire, by their keys, with the group that each
// last came in. A group that did not come as a whole stands for the rest of it.
type firing map[string]string

// change is called with what fires now, or does no longer, by its key.
type change func(key string, labels map[string]string, fires bool)

// take takes a payload in, and passes on each change: an alert's state is the last that was
// sent. It reports whether anything in it counts: an alert that matches, or the end of one
// that did.
func (f firing) take(p payload, matches func(string) bool, changed change) (counts bool) {
	envelope := matches(p.envelope)
	for _, a := range p.alerts {
		key := "alert " + a.key()
		_, on := f[key]
		matched := envelope || matches(a.text)
		counts = counts || matched || on
		switch {
		case a.Status == statusResolved:
			f.end(key, changed)
		case matched && (on || len(f) < mostAlerts):
			f.begin(key, p.group, a.Labels, changed)
		case matched:
			f.begin(tooMany, "", nil, changed)
		}
	}
	return f.rest(p, counts || envelope, changed) || counts
}

func (f firing) begin(key, group string, labels map[string]string, changed change) {
	if _, on := f[key]; !on {
		changed(key, labels, true)
	}
	f[key] = group
}

func (f firing) end(key string, changed change) {
	if _, on := f[key]; on {
		delete(f, key)
		changed(key, nil, false)
	}
}

const tooMany = "more"

// rest keeps account of what a payload leaves out: while its group fires, something there
// may; once the group is resolved, or came as a whole, nothing does.
func (f firing) rest(p payload, counts bool, changed change) bool {
	left := "rest of " + p.group
	switch {
	case p.complete():
		if p.group != "" { // else it need not be the same one
			f.end(left, changed)
		}
		return false
	case p.status == statusResolved:
		if p.whole && p.group != "" {
			for _, key := range slices.Sorted(maps.Keys(f)) {
				if f[key] == p.group {
					f.end(key, changed)
				}
			}
		}
		return false
	case counts:
		f.begin(left, p.group, nil, changed)
	}
	return counts
}
