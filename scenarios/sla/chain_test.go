package sla

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// monitoring is when each step of a chain came, and was over, from the start of the run; never:
// it did not come.
type monitoring struct {
	exported, pending, firing, routed, notified, acknowledged int64

	clear [6]int64 // of each, in that order; of pending and acknowledged there is none
}

// pollEvery is how often the watchers of a chain ask.
const pollEvery = 100 * ms

func (m monitoring) watchers() []timeline.Watcher {
	polled := func(name string, step timeline.Step) timeline.Watcher {
		return timeline.Watcher{Name: name, Kind: "polled", Every: time.Duration(pollEvery),
			WatcherTraits: timeline.WatcherTraits{Polled: true, Step: step}}
	}
	told := timeline.WatcherTraits{Told: true, Step: timeline.StepNotified}
	person := timeline.WatcherTraits{Told: true, Lines: true, Person: true,
		Step: timeline.StepAcknowledged}
	return []timeline.Watcher{polled("query", timeline.StepExported),
		polled("rule", timeline.StepRule), polled("manager", timeline.StepRouted),
		{Name: "pager", Kind: "webhook", WatcherTraits: told},
		{Name: "on-call", Kind: "person", WatcherTraits: person}}
}

// record is a drill whose users all fail from 15 s to 25 s, as the fault is on, seen by a
// monitoring whose answers take a millisecond.
func (m monitoring) record() *timeline.Record {
	s := sim{rate: 100, length: 60 * time.Second, inject: 15 * sec, lift: 25 * sec, seed: 9,
		downs: []down{{15 * sec, 25 * sec, 0.5, "503"}}, watch: m.watchers()}
	r := s.record()
	is := func(at int64, from, to int64) bool {
		return from != never && from <= at && (to == never || at < to)
	}
	for at := int64(0); at < int64(s.length); at += pollEvery {
		answer := func(check string, bad bool, detail string) {
			r.Answers = append(r.Answers, load.Answer{Check: check, Start: t0 + at,
				End: t0 + at + ms, Known: true, Good: !bad, Detail: detail})
		}
		answer("query", is(at, m.exported, m.clear[0]), "")
		stamp := r.Header.Wall.Add(time.Duration(m.pending)).Format(time.RFC3339Nano)
		switch {
		case is(at, m.firing, m.clear[2]):
			answer("rule", true, load.FiringSince+stamp)
		case is(at, m.pending, m.clear[2]):
			answer("rule", false, load.PendingSince+stamp)
		default:
			answer("rule", false, "inactive")
		}
		answer("manager", is(at, m.routed, m.clear[3]), "")
	}
	deliver := func(hook string, at int64, body string) {
		if at != never {
			r.Deliveries = append(r.Deliveries, load.Delivery{Hook: hook, At: t0 + at, Body: body})
		}
	}
	deliver("pager", m.notified, payload("firing", "a", "web:80"))
	deliver("pager", m.clear[4], payload("resolved", "a", "web:80"))
	deliver("on-call", m.acknowledged, "acknowledged")
	return r
}

// payload is one as Alertmanager writes it, of one alert.
func payload(status, name, instance string) string {
	labels := fmt.Sprintf(`"alertname":%q,"instance":%q`, name, instance)
	return payloadOf(status, labels)
}

func payloadOf(status, labels string) string {
	return fmt.Sprintf(`{"status":%q,"groupKey":"g","alerts":[{"status":%q,"labels":{%s}}]}`,
		status, status, labels)
}

// usualMonitoring has each step a second or more behind the one before.
func usualMonitoring() monitoring {
	return monitoring{exported: 16 * sec, pending: 17*sec + 30*ms, firing: 19*sec + 40*ms,
		routed: 19*sec + 350*ms, notified: 20*sec + 5*ms, acknowledged: 31 * sec,
		clear: [6]int64{26 * sec, never, 27*sec + 80*ms, 27*sec + 400*ms, 28*sec + 1, never}}
}

