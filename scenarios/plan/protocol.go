package plan

import (
	"fmt"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// protocol is what a port of a node is known to speak; empty where it is not.
func (p *planner) protocol(n *Node, port uint16) string {
	e := n.Spec.Lab
	switch {
	case e == nil:
		return p.protocols[want{n.Name, port}]
	case speaksTLS(e, port):
		return link.Encrypted
	}
	return link.Plain
}

// defaultState is where an embedded balancer tells its state.
const defaultState = 8404

// speaksTLS: a balancer's state is for watchers, in plain HTTP.
func speaksTLS(e *scenarios.Embedded, port uint16) bool {
	return e.TLS && !(e.LB != nil && port == orElse(e.LB.State, defaultState))
}

// spoken takes in how a port is asked: it has to be how an embedded target
// answers, and is how a user's own image is taken to.
func (p *planner) spoken(keys []string, end endpoint) {
	spoken := map[string]string{"http": link.Plain, "https": link.Encrypted}[end.url.Scheme]
	for _, name := range p.nodesOf(end.host) {
		n := p.nodes[name]
		if n.Spec.Lab == nil {
			p.asked(want{name, end.port}, spoken)
			continue
		}
		if have := p.protocol(n, end.port); have != spoken {
			p.problem(keys, "%q: %s", end.url, mismatch(n.Target, end.port, have))
			return
		}
	}
}

// asked notes how a port is asked; where it is asked both ways, what it speaks is
// not known.
func (p *planner) asked(w want, spoken string) {
	if before, ok := p.protocols[w]; ok && before != spoken {
		spoken = ""
	}
	p.protocols[w] = spoken
}

func mismatch(target string, port uint16, speaks string) string {
	if speaks == link.Encrypted {
		return fmt.Sprintf("%s speaks TLS on port %d: want https://", target, port)
	}
	return fmt.Sprintf("%s does not speak TLS on port %d: want http://, or give its lab tls: true",
		target, port)
}
