package sla

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// perChange is enough: for what a baseline may have been, and so for p0 and p1, the
// smallest c is looked for with which an edge lies within 1/r + c/(r·f), and what is
// printed beside it for strays, of the truth in 95 of 100 simulated runs. A share below
// p1 is no outage.
func TestPerChangeHolds(t *testing.T) {
	head := "| bad all along | p0 | p1 |"
	for _, f := range shares {
		head += fmt.Sprintf(" c at %v %% |", 100*f)
	}
	out := newTable(t, "per change", head+" runs |")
	n := runs(400, 10_000)
	for _, noise := range []float64{0, 0.0005, 0.002, 0.008} {
		random := rand.New(rand.NewPCG(7, uint64(1e6*noise)))
		var p0, p1 float64 // means
		row := ""
		for _, f := range shares {
			needed := make([]float64, 0, 2*n)
			p0, p1 = 0, 0
			for range n {
				st, errs := edgeErrors(random, noise, f)
				p0, p1 = p0+st.p0/float64(n), p1+st.p1/float64(n)
				needed = append(needed, errs[0], errs[1])
			}
			if f < p1 {
				row += " no outage |"
				continue
			}
			slices.Sort(needed)
			c := needed[int(math.Ceil(0.95*float64(len(needed))))-1]
			if c > perChange {
				t.Errorf("%v %% bad all along, %v %% in the outage: it takes c = %.2f, and %d is promised",
					100*noise, 100*f, c, perChange)
			}
			row += fmt.Sprintf(" %.2f |", c)
		}
		out.row(fmt.Sprintf("| %v %% | %.2g %% | %.2g %% |%s %d |", 100*noise, 100*p0, 100*p1, row,
			n))
	}
}

// edgeErrors simulates one outage in a stream of requests, and gives of each of its
// edges by how many requests, as a multiple of 1/f, it is further off than is printed
// for strays. The first of 1/r + c/(r·f) is the phase between two requests.
func edgeErrors(random *rand.Rand, noise, f float64) (*stream, [2]float64) {
	const well = 6000
	out := int(math.Ceil(60 / f))
	st := &stream{}
	for i := range well + out + well {
		if random.Float64() < noise || i >= well && i < well+out && random.Float64() < f {
			st.bads = append(st.bads, uint32(i))
		}
	}
	st.setTest(below(st.bads, well), well, well+out+well, 1)
	all := st.segments()
	if len(all) != 1 {
		return st, [2]float64{math.Inf(1), math.Inf(1)}
	}
	place := func(k int) int { return int(st.bads[k]) }
	onset, recovery := place(all[0].first), place(all[0].last)
	early, late := place(st.within(all[0], 1))-onset, recovery-place(st.within(all[0], -1))
	beyond := func(off, printed int) float64 { return f * float64(max(0, max(off, -off)-printed)) }
	return st, [2]float64{beyond(onset-well, early), beyond(recovery-(well+out-1), late)}
}