// Each step of a chain is as late as it was, to within its resolution, and back; and what the
// users had until then is what failed until then. It is so whatever the steps' instants.
func TestChainIsAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m monitoring
		at := 15 * sec
		for _, step := range []*int64{&m.exported, &m.pending, &m.firing, &m.routed, &m.notified,
			&m.acknowledged} {
			at += 2*pollEvery + rapid.Int64Range(0, 1_200_000).Draw(t, "µs")*1000
			*step = at
		}
		at = 26 * sec
		m.clear = [6]int64{never, never, never, never, never, never}
		for _, k := range []int{0, 2, 3, 4} {
			at += 2*pollEvery + rapid.Int64Range(0, 2000).Draw(t, "ms")*ms
			m.clear[k] = at
		}
		r := m.record()
		x := Score(r, timeline.Objectives{}).Chains
		if len(x) != 1 || len(x[0].Faults) != 1 || math.Abs(float64(x[0].Impact)-15) > 0.02 ||
			x[0].Clear != 25 {
			t.Fatalf("have %+v", x)
		}
		cost := func(until float64) (failed, users uint64) {
			hit := map[uint32]bool{}
			for q := range r.Requests["users"].All() {
				due := float64(q.Due-t0) / 1e9
				if q.Bad(500*time.Millisecond) && due >= float64(x[0].Impact) && due < until {
					failed, hit[q.User] = failed+1, true
				}
			}
			return failed, uint64(len(hit))
		}
		truth := []int64{m.exported, m.pending, m.firing, m.routed, m.notified, m.acknowledged}
		for i, step := range x[0].Steps {
			is := func(what string, have *Time, since float64, want int64) {
				switch {
				case have == nil || have.Censored:
					t.Fatalf("%s %s: have %+v", step.Step, what, have)
				case math.Abs(since+have.Seconds-float64(want)/1e9) > have.Resolution+1e-5:
					t.Fatalf("%s %s: have %+v, want it at %v", step.Step, what, have, want)
				}
			}
			is("came", step.Time, float64(x[0].Impact), truth[i])
			if math.Abs(step.Behind.Seconds-(step.Time.Seconds-x[0].Ideal.Seconds)) > 1e-5 {
				t.Fatalf("%s: %+v behind, with %+v and %+v", step.Step, step.Behind, step.Time,
					x[0].Ideal)
			}
			if m.clear[i] != never {
				is("was over", step.Clear, 25, m.clear[i])
			} else if step.Clear != nil {
				t.Fatalf("%s was over: %+v", step.Step, step.Clear)
			}
			// A poll may have seen it up to a period later than it was.
			came := float64(x[0].Impact) + step.Time.Seconds
			least, _ := cost(came)
			most, users := cost(came + step.Time.Resolution + 1e-5)
			if c := step.Cost; c == nil || c.AtLeast || c.Failed < least || c.Failed > most ||
				c.Users > users {
				t.Fatalf("%s: cost %+v, want %d to %d, of %d", step.Step, c, least, most, users)
			}
		}
		if s := x[0].Steps[1].Stamped; s == nil ||
			math.Abs(float64(x[0].Impact)+*s-float64(m.pending)/1e9) > 1e-5 {
			t.Fatalf("stamped %v, want %v", s, m.pending)
		}
	})
}

// What no watcher reports stays open, and what did not come is known to be later than the
// fault.
func TestStepsStayOpen(t *testing.T) {
	m := usualMonitoring()
	m.firing, m.routed, m.notified, m.acknowledged = never, never, never, never
	m.clear = [6]int64{26 * sec, never, 27 * sec, never, never, never}
	r := m.record()
	r.Header.Watch = r.Header.Watch[:4] // no person
	r.Answers = append(r.Answers[:0], r.Answers...)
	for i := range r.Answers { // Alertmanager could not be asked
		r.Answers[i].Known = r.Answers[i].Check != "manager"
	}
	x := Score(r, timeline.Objectives{}).Chains[0].Steps
	if s := x[1]; s.Time == nil || s.Time.Censored || s.Clear != nil {
		t.Errorf("pending: %+v", s)
	}
	for _, k := range []int{2, 4} { // a rule that did not fire, and a pager that was not notified
		if s := x[k]; s.Time == nil || !s.Time.Censored || s.Cost == nil || !s.Cost.AtLeast ||
			s.Cost.Failed < 400 {
			t.Errorf("%s: %+v, cost %+v", s.Step, s, s.Cost)
		}
	}
	if s := x[3]; len(s.Watchers) != 1 || s.Time != nil || s.Cost != nil {
		t.Errorf("it could not be asked: %+v", s)
	}
	if s := x[5]; len(s.Watchers) != 0 || s.Time != nil || s.Cost != nil {
		t.Errorf("no person is waited for: %+v", s)
	}
	if s := Score(usual().record(), timeline.Objectives{}); len(s.Chains) != 0 ||
		s.Notifications != nil {
		t.Errorf("without monitoring: %+v, %+v", s.Chains, s.Notifications)
	}
}

