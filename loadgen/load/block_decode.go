package load

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// DecodeBlock unpacks what EncodeBlock packed. Damaged data is an error, never
// a panic, and takes no more memory than a small multiple of its size.
func DecodeBlock(b Block) ([]Request, error) { return AppendRequests(nil, b) }

// AppendRequests is DecodeBlock for one block after another: it appends to rs,
// and keeps nothing of the block.
func AppendRequests(rs []Request, b Block) ([]Request, error) {
	d := decoder{data: b.Data}
	v := d.octet()
	if d.bad || v < blockWithoutSteps || v > blockVersion {
		return nil, fmt.Errorf("block of %q: version %d, this program reads %d to %d: %w", b.Group,
			v, blockWithoutSteps, blockVersion, errBlock)
	}
	d.steps, d.names = v > blockWithoutSteps, v > blockWithoutFaults
	count, nodes, faults := d.header()
	if d.bad || count != b.Count {
		return nil, fmt.Errorf("block of %q: %w", b.Group, errBlock)
	}
	before := len(rs)
	rs = slices.Grow(rs, count)[:before+count]
	p := previous{node: -1}
	for i := range count {
		d.request(&rs[before+i], &p, nodes, faults)
		if d.bad {
			return nil, fmt.Errorf("block of %q: request %d of %d: %w", b.Group, i+1, count,
				errBlock)
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
	names bool // it says which fault answered
}

func (d *decoder) unsigned() uint64 {
	if len(d.data) > 0 && d.data[0] < 0x80 { // most are of one byte
		v := d.data[0]
		d.data = d.data[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(d.data)
	return advance(d, v, n)
}

// signed undoes binary.AppendVarint.
func (d *decoder) signed() int64 {
	v := d.unsigned()
	return int64(v>>1) ^ -int64(v&1)
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

func (d *decoder) header() (count int, nodes, faults []string) {
	count = d.length(smallestRequest)
	nodes = d.table(count)
	if d.names {
		faults = d.table(count)
	}
	return count, nodes, faults
}

// table reads names, each of which one of so many requests has.
func (d *decoder) table(count int) (names []string) {
	many := d.length(1)
	if d.bad = d.bad || many > count; d.bad {
		return nil
	}
	for range many {
		n := d.length(1)
		names = append(names, string(d.data[:n]))
		d.data = d.data[n:]
	}
	return names
}

// request reads the next into r, field by field: tens of millions are read, and
// a whole one would be copied.
func (d *decoder) request(r *Request, p *previous, nodes, faults []string) {
	flags := d.octet()
	p.seq += uint64(d.signed())
	p.due += d.signed()
	user := int64(p.user) + d.signed()
	p.user = uint32(user)
	r.Seq, r.Due, r.User, r.Class, r.Attempts = p.seq, p.due*1000, p.user, OK, 1
	r.Reused, r.Injected, r.Unsent = flags&flagReused != 0, flags&flagInjected != 0,
		flags&flagUnsent != 0
	begin := p.due
	if r.Sent = 0; !r.Unsent {
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
	r.Lookup, r.Handshake, r.TLS = 0, 0, 0
	if flags&flagSteps != 0 {
		for _, s := range []*Step{&r.Lookup, &r.Handshake, &r.TLS} {
			*s = Step(d.below(1 << 32))
		}
	}
	if r.Fault = ""; r.Injected && d.names {
		if k := d.below(uint64(len(faults))); !d.bad {
			r.Fault = faults[k]
		}
	}
	d.bad = d.bad || flags&flagSteps != 0 && !d.steps || user != int64(p.user) ||
		r.Class >= Classes || p.node < 0 || p.node >= len(nodes)
	if !d.bad {
		r.Node, r.Status = nodes[p.node], p.status
	}
}
