package timeline

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// column holds one field of a run of requests, each value as its distance from
// the least one, in as many bits as the greatest distance takes (“frame of
// reference”): a field that is always the same takes none. Distances that are all
// whole microseconds, which is what a record file has, are counted in those.
// Any int64 comes back as it was put in.
type column struct {
	least int64
	unit  int64 // 1, or 1000: a microsecond
	width uint8 // bits of a value: 0 to widest, or 64
	begin uint32
}

// widest is how many bits of a value can be read at once wherever it begins
// within a byte; what takes more is given all 64, and begins with its byte.
const widest = 56

// spare bytes behind the last column let it be read eight at a time.
const spare = 8

// appendColumn adds a column to data.
func appendColumn(data []byte, values []int64) (column, []byte) {
	c := column{unit: 1, begin: uint32(len(data))}
	if len(values) == 0 {
		return c, data
	}
	most := int64(0)
	c.least, most = slices.Min(values), slices.Max(values)
	if inMicros(values, c.least) {
		c.unit = 1000
	}
	c.width = uint8(bits.Len64(uint64(most-c.least) / uint64(c.unit)))
	if c.width > widest {
		c.width = 64
	}
	size := (len(values)*int(c.width) + 7) / 8
	data = slices.Grow(data, size+spare)[:len(data)+size+spare]
	c.write(data[c.begin:], values)
	return c, data[:len(data)-spare]
}

// inMicros reports whether all values lie whole microseconds from the least.
func inMicros(values []int64, least int64) bool {
	for _, v := range values {
		if uint64(v-least)%1000 != 0 {
			return false
		}
	}
	return true
}

// write puts the values one behind the other, whole words at a time. To divide by
// a constant takes a fraction of the time that dividing by any number does.
func (c *column) write(out []byte, values []int64) {
	word, have, width := uint64(0), uint(0), uint(c.width)
	for _, v := range values {
		d := uint64(v - c.least)
		if c.unit == 1000 {
			d /= 1000
		}
		word |= d << have
		if have += width; have >= 64 {
			binary.LittleEndian.PutUint64(out, word)
			have -= 64
			out, word = out[8:], d>>(width-have)
		}
	}
	binary.LittleEndian.PutUint64(out, word)
}

// place is the byte in which the i-th value begins, and at which of its bits.
func (c *column) place(i int) (at int, shift uint) {
	bit := uint(i) * uint(c.width)
	return int(c.begin) + int(bit>>3), bit & 7
}

// value is the i-th.
func (c *column) value(data []byte, i int) int64 {
	at, shift := c.place(i)
	v := binary.LittleEndian.Uint64(data[at:at+8]) >> shift & (1<<c.width - 1)
	return c.least + int64(v)*c.unit
}

// read reads the values from the i-th on.
func (c *column) read(data []byte, i int, out []int64) {
	least, unit, width, mask := c.least, c.unit, uint(c.width), uint64(1)<<c.width-1
	bit := uint(c.begin)*8 + uint(i)*width
	for k := range out {
		v := binary.LittleEndian.Uint64(data[bit>>3:]) >> (bit & 7) & mask
		out[k] = least + int64(v)*unit
		bit += width
	}
}