// A monitoring whose clock is off is reported as such, and its steps are as they were seen.
func TestMonitoringsClockIsOff(t *testing.T) {
	for off, want := range map[time.Duration]Code{0: "", 400 * time.Millisecond: "",
		3 * time.Second: MonitoringAhead, -3 * time.Second: MonitoringBehind} {
		r := usualMonitoring().record()
		r.Header.Wall = r.Header.Wall.Add(-off)
		card := Score(r, timeline.Objectives{})
		if p := card.Chains[0].Steps[1]; math.Abs(p.Time.Seconds-2.03) > p.Time.Resolution+0.02 {
			t.Errorf("%s off: pending after %+v", off, p.Time)
		}
		have := Code("")
		for _, n := range card.Notes {
			have = n.Code
		}
		if have != want || len(card.Notes) > 1 {
			t.Errorf("%s off: have %q", off, lines(card.Notes))
		}
	}
}

// Of a record from before there were steps, what is notified has one by its other traits;
// and a control run has no chain.
func TestChainsOfOtherRecords(t *testing.T) {
	r := usualMonitoring().record()
	for i := range r.Header.Watch {
		r.Header.Watch[i].Step = ""
	}
	x := Score(r, timeline.Objectives{}).Chains
	if len(x) != 1 || x[0].Steps[2].Time != nil || x[0].Steps[4].Time == nil ||
		x[0].Steps[5].Time == nil {
		t.Errorf("have %+v", x)
	}
	s := sim{rate: 100, length: 40 * time.Second, inject: 15 * sec, lift: 25 * sec, control: true,
		watch: usualMonitoring().watchers()}
	if x := Score(s.record(), timeline.Objectives{}).Chains; len(x) != 0 {
		t.Errorf("control run: %+v", x)
	}
}

// placed is a drill in which a balancer asks two nodes, one of which a fault hits, and a
// webhook is notified.
func placed(deliveries ...load.Delivery) *timeline.Record {
	s := sim{rate: 100, length: 60 * time.Second, inject: 15 * sec, lift: 25 * sec, seed: 9,
		downs: []down{{15 * sec, 25 * sec, 0.5, "503"}}, deliveries: deliveries,
		watch: []timeline.Watcher{{Name: "pager", Kind: "webhook", Match: `"alertname"`,
			WatcherTraits: timeline.WatcherTraits{Told: true, Step: timeline.StepNotified}}}}
	r := s.record()
	if len(r.Header.Faults) > 0 {
		r.Header.Faults[0].Nodes = []string{"app-2"}
	}
	for _, l := range []string{"users -> lb:80", "lb -> app-1:80", "lb -> app-2:80",
		"app-1 -> db:5432", "app-1 -> 库.corp:80", "prometheus -> app-1:80", "prometheus -> app-2:80", "watch:alert -> prometheus:9090"} {
		r.Traffic = append(r.Traffic, link.Traffic{Link: l, Connections: 1})
	}
	return r
}

func paged(at int64, body string) load.Delivery {
	return load.Delivery{Hook: "pager", At: t0 + at, Body: body}
}

// toldPager are payloads of an alert each, by the second at which they come: it fires, or, with
// a hyphen, is resolved. A question mark is no alert at all.
func toldPager(all string) (out []load.Delivery) {
	for _, one := range strings.Fields(all) {
		i := strings.IndexAny(one, "-?abc")
		at, _ := strconv.ParseInt(one[:i], 10, 64)
		name, resolved := strings.CutPrefix(one[i:], "-")
		body := payload("firing", name, "app-2:80")
		if resolved {
			body = payload("resolved", name, "app-2:80")
		}
		if name == "?" {
			body = "hello"
		}
		out = append(out, paged(at*sec, body))
	}
	return out
}

