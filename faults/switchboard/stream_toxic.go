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

var register = sync.OnceFunc(func() { toxics.Register(toxicType, new(lateness)) })

// arm puts our toxic into a proxy that does not listen yet. Toxiproxy makes
// toxics by type and JSON alone; before the first connection the one it made
// can be replaced by one that knows its link's modes.
func arm(p *toxiproxy.Proxy, f *modes) error {
	register()
	w, err := p.Toxics.AddToxicJson(strings.NewReader(`{"type": "` + toxicType + `", "stream": "downstream"}`))
	if err != nil {
		return err
	}
	w.Toxic = &lateness{faults: f}
	return nil
}

// lateness holds the chunks of the answer direction while its link is in a
// latency mode. Chunks that arrive together leave together: it delays and does
// not throttle. Order is kept and no byte lost, whatever the mode does.
type lateness struct{ faults *modes }

// held is a chunk and when it may go on.
type held struct {
	chunk *stream.StreamChunk
	due   time.Time
	by    *mode
}

// mostHeld is how many bytes of one connection wait at most; then it is no
// longer read from, as if a window were full.
const mostHeld = 4 << 20

// Pipe moves chunks until the stream ends or the toxic is interrupted.
func (t *lateness) Pipe(stub *toxics.ToxicStub) {
	q := queue{faults: t.faults}
	for {
		in := stub.Input
		if q.bytes >= mostHeld || q.ended {
			in = nil
		}
		wait, over, ready := q.next()
		if ready {
			if !q.emit(stub) {
				return
			}
			continue
		}
		if q.ended && len(q.chunks) == 0 {
			stub.Close()
			return
		}
		select {
		case <-stub.Interrupt:
			for len(q.chunks) > 0 {
				stub.Output <- q.pop()
			}
			return
		case c := <-in:
			if c == nil {
				q.ended = true
			} else {
				q.push(c)
			}
		case <-wait:
		case <-over:
			q.release()
		}
	}
}

// queue is what one connection's toxic holds.
type queue struct {
	faults *modes
	chunks []held
	bytes  int
	ended  bool
}

func (q *queue) push(c *stream.StreamChunk) {
	h := held{chunk: c, due: time.Now()}
	if h.by = q.faults.latency.Load(); h.by != nil {
		h.due = h.due.Add(h.by.delay())
	}
	if n := len(q.chunks); n > 0 && q.chunks[n-1].due.After(h.due) {
		h.due = q.chunks[n-1].due // order is kept
	}
	q.chunks = append(q.chunks, h)
	q.bytes += len(c.Data)
}

// next says whether the first chunk may go, or what to wait for.
func (q *queue) next() (wait <-chan time.Time, over <-chan struct{}, ready bool) {
	if len(q.chunks) == 0 {
		return nil, nil, false
	}
	h := q.chunks[0]
	left := time.Until(h.due)
	if left <= 0 {
		return nil, nil, true
	}
	if h.by != nil {
		over = h.by.over
	}
	return time.After(left), over, false
}

// release lets everything go that a lifted mode held.
func (q *queue) release() {
	now := time.Now()
	for i := range q.chunks {
		q.chunks[i].due, q.chunks[i].by = now, nil
	}
}

func (q *queue) pop() *stream.StreamChunk {
	c := q.chunks[0].chunk
	q.chunks = q.chunks[1:]
	q.bytes -= len(c.Data)
	return c
}

// emit passes the first chunk on; false if the toxic was interrupted, when
// everything held has gone first.
func (q *queue) emit(stub *toxics.ToxicStub) bool {
	c := q.pop()
	select {
	case stub.Output <- c:
		return true
	case <-stub.Interrupt:
		stub.Output <- c
		for len(q.chunks) > 0 {
			stub.Output <- q.pop()
		}
		return false
	}
}
