package plan

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// draws are made at random from the seed: the same seed and name draw the same, in order.
type draws struct{ random *rand.Rand }

func newDraws(seed uint64, name string) draws {
	return draws{rand.New(rand.NewPCG(seed, nameSeed(name)))}
}

// nameSeed keeps several drills under one seed from drawing the same phases.
func nameSeed(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// phase draws one in [0, d).
func (r draws) phase(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(r.random.Int64N(int64(d)))
}
