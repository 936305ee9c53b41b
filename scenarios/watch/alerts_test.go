package watch

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// sent is one alert of a payload, for tests.
type sent struct {
	name   string
	firing bool
}

// alertmanager writes a payload as Alertmanager 0.27 does, its keys in the same order.
func alertmanager(all []sent, bare bool, more string) string {
	group, alerts := statusResolved, []string{}
	for _, a := range all {
		status, fingerprint := statusResolved, fmt.Sprintf("%016x", len(a.name))+a.name
		if a.firing {
			status, group = statusFiring, statusFiring
		}
		if bare {
			fingerprint = ""
		}
		alerts = append(alerts, fmt.Sprintf(`{"status":%q,"labels":{"severity":"page","alertname":%q},"annotations":{"summary":"firing, then resolved"},"startsAt":"2026-01-02T03:04:05Z","fingerprint":%q}`,
			status, a.name, fingerprint))
	}
	return fmt.Sprintf(`{"receiver":"drill","status":%q,"alerts":[%s],"groupLabels":{},"commonLabels":{"severity":"page"},"externalURL":"http://am","version":"4","groupKey":"{}:{}","truncatedAlerts":0%s}`,
		group, strings.Join(alerts, ","), more)
}

// grafana writes a payload as Grafana 11 does: Alertmanager's with keys of its own, of
// which title and message repeat all its alerts.
func grafana(all ...sent) string {
	group, alerts, message := statusResolved, []string{}, ""
	for _, a := range all {
		status := statusResolved
		if a.firing {
			status, group = statusFiring, statusFiring
		}
		message += fmt.Sprintf("**%s**\\n\\nValue: B=22, C=1\\nLabels:\\n - alertname = %s\\n", status, a.name)
		alerts = append(alerts, fmt.Sprintf(`{"status":%q,"labels":{"alertname":%q,"grafana_folder":"shop"},"annotations":{},"startsAt":"2026-01-02T03:04:05Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://grafana/alerting/grafana/d/view?orgId=1","fingerprint":"f%s","silenceURL":"http://grafana/alerting/silence/new","dashboardURL":"","panelURL":"","values":{"B":22,"C":1},"valueString":"[ var='B' value=22 ]","orgId":1}`,
			status, a.name, a.name))
	}
	return fmt.Sprintf(`{"receiver":"drill","status":%q,"alerts":[%s],"groupLabels":{},"commonLabels":{"grafana_folder":"shop"},"commonAnnotations":{},"externalURL":"http://grafana/","appVersion":"11.6.0","version":"1","groupKey":"{}:{}","truncatedAlerts":0,"orgId":1,"title":"[%s] %s","state":"alerting","message":"%s"}`,
		group, strings.Join(alerts, ","), group, all[0].name, message)
}

// The largest payloads are read, and cut at any byte they give what came whole.
func TestLargePayloads(t *testing.T) {
	var all []sent
	for i := range 500 {
		all = append(all, sent{fmt.Sprintf("a%d", i), true})
	}
	body := alertmanager(all, false, "")
	var many []sent
	for n := len(body); n < load.MostDelivery-len(body); n += len(body) {
		many = append(many, all...)
	}
	if p, ok := payloadOf(alertmanager(many, false, "")); !ok || !p.whole || len(p.alerts) != len(many) {
		t.Errorf("%d alerts of %d", len(p.alerts), len(many))
	}
	for _, cut := range []int{len(body) / 3, len(body) / 2, len(body) - 1} {
		n := webhook(timeline.Watcher{}, body[:cut])
		if p, ok := payloadOf(body[:cut]); !ok || p.whole || len(n.Alarms) != 1 ||
			len(n.Told) < len(p.alerts) {
			t.Errorf("cut at %d: %v, whole %v, %d alarms, %d alerts", cut, ok, p.whole, len(n.Alarms),
				len(n.Told))
		}
	}
	deep := `{"status":"firing","alerts":[` + strings.Repeat("[", load.MostDelivery-64)
	if n := webhook(timeline.Watcher{}, deep); len(n.Told) > 1 {
		t.Errorf("of what is nested deeply: %+v", n.Told)
	}
}

// webhook is a detector that takes deliveries, one a nanosecond.
func webhook(w timeline.Watcher, bodies ...string) Noticed {
	w.Name, w.WatcherTraits = "w", (&Webhook{}).Traits()
	r := &timeline.Record{}
	for i, b := range bodies {
		r.Deliveries = append(r.Deliveries, load.Delivery{Hook: "w", At: int64(i + 1), Body: b})
	}
	return Notice(w, r)
}

