package faults

// Kinds has one field per fault; a scenario sets exactly one. A new fault is
// one file, and one line here; the comment is its line in `stormdrill list`.
type Kinds struct {
	// a link answers requests, or a share of them, with a status of its own: one bad node behind a
	// load balancer
	HTTPStatus *HTTPStatus `yaml:"http-status"`
	// answers on a link come late, all or a share, with jitter: a region that takes a detour
	Latency *Latency `yaml:"latency"`
	// SYNs of new connections are dropped, all or a share: connecting hangs, then times out
	SynDrop *SynDrop `yaml:"syn-drop"`
	// new connections are answered with RST at once: a closed port, a rejecting firewall
	Refuse *Refuse `yaml:"refuse"`
	// new connections meet a full accept queue: a few open and hang, the rest are not answered
	AcceptStall *AcceptStall `yaml:"accept-stall"`
	// new connections are answered with ICMP unreachable: no route, or a firewall with manners
	Unreachable *Unreachable `yaml:"unreachable"`
	// all packets of a link vanish, those of established connections too, one way or both
	Blackhole *Blackhole `yaml:"blackhole"`
	// a share of a link's packets is lost, both ways
	Loss *Loss `yaml:"loss"`
	// a share of a link's packets comes twice, both ways: a loop in the network, a fail-over that
	// sends on both lines
	Duplicate *Duplicate `yaml:"duplicate"`
	// connections get an RST, those that stand too: at once, behind so many bytes of an answer, or
	// at an age
	Reset *Reset `yaml:"reset"`
	// answers, requests or both come through a narrow line, each connection by itself: slow
	// transfers
	Bandwidth *Bandwidth `yaml:"bandwidth"`
	// answers come in small pieces, one after the other
	Slice *Slice `yaml:"slice"`
	// answers are cut behind so many bytes, and the connection closed
	LimitData *LimitData `yaml:"limit-data"`
	// answers stop, and connections stay open; the lift lets go what was held
	Stall *Stall `yaml:"stall"`
	// flows idle for a time are forgotten, silently: long connections hang for ever after an idle
	// spell
	IdleDrop *IdleDrop `yaml:"idle-drop"`
	// requests are answered with a page that a WAF would give
	BlockPage *BlockPage `yaml:"block-page"`
	// names get NXDOMAIN, SERVFAIL, REFUSED, silence, a late, truncated or wrong answer, by what
	// asks, or move, and their old address refuses
	DNS *DNS `yaml:"dns"`
	// an HTTP flood beside the users, with a mix of paths, from many addresses
	Flood *Flood `yaml:"flood"`
	// connections are opened and held, until a server has none left for the users
	ConnectionFlood *ConnectionFlood `yaml:"connection-flood"`
	// requests that come a byte at a time and never end, header or body: slowloris, slow POST
	SlowRequests *SlowRequests `yaml:"slow-requests"`
	// TLS handshakes meet an expired, wrong or unknown certificate, or half a chain, an old
	// version, or silence
	TLS *TLS `yaml:"tls"`
	// a target gets SIGTERM and is started again on lift; its host refuses
	Stop *Stop `yaml:"stop"`
	// a target gets SIGTERM and is started again at once; its host refuses until it serves
	Restart *Restart `yaml:"restart"`
	// a target is frozen: connections open, and no answer comes
	Pause *Pause `yaml:"pause"`
	// a target is left a fraction of a CPU: all it does is late
	CPUStarve *CPUStarve `yaml:"cpu-starve"`
	// a target is left less memory than it needs: the kernel kills it, and its host refuses
	MemoryStarve *MemoryStarve `yaml:"memory-starve"`
	// a disk of a target's is filled: writes fail for want of space, and reads go on
	DiskFull *DiskFull `yaml:"disk-full"`
	// a target gets SIGKILL and is started again on lift; its host refuses, or falls silent
	Kill *Kill `yaml:"kill"`
	// your own: commands of yours inject, lift and prove it, on this machine
	Exec *Exec `yaml:"exec"`
}
