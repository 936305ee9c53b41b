package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// recorder streams what the nodes emit into the record, and shows it to two that look on:
// the guard of the abort condition and the live line. Its first failure to write is kept,
// and ends the drill.
type recorder struct {
	path   string
	w      *timeline.Writer
	broken chan error // gives the first failure
	clocks *clocks

	mu     sync.Mutex
	early  []func() error // said before the record's header was known
	header bool
	err    error
	slow   map[string]time.Duration // τ by group
	nodes  []plan.Node
	guard  *engine.Guard
	pulse  engine.Pulse
	window *timeline.Window
	fired  []string       // "bad-node" once it touched users' traffic
	latest []load.Request // of the block that came last; reused

	steering atomic.Pointer[steering] // gets answers and notifications too; nil: nothing does
}

func newRecorder(path string) (*recorder, error) {
	w, err := timeline.Create(path)
	if err != nil {
		return nil, err
	}
	return &recorder{path: path, w: w, broken: make(chan error, 1), clocks: &clocks{},
		window: timeline.NewWindow(time.Second)}, nil
}

// plan gives the recorder the groups of which it will see requests.
func (r *recorder) plan(p *plan.Plan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slow, r.nodes = map[string]time.Duration{}, p.Nodes
	for _, g := range p.Header.Groups {
		if !g.Reference { // how the users fare is not theirs
			r.slow[g.Name] = g.Slow
		}
	}
	if a := p.Scenario.Abort; a != nil {
		c, err := engine.ParseCondition(a.When)
		if err != nil {
			r.keep(err) // cannot be: the plan checked it
			return
		}
		r.guard = engine.NewGuard(c)
	}
}

// abort is where the guard says that its condition held; nil without one.
func (r *recorder) abort() <-chan string {
	if r.guard == nil {
		return nil
	}
	return r.guard.C
}

// begun reports whether the record has its header.
func (r *recorder) begun() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.header
}

// begin writes the header and what was said before it.
func (r *recorder) begin(h timeline.Header, clock wire.Offset) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.header {
		return
	}
	r.header = true
	r.keep(r.w.Header(headerToKeep(h)))
	if clock != (wire.Offset{}) { // else the drill did not get as far as to measure it
		r.keep(r.w.Clock(clock))
	}
	for _, f := range r.early {
		r.keep(f())
	}
	r.early = nil
}

// write runs f now, or after the header.
func (r *recorder) write(f func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.header {
		r.early = append(r.early, f)
		return nil
	}
	err := f()
	r.keep(err)
	return err
}

func (r *recorder) keep(err error) {
	if r.err == nil && err != nil {
		r.err = err
		r.broken <- err
	}
}

// Mark keeps a mark.
func (r *recorder) Mark(m timeline.Mark) error {
	if m.Name == timeline.MarkStart || m.Name == timeline.MarkBaseline {
		r.pulse.Begin(m.Before)
	}
	if m.Name == timeline.MarkBaseline {
		r.steering.Load().begin()
	}
	m.Detail = secret.Hidden(m.Detail)
	return r.write(func() error { return r.w.Mark(m) })
}

// Proof keeps a proof.
func (r *recorder) Proof(p timeline.Proof) error {
	p.Count.Unit, p.Count.Detail = secret.Hidden(p.Count.Unit), secret.Hidden(p.Count.Detail)
	return r.write(func() error { return r.w.Proof(p) })
}

func (r *recorder) answer(a load.Answer) {
	a.Detail = secret.Hidden(a.Detail)
	_ = r.write(func() error { return r.w.Answer(a) })
	r.steering.Load().answer(a)
}

func (r *recorder) delivery(d load.Delivery) {
	d.Body = secret.Hidden(d.Body)
	_ = r.write(func() error { return r.w.Delivery(d) })
	r.steering.Load().delivery(d)
}

func (r *recorder) traffic(all []link.Traffic) {
	_ = r.write(func() error { return r.w.Traffic(all) })
}

func (r *recorder) reading(x timeline.Reading) {
	_ = r.write(func() error { return r.w.Reading(x) })
}

