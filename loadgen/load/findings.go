package load

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is what reading back an acknowledged write brought: it is there, or
// the target says that it is not. An id that no answer said anything about has no finding.
type Finding struct {
	Seq  uint64 // of the request that wrote it
	Lost bool
}

// findingsVersion is how findings are packed; it lies apart from those of
// blocks of requests.
const findingsVersion = 0x81

// EncodeFindings packs findings of one group; it sorts them. A finding takes
// one to two bytes: twice the step from the previous number, and one more where
// it is lost.
func EncodeFindings(group string, all []Finding) Block {
	slices.SortFunc(all, func(a, b Finding) int { return cmp.Compare(a.Seq, b.Seq) })
	e := encoder{data: []byte{findingsVersion}}
	e.unsigned(uint64(len(all)))
	last := uint64(0)
	for _, f := range all {
		v := (f.Seq - last) << 1
		if f.Lost {
			v |= 1
		}
		e.unsigned(v)
		last = f.Seq
	}
	return Block{Group: group, Count: len(all), Data: e.data}
}

// DecodeFindings unpacks what EncodeFindings packed; damaged data is an error.
func DecodeFindings(b Block) ([]Finding, error) {
	d := decoder{data: b.Data}
	if v := d.octet(); d.bad || v != findingsVersion {
		return nil, fmt.Errorf("findings of %q: version %d, this program reads %d: %w", b.Group, v,
			findingsVersion, errBlock)
	}
	count := d.length(1)
	if d.bad || count != b.Count {
		return nil, fmt.Errorf("findings of %q: %w", b.Group, errBlock)
	}
	all := make([]Finding, count)
	last := uint64(0)
	for i := range all {
		v := d.unsigned()
		last += v >> 1
		all[i] = Finding{Seq: last, Lost: v&1 != 0}
	}
	if d.bad || len(d.data) > 0 {
		return nil, fmt.Errorf("findings of %q: %w", b.Group, errBlock)
	}
	return all, nil
}
