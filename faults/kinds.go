package faults

// Kinds has one field per fault; a scenario sets exactly one. A new fault is
// one file and one line here; about is its line in `stormdrill list`.
type Kinds struct {
	HTTPStatus *HTTPStatus `yaml:"http-status" about:"a link answers requests, or a share of them, with a status of its own: one bad node behind a load balancer"`
	Latency    *Latency    `yaml:"latency" about:"answers on a link come late, with jitter: a region that takes a detour"`
	SynDrop    *SynDrop    `yaml:"syn-drop" about:"SYNs of new connections are dropped, all or a share: connecting hangs, then times out"`
	Refuse     *Refuse     `yaml:"refuse" about:"new connections are answered with RST at once: a closed port, a rejecting firewall"`
	Kill       *Kill       `yaml:"kill" about:"a target gets SIGKILL and is started again on lift; its host refuses, or falls silent"`
}
