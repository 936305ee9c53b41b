// Package carry takes connections into a drill's network over one stream: the stdin and
// stdout of a node, which dials where each is to lead. Both ends are here. The stream is
// HTTP/2, with a CONNECT for each connection: it keeps many apart, lets none of them hold
// up the others or pile up where nothing reads, and says how one ended.
package carry

import (
	"net/http"
	"net/netip"
	"time"
)

// Spec is what the node is given.
type Spec struct {
	Subnet netip.Prefix `json:"subnet"` // nothing outside is dialled
	// Ports are where connections may lead, by name.
	Ports map[string]netip.AddrPort `json:"ports"`
}

// Variable is where the environment of a node has its Spec, as JSON.
const Variable = "STORMDRILL_PORTS"

// Most is how many connections may be under way at once.
const Most = 50

// hello is the node's first line: from then on it is expected to answer.
const hello = "carrying\n"

// How much is taken of a connection before its other side has read it, bytes in one direction.
// To the node it is what HTTP/2 begins with, and no less: what comes before its settings are
// known would be too much. Of all together the node takes less than 4 MiB, as HTTP2Config wants.
const (
	mostUp   = 64 << 10
	mostDown = 256 << 10
)

// quietFor is how long the stream may be silent before the other side is asked for a sign of
// life, and silentFor how long that may take.
const (
	quietFor  = 5 * time.Second
	silentFor = 10 * time.Second
)

// protocol is HTTP/2 and no other.
func protocol() *http.Protocols {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &p
}
