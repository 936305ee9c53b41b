package link

import (
	"net/netip"

	"github.com/stormdrill/stormdrill/faults/authority"
)

// Spec is the body of the call "prepare": all links, names and what may happen
// to them. A switchboard is prepared once.
type Spec struct {
	// 16 hex digits: traceparents that begin 00-<run> are users' traffic
	Run    string       `json:"run"`
	Subnet netip.Prefix `json:"subnet"`
	// Gateway is where the containers' default route leads: the switchboard takes this
	// address, and what arrives there is a stray. Bridge is the one that the engine's
	// bridge must not have. Neither is set where there is no engine.
	Gateway netip.Addr `json:"gateway,omitzero"`
	Bridge  netip.Addr `json:"bridge,omitzero"`
	Links   []Link     `json:"links"`
	Clients []Client   `json:"clients"`
	// Names are fixed names that every client may resolve, such as "hooks", the load node's
	// address for webhooks. Lower case.
	Names map[string]netip.Addr `json:"names,omitempty"`
	// Metrics is the port at which the switchboard shows a Prometheus the counters of its links,
	// at /metrics; 0: it does not.
	Metrics uint16 `json:"metrics,omitempty"`
	// Authority signs the certificates that tls rules and opened links show. It is
	// the drill's own.
	Authority authority.Pair `json:"authority,omitzero"`
}

// MetricsPort is that port, where a plan has one.
const MetricsPort = 9101

// Link is the path from one consumer to one port of one node.
type Link struct {
	ID   string     `json:"id"`   // "shoppers -> lb:8080"
	From string     `json:"from"` // name of the client
	To   string     `json:"to"`   // node: "app-2"
	Name string     `json:"name"` // target: "app"; equals To where there is one replica
	Addr netip.Addr `json:"addr"` // the link's own address, on the switchboard
	Port uint16     `json:"port"`
	Node netip.Addr `json:"node"` // the node's real address
	// Proxied: Toxiproxy and the HTTP stage stand in this link from the start;
	// otherwise it is a kernel path.
	Proxied bool `json:"proxied"`
	// Opened: where the client speaks TLS, it ends in this link and begins anew, so
	// that HTTP in it can be read. What is shown is by the drill's own authority.
	Opened bool `json:"opened,omitempty"`
	Users  bool `json:"users"` // From is a load group
	// Staged, of a proxied link: a fault of the plan answers in the node's stead, or slows
	// requests down, so the HTTP stage holds the head of each, or a ClientHello, until it is
	// whole.
	Staged bool `json:"staged,omitempty"`
	// Fields are the header fields of requests by which a fault of the plan tells them apart.
	Fields []string `json:"fields,omitempty"`
	// Protocol is Plain or Encrypted; empty: not known.
	Protocol string `json:"protocol,omitempty"`
}

// What Link.Protocol may be.
const (
	Plain     = "plain"
	Encrypted = "tls"
)

// Client is what asks names and opens connections. Addresses[i] is
// seen by targets as Aliases[i] (source NAT).
type Client struct {
	Name      string       `json:"name"`
	Addresses []netip.Addr `json:"addresses"`
	Aliases   []netip.Addr `json:"aliases"`
	// TTL is how long answers about a name (lower case) may be kept, in seconds; 1
	// for names that it lacks.
	TTL map[string]uint32 `json:"ttl,omitempty"`
}
