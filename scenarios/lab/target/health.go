//go:build linux

package target

import "time"

// health is what active checks make of a server: up until `fall` bad answers
// in a row, then down until `rise` good ones. A server not asked yet is
// up, as with HAProxy: else every start would be an outage. Where it is fresh,
// the first answer decides alone, as with HAProxy too: else a start would send
// users to servers that never said they want them, such as a standby.
type health struct {
	fall, rise int
	fresh      bool
	down       bool
	streak     int // answers in a row that speak against the present state
}

// note takes an answer in and reports whether the state changed.
func (h *health) note(good bool) bool {
	if good == !h.down {
		h.streak, h.fresh = 0, false
		return false
	}
	h.streak++
	if h.streak < h.limit() {
		return false
	}
	h.down, h.streak, h.fresh = !h.down, 0, false
	return true
}

// limit is how many answers in a row the next change takes.
func (h *health) limit() int {
	switch {
	case h.fresh:
		return 1
	case h.down:
		return h.rise
	}
	return h.fall
}

// ejection is what failed requests make of a server: out for a time after
// `errors` of them in a row, then in again with a clean slate. The zero value
// never ejects.
type ejection struct {
	errors int
	length time.Duration
	out    bool
	streak int
}

// note takes the end of a request in and reports whether the server is to be
// ejected now. What comes back while it is out was sent before.
func (e *ejection) note(good bool) bool {
	if e.errors == 0 || e.out {
		return false
	}
	if good {
		e.streak = 0
		return false
	}
	e.streak++
	if e.streak < e.errors {
		return false
	}
	e.out, e.streak = true, 0
	return true
}
