package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// tape streams what the nodes tell into the record, and shows it to the two who
// look on: the guard of the abort condition and the live line. Its first
// failure to write is kept, and ends the drill.
type tape struct {
	path   string
	w      *timeline.Writer
	broken chan error // gives the first failure

	mu     sync.Mutex
	early  []func() error // said before the record's header was known
	header bool
	err    error
	slow   map[string]time.Duration // τ by group
	guard  *engine.Guard
	pulse  engine.Pulse
	window *timeline.Window
	fired  []string       // "bad-node" once it touched users' traffic
	latest []load.Request // of the block that came last; reused

	steering atomic.Pointer[steering] // hears answers and notifications too; nil: nobody does
}

func newTape(path string) (*tape, error) {
	w, err := timeline.Create(path)
	if err != nil {
		return nil, err
	}
	return &tape{path: path, w: w, broken: make(chan error, 1), window: timeline.NewWindow(time.Second)}, nil
}

// plan tells the tape whose requests it will see.
func (t *tape) plan(p *scenarios.Plan) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slow = map[string]time.Duration{}
	for _, g := range p.Header.Groups {
		if !g.Reference { // how the users fare is not theirs
			t.slow[g.Name] = g.Slow
		}
	}
	if a := p.Scenario.Abort; a != nil {
		c, err := engine.ParseCondition(a.When)
		if err != nil {
			t.keep(err) // cannot be: the plan checked it
			return
		}
		t.guard = engine.NewGuard(c)
	}
}

// abort is where the guard says that its condition held; nil without one.
func (t *tape) abort() <-chan string {
	if t.guard == nil {
		return nil
	}
	return t.guard.C
}

// begun reports whether the record has its header.
func (t *tape) begun() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.header
}

// begin writes the header and what was said before it.
func (t *tape) begin(h timeline.Header, clock wire.Offset) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.header {
		return
	}
	t.header = true
	t.keep(t.w.Header(headerToKeep(h)))
	if clock != (wire.Offset{}) { // else the drill did not get as far as to measure it
		t.keep(t.w.Clock(clock))
	}
	for _, f := range t.early {
		t.keep(f())
	}
	t.early = nil
}

// write runs f now, or after the header.
func (t *tape) write(f func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.header {
		t.early = append(t.early, f)
		return nil
	}
	err := f()
	t.keep(err)
	return err
}

func (t *tape) keep(err error) {
	if t.err == nil && err != nil {
		t.err = err
		t.broken <- err
	}
}

// Mark keeps a mark.
func (t *tape) Mark(m timeline.Mark) error {
	if m.Name == timeline.MarkStart || m.Name == timeline.MarkBaseline {
		t.pulse.Begin(m.Before)
	}
	m.Detail = secret.Hidden(m.Detail)
	return t.write(func() error { return t.w.Mark(m) })
}

// Proof keeps a proof.
func (t *tape) Proof(p timeline.Proof) error {
	p.Count.Unit, p.Count.Detail = secret.Hidden(p.Count.Unit), secret.Hidden(p.Count.Detail)
	return t.write(func() error { return t.w.Proof(p) })
}

func (t *tape) answer(a load.Answer) {
	a.Detail = secret.Hidden(a.Detail)
	_ = t.write(func() error { return t.w.Answer(a) })
	t.steering.Load().answer(a)
}

func (t *tape) delivery(d load.Delivery) {
	d.Body = secret.Hidden(d.Body)
	_ = t.write(func() error { return t.w.Delivery(d) })
	t.steering.Load().delivery(d)
}

func (t *tape) traffic(all []link.Traffic) {
	_ = t.write(func() error { return t.w.Traffic(all) })
}

func (t *tape) strays(s timeline.Strays) {
	_ = t.write(func() error { return t.w.Strays(s) })
}

func (t *tape) clock(o wire.Offset) { _ = t.write(func() error { return t.w.Clock(o) }) }

func (t *tape) note(n timeline.Note) {
	n.Text = secret.Hidden(n.Text)
	_ = t.write(func() error { return t.w.Note(n) })
}

// headerToKeep is a header whose descriptions name secrets instead of holding them. What it
// is judged by stays as it is: none of that may be one.
func headerToKeep(h timeline.Header) timeline.Header {
	h.Summary = secret.Hidden(h.Summary)
	h.Faults, h.Watch, h.Steers = slices.Clone(h.Faults), slices.Clone(h.Watch), slices.Clone(h.Steers)
	for i := range h.Faults {
		h.Faults[i].What = secret.Hidden(h.Faults[i].What)
	}
	for i := range h.Watch {
		h.Watch[i].What = secret.Hidden(h.Watch[i].What)
	}
	for i := range h.Steers {
		h.Steers[i].What = secret.Hidden(h.Steers[i].What)
	}
	return h
}

