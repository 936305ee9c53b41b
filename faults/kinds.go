package faults

// Kinds has one field per fault; a scenario sets exactly one. A new fault is
// one file and one line here; about is its line in `stormdrill list`.
type Kinds struct {
	HTTPStatus      *HTTPStatus      `yaml:"http-status" about:"a link answers requests, or a share of them, with a status of its own: one bad node behind a load balancer"`
	Latency         *Latency         `yaml:"latency" about:"answers on a link come late, all or a share, with jitter: a region that takes a detour"`
	SynDrop         *SynDrop         `yaml:"syn-drop" about:"SYNs of new connections are dropped, all or a share: connecting hangs, then times out"`
	Refuse          *Refuse          `yaml:"refuse" about:"new connections are answered with RST at once: a closed port, a rejecting firewall"`
	AcceptStall     *AcceptStall     `yaml:"accept-stall" about:"new connections meet a full accept queue: a few open and hang, the rest are not answered"`
	Unreachable     *Unreachable     `yaml:"unreachable" about:"new connections are answered with ICMP unreachable: no route, or a firewall with manners"`
	Blackhole       *Blackhole       `yaml:"blackhole" about:"all packets of a link vanish, those of established connections too, one way or both"`
	Loss            *Loss            `yaml:"loss" about:"a share of a link's packets is lost, both ways"`
	Duplicate       *Duplicate       `yaml:"duplicate" about:"a share of a link's packets comes twice, both ways: a loop in the network, a fail-over that sends on both lines"`
	Reset           *Reset           `yaml:"reset" about:"connections get an RST, those that stand too: at once, behind so many bytes of an answer, or at an age"`
	Bandwidth       *Bandwidth       `yaml:"bandwidth" about:"answers, requests or both come through a narrow line, each connection by itself: slow transfers"`
	Slice           *Slice           `yaml:"slice" about:"answers come in small pieces, one after the other"`
	LimitData       *LimitData       `yaml:"limit-data" about:"answers are cut behind so many bytes, and the connection closed"`
	Stall           *Stall           `yaml:"stall" about:"answers stop, and connections stay open; the lift lets go what was held"`
	IdleDrop        *IdleDrop        `yaml:"idle-drop" about:"flows idle for a time are forgotten, silently: long connections hang for ever after an idle spell"`
	BlockPage       *BlockPage       `yaml:"block-page" about:"requests are answered with a page that a WAF would give"`
	DNS             *DNS             `yaml:"dns" about:"names get NXDOMAIN, SERVFAIL, REFUSED, silence, a late, truncated or wrong answer, by who asks, or move, and their old address refuses"`
	Flood           *Flood           `yaml:"flood" about:"an HTTP flood beside the users, with a mix of paths, from many addresses"`
	ConnectionFlood *ConnectionFlood `yaml:"connection-flood" about:"connections are opened and held, until a server has none left for the users"`
	SlowRequests    *SlowRequests    `yaml:"slow-requests" about:"requests that come a byte at a time and never end, header or body: slowloris, slow POST"`
	TLS             *TLS             `yaml:"tls" about:"TLS handshakes meet an expired, wrong or unknown certificate, or half a chain, an old version, or silence"`
	Stop            *Stop            `yaml:"stop" about:"a target gets SIGTERM and is started again on lift; its host refuses"`
	Restart         *Restart         `yaml:"restart" about:"a target gets SIGTERM and is started again at once; its host refuses until it serves"`
	Pause           *Pause           `yaml:"pause" about:"a target is frozen: connections open, and nobody answers"`
	CPUStarve       *CPUStarve       `yaml:"cpu-starve" about:"a target is left a fraction of a CPU: all it does is late"`
	MemoryStarve    *MemoryStarve    `yaml:"memory-starve" about:"a target is left less memory than it needs: the kernel kills it, and its host refuses"`
	DiskFull        *DiskFull        `yaml:"disk-full" about:"a disk of a target's is filled: writes fail for want of space, and reads go on"`
	Kill            *Kill            `yaml:"kill" about:"a target gets SIGKILL and is started again on lift; its host refuses, or falls silent"`
	Exec            *Exec            `yaml:"exec" about:"your own: commands of yours inject, lift and prove it, on this machine"`
}