func (r *recorder) strays(s timeline.Strays) {
	_ = r.write(func() error { return r.w.Strays(s) })
}

func (r *recorder) clock(o wire.Offset) { _ = r.write(func() error { return r.w.Clock(o) }) }

// note keeps a note that was made at an instant of the CLI's clock: how that relates to the
// record's is known when it is written.
func (r *recorder) note(n timeline.Note) {
	n.Text = secret.Hidden(n.Text)
	hide(n.Values)
	_ = r.write(func() error {
		n.At = r.clocks.at(n.At)
		return r.w.Note(n)
	})
}

// headerToKeep is a header with descriptions that name secrets instead of holding them. What it
// is judged by stays as it is: none of that may be one.
func headerToKeep(h timeline.Header) timeline.Header {
	h.Summary = secret.Hidden(h.Summary)
	h.Faults, h.Watch, h.Steers = slices.Clone(h.Faults), slices.Clone(h.Watch),
		slices.Clone(h.Steers)
	for i := range h.Faults {
		h.Faults[i].What = secret.Hidden(h.Faults[i].What)
		h.Faults[i].Settings = maps.Clone(h.Faults[i].Settings)
		hide(h.Faults[i].Settings)
	}
	for i := range h.Watch {
		h.Watch[i].What = secret.Hidden(h.Watch[i].What)
	}
	for i := range h.Steers {
		h.Steers[i].What = secret.Hidden(h.Steers[i].What)
	}
	return h
}

// hide has texts name secrets instead of holding them.
func hide(texts map[string]string) {
	for name, text := range texts {
		texts[name] = secret.Hidden(text)
	}
}

// event is what a node emitted.
func (r *recorder) event(node, name string, body json.RawMessage) {
	var err error
	switch name {
	case "requests":
		err = decode(body, r.requests)
	case "findings":
		err = decode(body, func(b load.Block) {
			_ = r.write(func() error { return r.w.Findings(b) })
		})
	case "answer":
		err = decode(body, r.answer)
	case "delivery":
		err = decode(body, r.delivery)
	case "usage":
		err = decode(body, func(u load.Usage) { _ = r.write(func() error { return r.w.Usage(u) }) })
	case "touched":
		err = decode(body, func(b link.Touched) {
			r.mu.Lock()
			r.fired = append(r.fired, b.Rule)
			r.mu.Unlock()
		})
	case "flooding":
		err = decode(body, func(flood string) {
			r.mu.Lock()
			r.fired = append(r.fired, flood)
			r.mu.Unlock()
		})
	case "expired":
		err = decode(body, func(e wire.Expired) {
			at := link.Bracket{Before: e.At, After: e.At}
			if node == "switchboard" {
				at = r.clocks.bracket(at)
			}
			_ = r.Mark(timeline.Mark{Name: timeline.MarkExpired, Fault: e.Name, Before: at.Before,
				After: at.After, Detail: e.Error})
		})
	case "trouble":
		err = decode(body, func(b link.Trouble) {
			r.note(timeline.Noted(wire.Now(), "trouble",
				fmt.Sprintf("the switchboard could not take a client in on %s: %s", b.Link, b.What),
				"link", b.Link, "error", b.What))
		})
	case "notification-refused":
		err = decode(body, func(n load.NoDelivery) {
			r.note(webhookRefused(wire.Now(), n))
		})
	case "notifications-cut":
		err = decode(body, func(hook string) {
			r.note(timeline.Noted(wire.Now(), "notifications-cut",
				fmt.Sprintf("watcher %s had more notifications than are taken (%d, or 64 MiB): "+
					"those after were refused", hook, load.MostDeliveries),
				"watcher", hook, "most", strconv.Itoa(load.MostDeliveries)))
		})
	case "log-cut":
		err = decode(body, func(c lab.LogCut) { r.note(logCut(wire.Now(), c)) })
	case "out-of-memory":
		err = decode(body, func(o lab.OutOfMemory) {
			r.note(timeline.Noted(wire.Now(), "out-of-memory",
				fmt.Sprintf("%s: the kernel killed a process of it for want of memory, and it "+
					"lives on", o.Target), "target", o.Target))
		})
	case "unknown-name":
		err = decode(body, func(u link.Unknown) {
			if u.More {
				r.note(timeline.Noted(wire.Now(), "unknown-name",
					"more names were asked for that no uses declares than are listed: NXDOMAIN",
					"told", strconv.Itoa(link.MostUnknown)))
				return
			}
			r.note(unknownName(wire.Now(), u, r.nodes))
		})
	}
	if err != nil {
		r.mu.Lock()
		r.keep(fmt.Errorf("%s node: %s: %w", node, name, err))
		r.mu.Unlock()
	}
}