// event is what a node told.
func (t *tape) event(node, name string, body json.RawMessage) {
	var err error
	switch name {
	case "requests":
		err = decode(body, t.requests)
	case "findings":
		err = decode(body, func(b load.Block) { _ = t.write(func() error { return t.w.Findings(b) }) })
	case "answer":
		err = decode(body, t.answer)
	case "delivery":
		err = decode(body, t.delivery)
	case "usage":
		err = decode(body, func(u load.Usage) { _ = t.write(func() error { return t.w.Usage(u) }) })
	case "touched":
		err = decode(body, func(b link.Touched) {
			t.mu.Lock()
			t.fired = append(t.fired, b.Rule)
			t.mu.Unlock()
		})
	case "flooding":
		err = decode(body, func(flood string) {
			t.mu.Lock()
			t.fired = append(t.fired, flood)
			t.mu.Unlock()
		})
	case "expired":
		err = decode(body, func(e wire.Expired) {
			_ = t.Mark(timeline.Mark{Name: timeline.MarkExpired, Fault: e.Name, Before: e.At, After: e.At, Detail: e.Error})
		})
	case "trouble":
		err = decode(body, func(b link.Trouble) {
			t.note(timeline.Note{At: wire.Now(), Kind: name, Text: fmt.Sprintf("the switchboard could not take a client in on %s: %s", b.Link, b.What)})
		})
	case "notification-refused":
		err = decode(body, func(r load.NoDelivery) { t.note(webhookRefused(wire.Now(), r.Hook, r.Why)) })
	case "notifications-cut":
		err = decode(body, func(hook string) {
			t.note(timeline.Note{At: wire.Now(), Kind: name, Text: fmt.Sprintf("watcher %s had more notifications than are taken (%d, or 64 MiB): those after were refused", hook, load.MostDeliveries)})
		})
	case "log-cut":
		err = decode(body, func(c lab.LogCut) { t.note(timeline.Note{At: wire.Now(), Kind: name, Text: c.String()}) })
	case "out-of-memory":
		err = decode(body, func(o lab.OutOfMemory) {
			t.note(timeline.Note{At: wire.Now(), Kind: name, Text: fmt.Sprintf("%s: the kernel killed a process of it for want of memory, and it lives on", o.Target)})
		})
	case "unknown-name":
		err = decode(body, func(u link.Unknown) {
			if u.More {
				t.note(timeline.Note{At: wire.Now(), Kind: name, Text: "more names than are told of were asked for that no uses declares: NXDOMAIN"})
				return
			}
			t.note(timeline.Note{At: wire.Now(), Kind: name,
				Text: fmt.Sprintf("%s asked for %q, which none of its uses declares: NXDOMAIN", u.Asker, u.Name)})
		})
	}
	if err != nil {
		t.mu.Lock()
		t.keep(fmt.Errorf("%s node: %s: %w", node, name, err))
		t.mu.Unlock()
	}
}

// webhookRefused is the note of what was sent to a webhook and is no notification.
func webhookRefused(at int64, watcher, why string) timeline.Note {
	return timeline.Note{At: at, Kind: "webhook-refused", Text: fmt.Sprintf("watcher %s was sent something that is no notification to it: %s", watcher, why)}
}

func (t *tape) requests(b load.Block) {
	_ = t.write(func() error {
		if err := t.w.Block(b); err != nil {
			return err
		}
		var err error
		if t.latest, err = load.AppendRequests(t.latest[:0], b); err != nil {
			return err
		}
		slow, users := t.slow[b.Group]
		if !users {
			return nil
		}
		t.window.See(t.latest, slow)
		t.pulse.See(b.Group, t.latest, slow)
		if t.guard != nil {
			t.guard.See(t.latest, slow)
		}
		return nil
	})
}

// last is the window of the last second, and which faults were seen to bite.
func (t *tape) last() (timeline.Seen, []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.window.Last(), t.fired
}

// close ends the record and gives the first failure to write it.
func (t *tape) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(t.w.Close())
	return t.err
}

// discard removes a record to which nothing was written.
func (t *tape) discard() {
	_ = t.w.Close()
	_ = os.Remove(t.path)
}

func decode[T any](body json.RawMessage, f func(T)) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	f(v)
	return nil
}
