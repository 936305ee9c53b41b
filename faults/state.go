package faults

// Stateful is a fault that is proven by the state of its target, which is dead, frozen
// or starved, as well as by what its links saw.
type Stateful interface{ OfState() }

// OfState reports whether a fault is one.
func OfState(f Fault) bool {
	_, ok := f.(Stateful)
	return ok
}

// OfState marks those whose target is dead, frozen or starved.
func (*Kill) OfState()         {}
func (*Stop) OfState()         {}
func (*Restart) OfState()      {}
func (*Pause) OfState()        {}
func (*CPUStarve) OfState()    {}
func (*MemoryStarve) OfState() {}

// Sparing is a fault that lets some paths alone.
type Sparing interface {
	// Spares are the paths, as a scenario writes them.
	Spares() []string
}

// Spares are the paths whose requests are passed on.
func (f *HTTPStatus) Spares() []string { return f.Spare }

// Spares are the paths whose requests are passed on.
func (f *BlockPage) Spares() []string { return f.Spare }

// Spares are the paths whose answers are as quick as ever.
func (f *Latency) Spares() []string { return f.Spare }
