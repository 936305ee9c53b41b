//go:build linux

package switchboard

import (
	"strings"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
)

// toxicType is our toxic's name in Toxiproxy's registry, which wants one.
const toxicType = "stormdrill"

var register = sync.OnceFunc(func() { toxics.Register(toxicType, new(toxic)) })

// arm puts our toxic into a proxy before its first connection. Toxiproxy makes
// toxics by type and JSON alone; the one it made is replaced by one that is given its
// connections.
func arm(p *toxiproxy.Proxy) (*toxic, error) {
	register()
	w, err := p.Toxics.AddToxicJson(strings.NewReader(`{"type": "` + toxicType +
		`", "stream": "downstream"}`))
	if err != nil {
		return nil, err
	}
	t := &toxic{}
	w.Toxic = t
	return t, nil
}

// toxic does to the bytes of answers what the link's modes say: it holds them,
// parts them, or ends the connection behind them. Order is kept and no byte
// lost before such an end, whatever the modes do; a lift lets go at once.
type toxic struct{ coming *flow }

// NewState gives a connection's stub its flow.
func (t *toxic) NewState() any { return t.coming }

// mostHeld is how many bytes of one connection wait at most, and mostPieces in how
// many pieces; then it is no longer read from, as if a window were full.
const (
	mostHeld   = 4 << 20
	mostPieces = 16 << 10
)

// Pipe moves bytes until the stream or the flow ends. It is never interrupted: toxics do
// not change under traffic.
func (t *toxic) Pipe(stub *toxics.ToxicStub) {
	q := queue{flow: stub.State.(*flow)}
	q.run(stub)
	stub.Close()
	for range stub.Input { // a writer would wait for ever
	}
}

// queue is what one connection's toxic holds.
type queue struct {
	flow   *flow
	pieces []piece
	paces  [streamKinds]pace
	bytes  int
	closed bool // nothing more comes, or is to come
}

// piece is a part of an answer.
type piece struct {
	data   []byte
	answer *transaction
	at     int64 // its place in the answer
	holds  []hold
	last   bool // the connection ends behind it …
	rst    bool // … by RST
}

// hold is a reason to wait, as long as its mode is in force.
type hold struct {
	due time.Time // zero: until the lift
	by  *mode
}

// due is when all holds so far are over.
func (p piece) due() time.Time {
	due := time.Now()
	for _, h := range p.holds {
		if h.due.After(due) {
			due = h.due
		}
	}
	return due
}

// held is the piece, held once more.
func (p piece) held(h hold) piece {
	p.holds = append(p.holds[:len(p.holds):len(p.holds)], h)
	return p
}

// cut ends the connection behind the first n bytes of an answer that has more.
func (p piece) cut(n int64, m *mode, rst bool) []piece {
	if p.at+int64(len(p.data)) <= n || !m.touch(p.answer) {
		return []piece{p}
	}
	p.data = p.data[:max(0, n-p.at)]
	p.last, p.rst = true, rst
	return []piece{p}
}

func (q *queue) run(stub *toxics.ToxicStub) {
	for {
		in := stub.Input
		if q.bytes >= mostHeld || len(q.pieces) >= mostPieces || q.closed {
			in = nil
		}
		var out chan<- *stream.StreamChunk
		var next *stream.StreamChunk
		var wait <-chan time.Time
		var lifted <-chan struct{}
		switch {
		case len(q.pieces) > 0:
			if wait, lifted = q.wait(); wait == nil && lifted == nil {
				if q.pieces[0].last && len(q.pieces[0].data) == 0 {
					q.pop()
					return
				}
				out, next = stub.Output,
					&stream.StreamChunk{Data: q.pieces[0].data, Timestamp: time.Now()}
			}
		case q.closed:
			return
		}
		select {
		case <-q.flow.over.Done():
			return
		case c := <-in:
			q.push(c)
		case out <- next:
			if q.pop().last {
				return
			}
		case <-wait:
		case <-lifted:
		}
	}
}

// wait says what the first piece waits for; nothing: it may go.
func (q *queue) wait() (<-chan time.Time, <-chan struct{}) {
	for _, h := range q.pieces[0].holds {
		switch left := time.Until(h.due); {
		case !h.by.active.Load():
		case h.due.IsZero():
			return nil, h.by.over
		case left > 0:
			return time.After(left), h.by.over
		}
	}
	return nil, nil
}

// push takes bytes in, each answer's by themselves, and lets the modes shape them.
func (q *queue) push(c *stream.StreamChunk) {
	if c == nil {
		q.closed = true
		return
	}
	for data := c.Data; len(data) > 0 && !q.closed; {
		a, at, n := q.flow.take(len(data))
		for _, p := range q.shape(piece{data: data[:n], answer: a, at: at}) {
			q.pieces = append(q.pieces, p)
			q.bytes += len(p.data)
			q.closed = q.closed || p.last
		}
		data = data[n:]
	}
}

func (q *queue) shape(p piece) []piece {
	all := []piece{p}
	for i := range q.flow.faults {
		m := q.flow.faults[i].Load()
		if m == nil || !p.answer.selected(m) {
			continue
		}
		if s, ok := m.kind.(shaper); ok {
			var out []piece
			for _, p := range all {
				out = append(out, s.shape(p, m, q.paces[i].under(m))...)
			}
			all = out
		}
	}
	return all
}

func (q *queue) pop() piece {
	p := q.pieces[0]
	q.pieces = q.pieces[1:]
	q.bytes -= len(p.data)
	if p.rst {
		q.flow.rst.Store(true)
	}
	return p
}