// An alert is for the wrong target where its labels name a node that the fault did not touch,
// and none that it hits.
func TestAlertsForTheWrongTarget(t *testing.T) {
	for labels, want := range map[string]int{
		`"instance":"app-2:80"`:                                    0,
		`"instance":"app-1:80"`:                                    1,
		`"instance":"lb:80"`:                                       0, // it asks app-2
		`"instance":"http://lb:80/x","server":"app-1"`:             1,
		`"instance":"db"`:                                          1,
		`"instance":"xn--dxt.corp:80"`:                             1, // as the wire has it
		`"instance":"app-1:80","server":"app-2"`:                   0,
		`"instance":"app-1:80","replica":"prometheus"`:             1,
		`"severity":"page","team":"shop"`:                          0, // no node is named
		`"instance":"elsewhere:80"`:                                0,
		`"instance":"app-1:80"},"fingerprint":"f","annotations":{`: 1,
	} {
		body := payloadOf("firing", `"alertname":"a",`+labels)
		w := Score(placed(paged(17*sec, body)), timeline.Objectives{}).Watchers[0]
		if w.FalseBy != (False{WrongTarget: want}) || w.FalseAlarms != 0 || w.Detect == nil ||
			w.Detect.Censored {
			t.Errorf("%s: have %+v", labels, w)
		}
	}
	r := placed(paged(17*sec, payload("firing", "a", "app-1:80")))
	r.Header.Faults[0].Nodes = nil // which nodes it hits is not known
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy != (False{}) {
		t.Errorf("have %+v", w.FalseBy)
	}
	r = placed(paged(17*sec, payload("firing", "a", "app-2:80")))
	r.Header.Faults[0].Nodes = []string{"lb"} // what is asked behind it is another matter …
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy.WrongTarget != 1 {
		t.Errorf("behind it: have %+v", w.FalseBy)
	}
	r.Proofs[0].Count.Own, r.Proofs[0].Count.Users = true, 0 // … unless a flood goes on to it
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy.WrongTarget != 0 {
		t.Errorf("behind a flood: have %+v", w.FalseBy)
	}
}

// Of a webhook that receives alerts of several names, each name has its own times and false
// alarms.
func TestAlertsByTheirNames(t *testing.T) {
	w := Score(placed(paged(5*sec, payload("firing", "b", "app-2:80")),
		paged(6*sec, payload("resolved", "b", "app-2:80")),
		paged(17*sec, payload("firing", "a", "app-2:80")),
		paged(18*sec, payload("firing", "c", "db")), paged(19*sec, payload("firing", "c", "app-1")),
		paged(20*sec, payload("firing", "", "app-2")), paged(21*sec, "\"alertname\"")),
		timeline.Objectives{}).Watchers[0]
	if len(w.Alerts) != 3 || w.Told != 6 {
		t.Fatalf("have %+v, told %d", w.Alerts, w.Told)
	}
	at := func(a AlertName) float64 {
		if a.Detect == nil || a.Detect.Censored {
			return -1
		}
		return a.Detect.Seconds
	}
	for i, want := range []struct {
		name               string
		told, false, wrong int
		after              float64
	}{{"a", 1, 0, 0, 2}, {"b", 1, 1, 0, -1}, {"c", 2, 0, 2, 3}} {
		have := w.Alerts[i]
		if have.Name != want.name || have.Told != want.told || have.FalseAlarms != want.false ||
			have.WrongTarget != want.wrong || math.Abs(at(have)-want.after) > 0.05 {
			t.Errorf("have %+v after %v, want %+v", have, at(have), want)
		}
	}
	var many []load.Delivery
	for i := range mostAlertNames + 5 {
		many = append(many, paged(17*sec, payload("firing", fmt.Sprint("a", i), "app-2")))
	}
	if w := Score(placed(many...), timeline.Objectives{}).Watchers[0]; len(
		w.Alerts) != mostAlertNames || w.Told != len(many) {
		t.Errorf("%d names, of %d alerts", len(w.Alerts), w.Told)
	}
}