// unknownName is the note of a question for a name that no `uses` declares: by whom, and, where
// the drill has a target of that name, what would declare it.
func unknownName(at int64, u link.Unknown, nodes []plan.Node) timeline.Note {
	asker, of := u.Asker, "" // an address, of a target that uses nothing
	for _, n := range nodes {
		if n.Name == u.Asker || n.Addr.String() == u.Asker {
			asker, of = n.Name, n.Target
		}
	}
	text := fmt.Sprintf("%s asked for %q, which none of its uses declares: NXDOMAIN", asker,
		u.Name)
	uses := ""
	asked := func(n plan.Node) bool { return n.Name == u.Name || n.Target == u.Name }
	if i := slices.IndexFunc(nodes, asked); i >= 0 && of != "" {
		uses = nodes[i].Target
		text += fmt.Sprintf("; to have it resolved, add uses: [%s] to targets.%s", uses,
			of)
	}
	return timeline.Noted(at, "unknown-name", text, "asker", asker, "name", u.Name, "uses", uses,
		"of", of)
}

// webhookRefused is the note of what was sent to a webhook and is no notification.
func webhookRefused(at int64, d load.NoDelivery) timeline.Note {
	code, values := "", map[string]string(nil)
	if d.Stated != nil {
		code, values = d.Stated.Code, d.Stated.Values
	}
	n := timeline.Noted(at, "webhook-to-nobody", "a notification was sent to no watcher: "+d.Why,
		"why", d.Why, "why_code", code)
	if d.Hook != "" {
		n = timeline.Noted(at, "webhook-refused",
			fmt.Sprintf("watcher %s was sent something that is no notification to it: %s", d.Hook,
				d.Why), "watcher", d.Hook, "why", d.Why, "why_code", code)
	}
	maps.Copy(n.Values, values)
	return n
}

// logCut is the note of what a target's log lacks.
func logCut(at int64, c lab.LogCut) timeline.Note {
	return timeline.Noted(at, "log-cut", c.String(), "target", c.Target,
		"lines", counted(int64(c.Lines)), "most", strconv.Itoa(lab.MostLine),
		"bytes", strconv.FormatInt(c.Bytes, 10), "early", counted(c.Early))
}

// counted is a number as text; empty for none.
func counted(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (r *recorder) requests(b load.Block) {
	_ = r.write(func() error {
		if err := r.w.Block(b); err != nil {
			return err
		}
		var err error
		if r.latest, err = load.AppendRequests(r.latest[:0], b); err != nil {
			return err
		}
		slow, users := r.slow[b.Group]
		if !users {
			return nil
		}
		r.window.See(r.latest, slow)
		r.pulse.See(b.Group, r.latest, slow)
		if r.guard != nil {
			r.guard.See(r.latest, slow)
		}
		return nil
	})
}

// last is the window of the last second, and which faults were seen to bite.
func (r *recorder) last() (timeline.Seen, []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.window.Last(), r.fired
}

// close ends the record and gives the first failure to write it.
func (r *recorder) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(r.w.Close())
	return r.err
}

// discard removes a record to which nothing was written.
func (r *recorder) discard() {
	_ = r.w.Close()
	_ = os.Remove(r.path)
}

func decode[T any](body json.RawMessage, f func(T)) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	f(v)
	return nil
}
