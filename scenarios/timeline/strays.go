package timeline

import "fmt"

// Stray is what went by no link: packets to an address outside the drill's network,
// which the switchboard dropped, or questions on the wire for a neighbour's own address.
type Stray struct {
	From string `json:"from"` // a node, or an address
	To   string `json:"to"`
	// tcp, udp, icmp, …; arp: To was asked for, past the switchboard
	Protocol string `json:"protocol"`
	Port     uint16 `json:"port,omitempty"` // of tcp and udp
	Packets  uint64 `json:"packets"`
}

// String says what was tried.
func (s Stray) String() string {
	switch {
	case s.Direct():
		return fmt.Sprintf("%s looked for %s on the wire, past the switchboard (%d × ARP)", s.From,
			s.To, s.Packets)
	case s.Port > 0:
		return fmt.Sprintf("%s tried %d × %s:%d/%s", s.From, s.Packets, s.To, s.Port, s.Protocol)
	}
	return fmt.Sprintf("%s tried %d × %s %s", s.From, s.Packets, s.To, s.Protocol)
}

// Direct reports whether it is a way past the switchboard, inside the network.
func (s Stray) Direct() bool { return s.Protocol == "arp" }

// Strays is what went by no link in a run, the most first, and how the network was
// closed.
type Strays struct {
	Seen    []Stray `json:"seen,omitempty"`
	Dropped uint64  `json:"dropped"` // packets, also of what is not told apart in Seen
	// Uncontained is what the network lacked of its walls, which --uncontained allowed.
	Uncontained []string `json:"uncontained,omitempty"`
}
