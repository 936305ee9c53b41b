package faults

// Instant is a fault that is lifted as soon as it is injected: it has no length
// of its own, and what it does to the users lasts until what it broke serves
// again.
type Instant interface{ Instant() }

// IsInstant reports whether a fault is one.
func IsInstant(f Fault) bool {
	_, ok := f.(Instant)
	return ok
}
