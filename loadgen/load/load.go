package load

import (
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
)

// Spec is everything a load node needs; it is the body of the call "prepare".
type Spec struct {
	Run      string       `json:"run"`      // 16 hex digits; the first half of every trace id
	Subnet   netip.Prefix `json:"subnet"`   // the only addresses ever dialled
	Resolver netip.Addr   `json:"resolver"` // the switchboard's DNS
	Groups   []Group      `json:"groups"`
	Floods   []Group      `json:"floods,omitempty"` // let loose by the call "flood"; see FloodStats
	Swarms   []Swarm      `json:"swarms,omitempty"` // the same, of connections
	Checks   []Check      `json:"checks"`
	Hooks    []Hook       `json:"hooks,omitempty"`
	// Metrics is the port at which the node shows a Prometheus what its users and checks saw, at
	// /metrics; 0: it does not.
	Metrics uint16 `json:"metrics,omitempty"`
	// Authority is the drill's own, PEM: all groups and checks trust it, besides what else
	// they do.
	Authority string `json:"authority,omitempty"`
}

// MetricsPort is that port, where a plan has one.
const MetricsPort = 9100

// Group is one group of synthetic users doing the same thing.
type Group struct {
	Name    string                 `json:"name"`
	URL     secret.Text            `json:"url"`
	Method  string                 `json:"method"`
	Headers map[string]secret.Text `json:"headers,omitempty"`
	Body    secret.Text            `json:"body,omitempty"`
	Expect  Expect                 `json:"expect,omitzero"`
	Rate    float64                `json:"rate"` // requests per second, > 0
	// synthetic users, ≥ 1; the n-th request is user n mod Users
	Users   int           `json:"users"`
	Timeout time.Duration `json:"timeout"` // of a whole request, from sent
	Slow    time.Duration `json:"slow"`    // τ: slower than this, from due, is bad

	// Sources are the group's own addresses on the load node; the node adds
	// them to its interface. A user keeps to one: user mod len(Sources).
	Sources []netip.Addr `json:"sources"`

	PerRequest bool `json:"per_request"`        // a new connection for each request
	PerUser    bool `json:"per_user,omitempty"` // users share no connections
	// a connection is closed at this age; 0: never
	Live time.Duration `json:"live"`
	// TCP keepalive after so long idle, and as often; 0: none
	KeepAlive time.Duration `json:"keepalive,omitempty"`
	CA        string        `json:"ca,omitempty"`   // PEM, trusted besides the drill's own
	Ramp      time.Duration `json:"ramp,omitempty"` // the rate climbs for so long
	Mix       []Part        `json:"mix,omitempty"`  // paths by weight, instead of the URL's
	// names are kept at least so long; 0: not at all; nil: as their TTL says
	DNSCache *time.Duration `json:"dns_cache,omitempty"`
	// most requests in flight; 0: from rate and time-out
	Workers int `json:"workers,omitempty"`
	// IDMark in URL and body becomes the id of each request
	Writes *Writes `json:"writes,omitempty"`
}

// NoDelivery is something that was sent to a hook and is no notification; to no hook, where it
// has none.
type NoDelivery struct {
	Hook   string          `json:"hook"`
	Why    string          `json:"why"`
	Stated *link.Statement `json:"stated,omitempty"` // Why by a code
}

// Start is the body of the call "start".
type Start struct {
	// Load starts the groups, Checks the periodic checks.
	Load   bool `json:"load"`
	Checks bool `json:"checks"`
}

// Started says when the first request was due.
type Started struct {
	At int64 `json:"at"`
}
