package timeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// open is what Requests need while more of them come: the latest, not packed
// yet, among which those that follow have their place. A record's requests come
// in the order of their end, so that few of them overtake many.
type open struct {
	tail  []load.Request // in order
	slack int            // how many of them are left open when the rest is packed
	moved int            // how often one had to make room for another
	known map[outcome]int
	met   [64]int // outcomes found lately, by their hint

	values fields // reused
	data   []byte // reused
}

// fields are the values of a chunk's columns.
type fields struct {
	seq, due, lag, latency, user, outcome, lookup, handshake, tls []int64
}

// resize makes room for n requests.
func (f *fields) resize(n int) {
	for _, v := range []*[]int64{&f.seq, &f.due, &f.lag, &f.latency, &f.user, &f.outcome,
		&f.lookup, &f.handshake, &f.tls} {
		if cap(*v) < n {
			*v = make([]int64, n)
		}
		*v = (*v)[:n]
	}
}

func newRequests() *Requests {
	return &Requests{open: &open{slack: perChunk, known: map[outcome]int{}}}
}

// byDue is the order of requests.
func byDue(a, b load.Request) int { return order(&a, &b) }

func order(a, b *load.Request) int {
	if a.Due != b.Due {
		return cmp.Compare(a.Due, b.Due)
	}
	return cmp.Compare(a.Seq, b.Seq)
}

// Requests come in the order of their end, so that each may have to make room for as
// many as were due while the slowest lasted. Of all that are due within a minute, which
// no request outlasts, at the most that a drill plans, half a million, it is some hundreds
// for each, as they come by the thousand; a few blocks alone may bring more.
const (
	mostMoved    = 1000
	alwaysToMove = 10_000_000
)

// add puts requests in their places. It may change the order of rs, and keeps
// nothing of it. It is an error where they come in an order in which no run has them,
// which would take time without end.
func (q *Requests) add(rs []load.Request) error {
	if len(rs) == 0 {
		return nil
	}
	if !inOrder(rs) {
		slices.SortStableFunc(rs, byDue)
	}
	q.n += len(rs)
	for k := len(q.chunks) - 1; k >= 0 && q.Due((k+1)*perChunk-1) >= rs[0].Due; k-- {
		q.unpackLast()
		q.open.slack += perChunk // it will happen again
	}
	at, _ := slices.BinarySearchFunc(q.open.tail, rs[0], byDue)
	if q.open.moved += len(q.open.tail) - at; q.open.moved > alwaysToMove+mostMoved*q.n {
		return &BoundsError{"requests", fmt.Sprintf("an order in which %d of them moved each "+
			"other %d times", q.n, q.open.moved),
			"about the order in which they ended"}
	}
	q.open.tail = merge(q.open.tail, rs)
	q.packAllBut(q.open.slack)
	return nil
}

func inOrder(rs []load.Request) bool {
	for i := range len(rs) - 1 {
		if order(&rs[i], &rs[i+1]) > 0 {
			return false
		}
	}
	return true
}

// merge puts the sorted rs in their places among the sorted all, behind those
// they are equal to.
func merge(all, rs []load.Request) []load.Request {
	i, j := len(all)-1, len(rs)-1
	all = append(all, rs...)
	for k := len(all) - 1; j >= 0; k-- {
		if i >= 0 && order(&all[i], &rs[j]) > 0 {
			all[k] = all[i]
			i--
			continue
		}
		all[k] = rs[j]
		j--
	}
	return all
}

// close packs what is left: no more will come.
func (q *Requests) close() {
	q.packAllBut(0)
	if t := q.open.tail; len(t) > 0 {
		q.chunks = append(q.chunks, q.pack(t))
	}
	q.chunks = slices.Clip(q.chunks)
	q.open = nil
}

// packAllBut packs the first of the tail, whole chunks of which so many are left.
func (q *Requests) packAllBut(left int) {
	t := q.open.tail
	for ; len(t) >= left+perChunk; t = t[perChunk:] {
		q.chunks = append(q.chunks, q.pack(t[:perChunk]))
	}
	if len(t) < len(q.open.tail) {
		q.open.tail = q.open.tail[:copy(q.open.tail, t)]
	}
}

// unpackLast undoes the packing of the last chunk.
func (q *Requests) unpackLast() {
	k := len(q.chunks) - 1
	n := q.chunks[k].n
	all := q.cursor(k*perChunk).unpack(make([]load.Request, 0, n+len(q.open.tail)+perChunk), n)
	q.open.tail = append(all, q.open.tail...)
	q.chunks[k], q.chunks = chunk{}, q.chunks[:k]
}

// pack makes a chunk.
func (q *Requests) pack(rs []load.Request) chunk {
	v, n, connections := &q.open.values, len(rs), 0
	v.resize(n)
	for i := range rs {
		r := &rs[i]
		v.seq[i], v.due[i], v.latency[i], v.user[i] = int64(r.Seq)-int64(i), r.Due, r.Done-r.Due,
			int64(r.User)
		v.outcome[i] = int64(q.place(r))
		if v.lag[i] = r.Sent - r.Due; r.Unsent {
			v.lag[i] = 0
		}
		if hasSteps(r) {
			v.lookup[connections], v.handshake[connections], v.tls[connections] = int64(r.Lookup),
				int64(r.Handshake), int64(r.TLS)
			connections++
		}
	}
	c, data := chunk{n: n}, q.open.data[:0]
	c.seq, data = appendColumn(data, v.seq[:n])
	c.due, data = appendColumn(data, v.due[:n])
	c.lag, data = appendColumn(data, v.lag[:n])
	c.latency, data = appendColumn(data, v.latency[:n])
	c.user, data = appendColumn(data, v.user[:n])
	c.outcome, data = appendColumn(data, v.outcome[:n])
	c.lookup, data = appendColumn(data, v.lookup[:connections])
	c.handshake, data = appendColumn(data, v.handshake[:connections])
	c.tls, data = appendColumn(data, v.tls[:connections])
	q.open.data = data
	c.data = make([]byte, len(data)+spare)
	copy(c.data, data)
	return c
}

func hasSteps(r *load.Request) bool { return r.Lookup|r.Handshake|r.TLS != 0 }

func outcomeOf(r *load.Request) outcome {
	return outcome{r.Node, r.Fault, r.Status, r.Class, r.Attempts, r.Reused, r.Injected, r.Unsent,
		hasSteps(r)}
}

// is reports whether it is the outcome of r; it is outcomeOf, at less cost.
func (o *outcome) is(r *load.Request) bool {
	return o.status == r.Status && o.class == r.Class && o.attempts == r.Attempts &&
		o.reused == r.Reused &&
		o.injected == r.Injected && o.unsent == r.Unsent && o.steps == hasSteps(r) &&
		o.node == r.Node && o.fault == r.Fault
}

// hint distinguishes most outcomes, at little cost.
func hint(r *load.Request) (h uint) {
	if n := len(r.Node); n > 0 {
		h = uint(r.Node[n-1])
	}
	h = h*4 + uint(r.Status)
	if r.Reused {
		h += 32
	}
	return h % 64
}

// place of a request's outcome among all that there are.
func (q *Requests) place(r *load.Request) int {
	b, h := q.open, hint(r)
	if k := b.met[h]; k < len(q.outcomes) && q.outcomes[k].is(r) {
		return k
	}
	o := outcomeOf(r)
	k, known := b.known[o]
	if !known {
		k = len(q.outcomes)
		q.outcomes = append(q.outcomes, o)
		b.known[o] = k
	}
	b.met[h] = k
	return k
}
