package faults

// Partial is a fault that hits only a part of what crosses its links. A plan needs it to
// compute how long a baseline must be to see so little.
type Partial interface {
	// Part is the share of requests or connections hit, in (0, 1].
	Part() float64
}

// Part is the share of requests answered, over whole periods of a flap.
func (f *HTTPStatus) Part() float64 {
	if f.Flap != nil {
		return value(f.Share) * value(f.Flap.Duty)
	}
	return value(f.Share)
}

// Part is the share of SYNs dropped.
func (f *SynDrop) Part() float64 { return value(f.Share) }
