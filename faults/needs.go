package faults

import (
	"net/netip"
	"net/url"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// What a fault may need of a plan besides its aim. A fault that has such a need
// implements the interface; all others need not.

// Relative is a fault with a strength that may be given relative to the users' load.
type Relative interface {
	// Beside is the fault once the rate of all load groups together is known.
	Beside(users quantity.Rate) Fault
}

// Sending is a fault that is traffic of its own, made by the load node.
type Sending interface {
	// Addresses is from how many it comes.
	Addresses() int
	// Sends is the traffic to a URL, which is at host:port, from those addresses.
	Sends(to *url.URL, address string, from []netip.Addr) Traffic
}

// Traffic is what such a fault sends: requests or held connections. Its name is the fault's.
type Traffic struct {
	Flood *load.Group
	Swarm *load.Swarm
}

// Lasting is a fault that has to be on for a time to do what it does.
type Lasting interface {
	// Within says what is wrong with being on for so long (a SettingError).
	Within(on time.Duration) error
}

// Idling is a fault that only connections meet which have been idle.
type Idling interface {
	// Idle is for how long.
	Idle() time.Duration
}

// Retried is a fault of what is sent again.
type Retried interface {
	// Retry is after how long: a request given up before is no witness of it.
	Retry() time.Duration
}

// Delaying is a fault that makes answers late, and does nothing else.
type Delaying interface {
	// Delays is by how much at most.
	Delays() time.Duration
}