// Whatever payloads come, of 1 to 500 alerts, in any order, repeated, partly resolved: an
// alarm is on exactly while an alert fires by what was said of it last; each alert fires for
// the stretches that were said of it, and a payload that changes nothing, while any fires, is
// one too many.
func TestAlertsAsTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.IntRange(1, 500).Draw(t, "names")
		bare := rapid.Bool().Draw(t, "without fingerprints")
		one := rapid.Custom(func(t *rapid.T) sent {
			return sent{fmt.Sprintf("a%d", rapid.IntRange(0, names-1).Draw(t, "alert")),
				rapid.Bool().Draw(t, "firing")}
		})
		var bodies []string
		var want []Alarm
		var repeats []int64
		state, stretches := map[string]bool{}, map[string][]Alarm{}
		for range rapid.IntRange(1, 8).Draw(t, "payloads") {
			all := rapid.SliceOfN(one, 1, 500).Draw(t, "alerts")
			if rapid.Bool().Draw(t, "all resolved") {
				for i := range all {
					all[i].firing = false
				}
			}
			for range rapid.IntRange(1, 2).Draw(t, "times") {
				bodies = append(bodies, alertmanager(all, bare, ""))
				at, changed := Span{int64(len(bodies)), int64(len(bodies))}, false
				for _, a := range all {
					switch own := stretches[a.name]; {
					case a.firing && !state[a.name]:
						stretches[a.name], changed = append(own, Alarm{Raised: at}), true
					case !a.firing && state[a.name]:
						own[len(own)-1].Content, own[len(own)-1].Over, changed = at, true, true
					}
					state[a.name] = a.firing
				}
				on := slices.Contains(slices.Collect(maps.Values(state)), true)
				if on && !changed {
					repeats = append(repeats, at.After)
				}
				switch open := len(want) > 0 && !want[len(want)-1].Over; {
				case on && !open:
					want = append(want, Alarm{Raised: at})
				case !on && open:
					want[len(want)-1].Content, want[len(want)-1].Over = at, true
				}
			}
		}
		have := webhook(timeline.Watcher{}, bodies...)
		own := map[string][]Alarm{}
		for _, x := range have.Told {
			own[x.Labels["alertname"]] = append(own[x.Labels["alertname"]], x.Alarm)
		}
		if !reflect.DeepEqual(own, stretches) {
			t.Fatalf("alerts: have %+v\nwant %+v", own, stretches)
		}
		have.Told = nil
		if !reflect.DeepEqual(have, Noticed{Alarms: want, Repeats: repeats, Asked: len(bodies),
			Ends: true}) {
			t.Fatalf("have %+v\nwant %+v, again %v", have, want, repeats)
		}
	})
}

