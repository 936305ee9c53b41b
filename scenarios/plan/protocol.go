package plan

import (
	"fmt"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// protocols are those that ports of users' own images are known to use, by how they are
// asked; empty where they are asked in two ways.
type protocols map[want]string

// ask takes in how a port is asked.
func (p protocols) ask(w want, spoken string) {
	if before, ok := p[w]; ok && before != spoken {
		spoken = ""
	}
	p[w] = spoken
}

// merged takes in how ports are asked by several.
func merged(all ...protocols) protocols {
	out := protocols{}
	for _, one := range all {
		for w, spoken := range one {
			out.ask(w, spoken)
		}
	}
	return out
}

// of is the protocol that a port of a node is known to use; empty where it is not.
func (p protocols) of(n *Node, port uint16) string {
	if n.Spec.Lab == nil {
		return p[want{n.Name, port}]
	}
	return embeddedProtocol(n.Spec.Lab, port)
}

// embeddedProtocol is that of a port of an embedded target.
func embeddedProtocol(e *scenarios.Embedded, port uint16) string {
	if speaksTLS(e, port) {
		return link.Encrypted
	}
	return link.Plain
}

// defaultState is where an embedded balancer shows its state.
const defaultState = 8404

// speaksTLS: a balancer's state is for watchers, in plain HTTP.
func speaksTLS(e *scenarios.Embedded, port uint16) bool {
	return e.TLS && !(e.LB != nil && port == orElse(e.LB.State, defaultState))
}

// spoken takes in how a port is asked: it has to be how an embedded target
// answers, and is how a user's own image is taken to.
func (p endpoints) spoken(keys []string, end endpoint) {
	spoken := map[string]string{"http": link.Plain, "https": link.Encrypted}[end.url.Scheme]
	for _, name := range p.nodesOf(end.host) {
		n := p.nodes[name]
		if n.Spec.Lab == nil {
			p.asked.ask(want{name, end.port}, spoken)
			continue
		}
		if have := embeddedProtocol(n.Spec.Lab, end.port); have != spoken {
			p.problem(keys, "%q: %s", end.url, mismatch(n.Target, end.port, have))
			return
		}
	}
}

func mismatch(target string, port uint16, speaks string) string {
	if speaks == link.Encrypted {
		return fmt.Sprintf("%s speaks TLS on port %d: want https://", target, port)
	}
	return fmt.Sprintf("%s does not speak TLS on port %d: want http://, or give its lab tls: true",
		target, port)
}
