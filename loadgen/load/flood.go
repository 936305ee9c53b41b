package load

import (
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Part is one kind of request of a mix, drawn by weight.
type Part struct {
	Path   string `json:"path"`
	Weight int    `json:"weight"` // above zero
}

// FloodStats is what a flood did.
type FloodStats struct {
	Unit   string          `json:"unit"`             // of Sent
	Detail string          `json:"detail"`           // what became of them …
	Stated *link.Statement `json:"stated,omitempty"` // … by a code
	// requests written to a connection that stood, or such connections
	Sent     uint64 `json:"sent"`
	Answered uint64 `json:"answered"` // with any status; requests only
	First    int64  `json:"first"`    // when the first was sent; 0: never
	Last     int64  `json:"last"`
	Active   bool   `json:"active"`
	Since    int64  `json:"since"` // when the call came in …
	At       int64  `json:"at"`    // … and when what it asked for was done
}

// Let is the body of the call "flood".
type Let struct {
	Name string `json:"name"`
	// For is how long it may last: then the load node ends it by itself, and sends
	// "expired" (wire.Expired). 0: until it is ended.
	For time.Duration `json:"for,omitempty"`
}

// Swarm is many connections that are opened and held, and on which as little is
// said as keeps the other side waiting.
type Swarm struct {
	Name    string `json:"name"`
	Address string `json:"address"` // host:port
	// held at a time, at most; what the target closes is opened again
	Connections int           `json:"connections"`
	Rate        float64       `json:"rate"`            // opened per second, at most
	Sources     []netip.Addr  `json:"sources"`         // in turn
	Timeout     time.Duration `json:"timeout"`         // of a handshake
	Begin       string        `json:"begin,omitempty"` // said once a connection stands
	// said again and again after it, a byte at a time …
	Drip  byte          `json:"drip,omitempty"`
	Every time.Duration `json:"every,omitempty"` // … so often; 0: never
}