func TestAlertsOfAWebhook(t *testing.T) {
	on, off := sent{"HighErrors", true}, sent{"HighErrors", false}
	other, otherOff := sent{"DiskFull", true}, sent{"DiskFull", false}
	body := func(all ...sent) string { return alertmanager(all, false, "") }
	cut := func(s string) string { return s[:strings.LastIndex(s, `{"status"`)] }
	words := timeline.Watcher{Match: `"status": ?"firing"`, Resolved: `"status": ?"resolved"`}
	for name, c := range map[string]struct {
		watcher timeline.Watcher
		bodies  []string
		content string // after each
		asked   int
	}{
		"resolved beside one that fires": {words,
			[]string{body(on, other), body(off, other), body(off, otherOff)}, "--+", 3},
		"resolved only raises nothing": {timeline.Watcher{}, []string{body(off)},
			"+", 1},
		"another alert": {timeline.Watcher{Match: "HighErrors"},
			[]string{body(other), body(on), body(other), body(off)}, "+--+", 2},
		"what is said of all": {timeline.Watcher{Match: `"receiver":"drill"`},
			[]string{body(on), body(off)}, "-+", 2},
		"said of another receiver": {timeline.Watcher{Match: `"receiver":"team-b"`},
			[]string{body(on)}, "+", 0},
		"a body that breaks off": {timeline.Watcher{},
			[]string{cut(body(off, on)), body(off, otherOff)}, "--", 2},
		"resolved, and breaks off": {timeline.Watcher{},
			[]string{cut(body(off, otherOff))}, "+", 1},
		"some left out": {timeline.Watcher{},
			[]string{strings.NewReplacer(`"status":"resolved","alerts"`,
				`"status":"firing","alerts"`, `"truncatedAlerts":0`,
				`"truncatedAlerts":3`).Replace(body(off)), body(off, otherOff)}, "-+", 2},
		"a group of which some were left out is resolved": {timeline.Watcher{},
			[]string{body(on, other), strings.Replace(body(off), `"truncatedAlerts":0`,
				`"truncatedAlerts":1`, 1)}, "-+", 2},
		"words, and alerts": {timeline.Watcher{Match: "firing",
			Resolved: "all clear"}, []string{"firing!", body(off), "all clear"}, "--+", 3},
		"more left out than an int has": {timeline.Watcher{},
			[]string{strings.Replace(body(on), `"truncatedAlerts":0`,
				`"truncatedAlerts":18446744073709551615`, 1), body(off)}, "-+", 2},
		"Grafana's words of all alerts": {timeline.Watcher{Match: "HighErrors"},
			[]string{grafana(on, other), grafana(off, other), grafana(off, otherOff)}, "-++", 3},
		"Grafana's labels of all": {timeline.Watcher{Match: `"orgId":1`},
			[]string{grafana(on, other), grafana(off, other), grafana(off, otherOff)}, "--+", 3},
		"no list of alerts": {words,
			[]string{`{"status":"firing"}`, `{"status": "resolved", "alerts": 3}`}, "-+", 2},
		"alerts of some kind": {words,
			[]string{`{"alerts":[{"status":"firing"},{"status":"resolved"},{"status":"odd"}]}`},
			"+", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.watcher.Name, c.watcher.WatcherTraits = "w", (&Webhook{}).Traits()
			f := Follow(c.watcher)
			content := ""
			for _, b := range c.bodies {
				f.Delivery(load.Delivery{Hook: "w", Body: b})
				content += map[bool]string{true: "+", false: "-"}[f.Content()]
			}
			if content != c.content || f.Asked != c.asked {
				t.Errorf("content %s of %d, want %s of %d", content, f.Asked, c.content, c.asked)
			}
		})
	}
}

// The alerts of one name are one: it fires while any of them does.
func TestAlertsByName(t *testing.T) {
	body := func(status, name, instance string) string {
		return fmt.Sprintf(`{"alerts":[{"status":%q,"labels":{"alertname":%q,"instance":%q}}]}`,
			status, name, instance)
	}
	n := webhook(timeline.Watcher{}, body("firing", "b", "1"), body("firing", "a", "1"),
		body("firing", "a", "2"), body("resolved", "a", "1"), body("resolved", "a", "2"),
		body("firing", "a", "1"), body("firing", "", "1"))
	named := n.Named()
	if len(named) != 2 || named[0].Name != "a" || named[1].Name != "b" || n.Differing() != 4 {
		t.Fatalf("have %+v of %d", named, n.Differing())
	}
	at := func(ns int64) Span { return Span{ns, ns} }
	want := []Alarm{{Raised: at(2), Content: at(5), Over: true}, {Raised: at(6)}}
	if a := named[0]; !reflect.DeepEqual(a.Alarms, want) || len(a.Told) != 3 || a.Differing() != 2 {
		t.Errorf("have %+v\nwant %+v", a, want)
	}
	if b := named[1]; len(b.Alarms) != 1 || b.Content() {
		t.Errorf("have %+v", b)
	}
}

// Beyond so many alerts nothing is known to be over, and little is kept.
func TestAlertsAreBounded(t *testing.T) {
	f := firing{}
	any := func(string) bool { return true }
	ignored := func(string, map[string]string, bool) {}
	many := func(status string) (p payload) {
		p = payload{status: status, whole: true}
		for i := range mostAlerts + 5 {
			p.alerts = append(p.alerts, alert{Status: status, Fingerprint: fmt.Sprint(i)})
		}
		return p
	}
	f.take(many(statusFiring), any, ignored)
	if len(f) != mostAlerts+1 {
		t.Errorf("%d are kept", len(f))
	}
	f.take(many(statusResolved), any, ignored)
	if len(f) != 1 {
		t.Errorf("%d are left: more fired than were kept", len(f))
	}
}

// FuzzPayload holds that no body takes the program down, and that what is read of one
// is valid JSON.
func FuzzPayload(f *testing.F) {
	for _, s := range []string{alertmanager([]sent{{"a", true}}, false, ""), `{"alerts":[`, `{"alerts":[{}]}`, `{"status":1,"alerts":[]}`, "[]", "{}", "firing"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		p, ok := payloadOf(body)
		for _, a := range p.alerts {
			if !json.Valid([]byte(a.text)) || ok && a.key() == "" {
				t.Fatalf("%+v", a)
			}
		}
		webhook(timeline.Watcher{}, body)
	})
}
