package load

import (
	"sync/atomic"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// Hook is a web address inside the drill's network, on the load node, where a
// user's monitoring delivers notifications by POST: http://hooks:PORT/PATH. Each becomes a
// Delivery event.
type Hook struct {
	Name string `json:"name"`
	Port int    `json:"port"`
	Path string `json:"path"`
	// Token ends the path: only who knows it notifies. Empty: whoever reaches the node does.
	Token secret.Text `json:"token,omitempty"`
}

// Delivery is one notification received by a hook, or one line of a log that says something.
// One that came to no hook, at an address where others wait, has no Hook and no Body.
type Delivery struct {
	Hook string `json:"hook"`
	From string `json:"from,omitempty"` // the node whose log it is in; empty: it came by a hook
	At   int64  `json:"at"`
	Body string `json:"body"` // at most MostDelivery
}

// MostDelivery is how large a notification may be, bytes: some thousand alerts.
const MostDelivery = 1 << 20

// How many notifications one listener takes in a drill, and bytes of them: a sender that
// runs wild fills no record. What comes after is refused, and told once.
const (
	MostDeliveries    = 10_000
	MostDeliveryBytes = 64 << 20
)

// Allowance counts what of it is left. The zero value has taken none.
type Allowance struct {
	n, bytes atomic.Int64
	told     atomic.Bool
}

// Take reports whether one more notification may be taken; first, whether it is the first
// that may not.
func (a *Allowance) Take(bytes int) (ok, first bool) {
	if a.n.Add(1) <= MostDeliveries && a.bytes.Add(int64(bytes)) <= MostDeliveryBytes {
		return true, false
	}
	return false, !a.told.Swap(true)
}
