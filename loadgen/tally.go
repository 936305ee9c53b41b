//go:build linux

package loadgen

// tally is a set of sequence numbers that come nearly in order: all below next,
// and the few that overtook.
type tally struct {
	next  uint64
	ahead map[uint64]struct{}
}

func (t *tally) add(seq uint64) {
	if seq != t.next {
		if t.ahead == nil {
			t.ahead = map[uint64]struct{}{}
		}
		t.ahead[seq] = struct{}{}
		return
	}
	for t.next++; ; t.next++ {
		if _, ok := t.ahead[t.next]; !ok {
			return
		}
		delete(t.ahead, t.next)
	}
}

// missing are the numbers below n that were never added, ascending.
func (t *tally) missing(n uint64) []uint64 {
	var all []uint64
	for seq := t.next; seq < n; seq++ {
		if _, ok := t.ahead[seq]; !ok {
			all = append(all, seq)
		}
	}
	return all
}
