package load

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Packer writes checks' answers and load nodes' usages one by one, each as the
// difference from those before it. Of a watcher that asks ten times a second that
// makes ten bytes an answer, which as JSON are a hundred. The format, all integers
// varint, times in ns:
//
//	answer: said [flags check detail, if new] start−previous end−start
//	usage:  at−previous group [name, if new] due−previous sent−previous
//	        unsent−previous in-flight lag descriptors cores has
//	        load [cpu] [memory] [io], as has says
//
// What an answer said, and a group, count those in the order in which they first
// came; one more than there are is new. The numbers before are those of the same
// group; floating ones are the bits that changed, from their end.
//
// The zero value is ready. An Unpacker reads all that one Packer wrote, in the same order.
type Packer struct {
	past
	said map[word]int
}

// Unpacker undoes a Packer. After an error it is of no more use.
type Unpacker struct {
	past
	said []word
}

// past is what the next is written as the difference from.
type past struct {
	answer int64   // start of the last
	usage  int64   // at of the last
	groups []Usage // the last of each
}

// group is the place of a group's last usage; one behind all where it has none.
func (p *past) group(name string) int {
	if k := slices.IndexFunc(p.groups, func(u Usage) bool { return u.Group == name }); k >= 0 {
		return k
	}
	return len(p.groups)
}

// word is what an answer is, but for its times.
type word struct {
	check, detail string
	good, known   bool
}

const (
	flagGood = 1 << iota
	flagKnown
)

// Which shares a usage has.
const (
	flagCPU = 1 << iota
	flagMemory
	flagIO
)

// Answer appends an answer to b.
func (p *Packer) Answer(b []byte, a Answer) []byte {
	e := encoder{data: b}
	s := word{a.Check, a.Detail, a.Good, a.Known}
	if p.said == nil {
		p.said = map[word]int{}
	}
	k, known := p.said[s]
	if !known {
		k = len(p.said)
		p.said[s] = k
	}
	e.unsigned(uint64(k))
	if !known {
		e.data = append(e.data, flag(a.Good, flagGood)|flag(a.Known, flagKnown))
		e.text(a.Check)
		e.text(a.Detail)
	}
	e.signed(a.Start - p.answer)
	e.signed(a.End - a.Start)
	p.answer = a.Start
	return e.data
}

// Answer reads one.
func (u *Unpacker) Answer(data []byte) (Answer, error) {
	d := decoder{data: data}
	k := d.below(uint64(len(u.said)) + 1)
	if !d.bad && int(k) == len(u.said) {
		flags := d.octet()
		u.said = append(u.said, word{check: d.text(), detail: d.text(), good: flags&flagGood != 0,
			known: flags&flagKnown != 0})
	}
	u.answer += d.signed()
	end := u.answer + d.signed()
	if err := d.whole("answer"); err != nil {
		return Answer{}, err
	}
	s := u.said[k]
	return Answer{Check: s.check, Start: u.answer, End: end, Good: s.good, Known: s.known,
		Detail: s.detail}, nil
}

// Usage appends a usage to b.
func (p *Packer) Usage(b []byte, x Usage) []byte {
	e := encoder{data: b}
	e.signed(x.At - p.usage)
	k := p.group(x.Group)
	e.unsigned(uint64(k))
	if k == len(p.groups) {
		p.groups = append(p.groups, Usage{Group: x.Group})
		e.text(x.Group)
	}
	o, m := &p.groups[k], x.Machine
	e.signed(int64(x.Due - o.Due))
	e.signed(int64(x.Sent - o.Sent))
	e.signed(int64(x.Unsent - o.Unsent))
	e.signed(int64(x.InFlight))
	e.signed(int64(x.LagP99))
	e.signed(int64(x.Descriptors))
	e.signed(int64(m.Cores))
	e.data = append(e.data, flag(m.CPU != nil, flagCPU)|flag(m.Memory != nil,
		flagMemory)|flag(m.IO != nil, flagIO))
	e.float(m.Load, o.Machine.Load)
	for _, v := range [][2]*float64{{m.CPU, o.Machine.CPU}, {m.Memory, o.Machine.Memory},
		{m.IO, o.Machine.IO}} {
		if v[0] != nil {
			e.float(*v[0], orZero(v[1]))
		}
	}
	p.usage, *o = x.At, x
	return e.data
}

// Usage reads one.
func (u *Unpacker) Usage(data []byte) (Usage, error) {
	d := decoder{data: data}
	u.usage += d.signed()
	k := d.below(uint64(len(u.groups)) + 1)
	if !d.bad && int(k) == len(u.groups) {
		u.groups = append(u.groups, Usage{Group: d.text()})
	}
	if d.bad {
		return Usage{}, d.whole("usage")
	}
	o := u.groups[k]
	x := Usage{At: u.usage, Group: o.Group}
	x.Due, x.Sent, x.Unsent = o.Due+uint64(d.signed()), o.Sent+uint64(d.signed()),
		o.Unsent+uint64(d.signed())
	x.InFlight, x.LagP99, x.Descriptors, x.Machine.Cores = int(d.signed()),
		time.Duration(d.signed()), int(d.signed()), int(d.signed())
	has := d.octet()
	x.Machine.Load = d.float(o.Machine.Load)
	for _, v := range []struct {
		flag   byte
		to     **float64
		before *float64
	}{{flagCPU, &x.Machine.CPU, o.Machine.CPU}, {flagMemory, &x.Machine.Memory,
		o.Machine.Memory}, {flagIO, &x.Machine.IO, o.Machine.IO}} {
		if has&v.flag != 0 {
			f := d.float(orZero(v.before))
			*v.to = &f
		}
	}
	u.groups[k] = x
	return x, d.whole("usage")
}

func flag(set bool, bit byte) byte {
	if set {
		return bit
	}
	return 0
}

func orZero(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}

// float writes the bits that changed. Numbers of few digits that are near each
// other have few of them, most at the front.
func (e *encoder) float(v, before float64) {
	e.unsigned(bits.ReverseBytes64(math.Float64bits(v) ^ math.Float64bits(before)))
}

func (d *decoder) float(before float64) float64 {
	return math.Float64frombits(bits.ReverseBytes64(d.unsigned()) ^ math.Float64bits(before))
}

func (e *encoder) text(s string) {
	e.data = append(binary.AppendUvarint(e.data, uint64(len(s))), s...)
}

func (d *decoder) text() string {
	n := d.length(1)
	s := string(d.data[:n])
	d.data = d.data[n:]
	return s
}

// whole is an error where something was missing or is left.
func (d *decoder) whole(what string) error {
	if d.bad || len(d.data) > 0 {
		return fmt.Errorf("not a packed %s, or a damaged one", what)
	}
	return nil
}