// What is false is counted by when it was raised, each alarm once, beside what came again and
// what was said twice.
func TestFalseAlarmsAreCountedApart(t *testing.T) {
	for name, c := range map[string]struct {
		told string
		want False
	}{
		"none":             {"17a 27-a", False{}},
		"before":           {"5a 6-a 17a", False{Before: 1}},
		"before, twice":    {"5a 6-a 7a 8-a", False{Before: 2, Flaps: 1}},
		"long after":       {"17a 27-a 45b", False{Elsewhere: 1}},
		"flaps":            {"17a 18-a 19a 20-a 21a", False{Flaps: 2}},
		"flaps of one":     {"16b 17a 18-a 19a", False{Flaps: 1}},
		"said again":       {"17a 18a 19b 20a", False{Duplicates: 2}},
		"an end, twice":    {"17a 18-a 19-a", False{}},
		"matching nothing": {"17? 18?", False{}},
	} {
		told := toldPager(c.told)
		card := Score(placed(told...), timeline.Objectives{})
		if w := card.Watchers[0]; w.FalseBy != c.want || w.FalseAlarms != c.want.alarms() {
			t.Errorf("%s: have %+v of %d, want %+v", name, w.FalseBy, w.FalseAlarms, c.want)
		}
		if n := card.Notifications; n == nil || n.Received != len(told) ||
			n.Unmatched != map[bool]int{true: 2}[name == "matching nothing"] {
			t.Errorf("%s: notifications %+v", name, n)
		}
	}
	r := placed(toldPager("16a 17-a")...)
	r.Proofs[0].Count.First = t0 + 20*sec
	edit(r, "users", func(_ int, q *load.Request) {
		if q.Due < t0+20*sec {
			q.Class, q.Status = load.OK, 200
		}
	})
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy != (False{Outlived: 1}) {
		t.Errorf("over before the effect: have %+v", w.FalseBy)
	}
	s := sim{rate: 100, length: 40 * time.Second, inject: 15 * sec, lift: 25 * sec, control: true,
		watch:      placed().Header.Watch,
		deliveries: toldPager("5a 6-a 20b")}
	card := Score(s.record(), timeline.Objectives{})
	if w := card.Watchers[0]; w.FalseBy != (False{Control: 2}) || w.FalseAlarms != 2 {
		t.Errorf("control run: have %+v", w.FalseBy)
	}
}

// Another fault is a reason for an alert to come again.
func TestAnotherFaultIsNoFlap(t *testing.T) {
	r := placed(toldPager("16a 26-a 41a 46-a")...)
	w, want := Score(r, timeline.Objectives{}).Watchers[0], False{Elsewhere: 1, Flaps: 1}
	if w.FalseBy != want {
		t.Errorf("one fault: have %+v", w.FalseBy)
	}
	r.Header.Faults = append(r.Header.Faults, r.Header.Faults[0])
	r.Header.Faults[1].Name = "second"
	for _, m := range []timeline.Mark{{Name: timeline.MarkInject, Before: t0 + 40*sec},
		{Name: timeline.MarkLift, Before: t0 + 45*sec},
		{Name: timeline.MarkClear, Before: t0 + 45*sec}} {
		m.Fault, m.After = "second", m.Before
		r.Marks = append(r.Marks, m)
	}
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy != (False{}) {
		t.Errorf("two faults: have %+v", w.FalseBy)
	}
}

// A fault that comes and goes by itself is one to notice each time.
func TestAnotherOutageIsNoFlap(t *testing.T) {
	r := placed(toldPager("16a 17-a 23a 26-a")...)
	if w := Score(r, timeline.Objectives{}).Watchers[0]; w.FalseBy != (False{Flaps: 1}) {
		t.Errorf("one outage: have %+v", w.FalseBy)
	}
	edit(r, "users", func(_ int, q *load.Request) {
		if q.Due >= t0+17*sec && q.Due < t0+22*sec {
			q.Class, q.Status = load.OK, 200
		}
	})
	card := Score(r, timeline.Objectives{})
	if w := card.Watchers[0]; w.FalseBy != (False{}) || len(card.Outages) != 2 {
		t.Errorf("two outages: have %+v, %+v", w.FalseBy, card.Outages)
	}
}
