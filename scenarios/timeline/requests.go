package timeline

import (
	"iter"
	"slices"
	"sort"
	"sync"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Requests are those of one group in order of due, of one instant in order of
// their number. A drill has millions of them, so they are kept in columns, chunk
// by chunk, in 8 to 16 bytes each, where a load.Request takes 72. They come back
// exactly as they were put in, but for what has no meaning: when a request
// was sent that never was. A nil *Requests has none.
type Requests struct {
	chunks   []chunk
	outcomes []outcome
	n        int
	open     *open // nil: no more will come
}

// perChunk is how many requests a chunk has; the last one may have fewer. It is
// large enough for what a chunk has once to weigh nothing, and small enough for
// one slow request to widen the column of few others.
const perChunk = 8192

// chunk is a run of requests. All its columns lie in data.
type chunk struct {
	n    int
	data []byte

	seq     column // number, less the place in the chunk: the same for all where none is missing
	due     column
	lag     column // sent − due; 0 of one never sent
	latency column // done − due
	user    column
	outcome column // place in Requests.outcomes

	lookup, handshake, tls column // only of those that have steps
}

// outcome is what few different values are enough for.
type outcome struct {
	node     string
	fault    string
	status   uint16
	class    load.Class
	attempts uint8
	reused   bool
	injected bool
	unsent   bool
	steps    bool // it asked for a connection
}

// Pack keeps requests, which may come in any order.
func Pack(rs []load.Request) *Requests {
	if !inOrder(rs) {
		rs = slices.Clone(rs)
		slices.SortStableFunc(rs, byDue)
	}
	q := newRequests()
	q.n = len(rs)
	for part := range slices.Chunk(rs, perChunk) {
		q.chunks = append(q.chunks, q.pack(part))
	}
	q.close()
	return q
}

// Len is how many there are.
func (q *Requests) Len() int {
	if q == nil {
		return 0
	}
	return q.n
}

// Due is when the i-th was due.
func (q *Requests) Due(i int) int64 {
	c := &q.chunks[i/perChunk]
	return c.due.value(c.data, i%perChunk)
}

// Latency is done − due of the i-th, ns.
func (q *Requests) Latency(i int) int64 {
	c := &q.chunks[i/perChunk]
	return c.latency.value(c.data, i%perChunk)
}

// First is the place of the first that was due at t or later; Len where none was.
func (q *Requests) First(t int64) int {
	return sort.Search(q.Len(), func(i int) bool { return q.Due(i) >= t })
}

// All are all of them, in order; see Between.
func (q *Requests) All() iter.Seq[*load.Request] { return q.Between(0, q.Len()) }

// perPiece is how many requests are unpacked in one go.
const (
	perPiece    = 2048
	piecesAhead = 3
)

// Between are those from one place to another, in order. Each is valid until the
// next.
func (q *Requests) Between(from, to int) iter.Seq[*load.Request] {
	return func(yield func(*load.Request) bool) {
		c := q.cursor(from)
		if to-from <= perPiece { // not worth a goroutine
			c.few(to, yield)
			return
		}
		for rs := range ahead(piecesAhead, func(rs *[]load.Request) bool {
			if *rs == nil {
				*rs = make([]load.Request, 0, max(0, min(to-from, perPiece)))
			}
			*rs = c.unpack((*rs)[:0], min(to-c.place, perPiece))
			return len(*rs) > 0
		}) {
			for i := range *rs {
				if !yield(&(*rs)[i]) {
					return
				}
			}
		}
	}
}

// piece is reused by those that read few requests at a time.
var piece = sync.Pool{New: func() any { return new([]load.Request) }}

// few yields the requests before a place, a piece at most.
func (u *cursor) few(to int, yield func(*load.Request) bool) {
	rs := piece.Get().(*[]load.Request)
	defer piece.Put(rs)
	for u.place < to {
		if *rs = u.unpack((*rs)[:0], to-u.place); len(*rs) == 0 {
			return
		}
		for i := range *rs {
			if !yield(&(*rs)[i]) {
				return
			}
		}
	}
}

// cursor unpacks requests one after another.
type cursor struct {
	*Requests
	place       int
	connections int // how many before it in its chunk have steps
}

func (q *Requests) cursor(place int) *cursor {
	c := &cursor{Requests: q, place: place}
	for i := place / perChunk * perChunk; i < min(place, q.Len()); i++ {
		if q.outcomeAt(i).steps {
			c.connections++
		}
	}
	return c
}

func (q *Requests) outcomeAt(i int) *outcome {
	c := &q.chunks[i/perChunk]
	return &q.outcomes[c.outcome.value(c.data, i%perChunk)]
}

// unpack appends the next n requests to rs, or as many as there are in the chunk.
func (u *cursor) unpack(rs []load.Request, n int) []load.Request {
	if n <= 0 {
		return rs
	}
	c, at := &u.chunks[u.place/perChunk], u.place%perChunk
	if at == 0 {
		u.connections = 0
	}
	n = min(n, c.n-at)
	u.place += n
	k := len(rs)
	rs = slices.Grow(rs, n)[:k+n]
	var v unpacked
	for ; n > 0; n, at = n-atOnce, at+atOnce {
		some := min(n, atOnce)
		v.read(c, at, some)
		for i := range some {
			u.request(&rs[k+i], c, &v, at, i)
		}
		k += some
	}
	return rs
}

// request makes r the i-th of those in v, which begin at a place of a chunk. It
// goes field by field: tens of millions are made, and a whole one would be copied.
func (u *cursor) request(r *load.Request, c *chunk, v *unpacked, at, i int) {
	o, due := &u.outcomes[v.outcome[i]], v.due[i]
	r.Seq, r.Due, r.Done, r.User = uint64(v.seq[i]+int64(at+i)), due, due+v.latency[i],
		uint32(v.user[i])
	r.Node, r.Fault, r.Status, r.Class, r.Attempts = o.node, o.fault, o.status, o.class, o.attempts
	r.Reused, r.Injected, r.Unsent = o.reused, o.injected, o.unsent
	if r.Sent = due + v.lag[i]; o.unsent {
		r.Sent = 0
	}
	r.Lookup, r.Handshake, r.TLS = 0, 0, 0
	if o.steps {
		r.Lookup = load.Step(c.lookup.value(c.data, u.connections))
		r.Handshake = load.Step(c.handshake.value(c.data, u.connections))
		r.TLS = load.Step(c.tls.value(c.data, u.connections))
		u.connections++
	}
}

// atOnce is how many values of a column are read at once.
const atOnce = 256

// unpacked are some requests' columns.
type unpacked struct {
	seq, due, lag, latency, user, outcome [atOnce]int64
}

// read reads n of a chunk from one place on.
func (u *unpacked) read(c *chunk, from, n int) {
	c.seq.read(c.data, from, u.seq[:n])
	c.due.read(c.data, from, u.due[:n])
	c.lag.read(c.data, from, u.lag[:n])
	c.latency.read(c.data, from, u.latency[:n])
	c.user.read(c.data, from, u.user[:n])
	c.outcome.read(c.data, from, u.outcome[:n])
}
