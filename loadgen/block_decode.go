package loadgen

import (
	"encoding/binary"
	"fmt"
)

// DecodeBlock unpacks what EncodeBlock packed. Damaged data is an error, never
// a panic, and takes no more memory than a small multiple of its size.
func DecodeBlock(b Block) ([]Request, error) {
	d := decoder{data: b.Data}
	v := d.octet()
	if d.bad || v != blockVersion && v != blockWithoutSteps {
		return nil, fmt.Errorf("block of %q: version %d, this program reads %d and %d: %w", b.Group, v, blockWithoutSteps, blockVersion, errBlock)
	}
	d.steps = v != blockWithoutSteps
	count, nodes := d.header()
	if d.bad || count != b.Count {
		return nil, fmt.Errorf("block of %q: %w", b.Group, errBlock)
	}
	rs := make([]Request, 0, count)
	p := previous{node: -1}
	for range count {
		rs = append(rs, d.request(&p, nodes))
		if d.bad {
			return nil, fmt.Errorf("block of %q: request %d of %d: %w", b.Group, len(rs), count, errBlock)
		}
	}
	if len(d.data) > 0 {
		return nil, fmt.Errorf("block of %q: %d bytes too many: %w", b.Group, len(d.data), errBlock)
	}
	return rs, nil
}

// decoder reads from the front of data; bad stays true once something failed.
type decoder struct {
	data  []byte
	bad   bool
	steps bool // the version has them
}

func (d *decoder) unsigned() uint64 {
	v, n := binary.Uvarint(d.data)
	return advance(d, v, n)
}

func (d *decoder) signed() int64 {
	v, n := binary.Varint(d.data)
	return advance(d, v, n)
}

func advance[T any](d *decoder, v T, n int) (out T) {
	if n <= 0 {
		d.bad = true
		return out
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) octet() byte {
	if len(d.data) == 0 {
		d.bad = true
		return 0
	}
	return advance(d, d.data[0], 1)
}

// length reads a number of things that take at least size bytes each, so that
// a lie cannot ask for more memory than the data could fill.
func (d *decoder) length(size int) int {
	n := d.unsigned()
	if n > uint64(len(d.data)/size) {
		d.bad = true
		return 0
	}
	return int(n)
}

// below reads an unsigned number less than limit.
func (d *decoder) below(limit uint64) uint64 {
	v := d.unsigned()
	if v >= limit {
		d.bad = true
		return 0
	}
	return v
}

func (d *decoder) header() (count int, nodes []string) {
	count = d.length(smallestRequest)
	for range d.length(1) {
		n := d.length(1)
		nodes = append(nodes, string(d.data[:n]))
		d.data = d.data[n:]
	}
	return count, nodes
}

func (d *decoder) request(p *previous, nodes []string) Request {
	flags := d.octet()
	p.seq += uint64(d.signed())
	p.due += d.signed()
	user := int64(p.user) + d.signed()
	p.user = uint32(user)
	r := Request{Seq: p.seq, Due: p.due * 1000, User: p.user, Class: OK, Attempts: 1,
		Reused: flags&flagReused != 0, Injected: flags&flagInjected != 0, Unsent: flags&flagUnsent != 0}
	begin := p.due
	if !r.Unsent {
		begin += d.signed()
		r.Sent = begin * 1000
	}
	r.Done = (begin + d.signed()) * 1000
	if flags&flagNode != 0 {
		p.node = int(d.below(uint64(len(nodes))))
	}
	if flags&flagStatus != 0 {
		p.status = uint16(d.below(1 << 16))
	}
	if flags&flagClass != 0 {
		r.Class = Class(d.octet())
	}
	if flags&flagAttempts != 0 {
		r.Attempts = d.octet()
	}
	if flags&flagSteps != 0 {
		for _, s := range []*Step{&r.Lookup, &r.Handshake, &r.TLS} {
			*s = Step(d.below(1 << 32))
		}
	}
	d.bad = d.bad || flags&flagSteps != 0 && !d.steps || user != int64(p.user) || r.Class >= Classes || p.node < 0 || p.node >= len(nodes)
	if d.bad {
		return Request{}
	}
	r.Node, r.Status = nodes[p.node], p.status
	return r
}
