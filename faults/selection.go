package faults

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
