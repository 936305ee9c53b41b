package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// ready checks a target's condition of readiness.
func (p targetCheck) ready(t *scenarios.Target, keys []string) {
	r := t.Ready
	n := 0
	for _, set := range []bool{r.HTTP != "", r.TCP != "", r.Log != "", r.Health} {
		if set {
			n++
		}
	}
	if n != 1 && !p.mistyped(keys) {
		p.problem(keys, "ready: want exactly one of http, tcp, log, health; there are %d", n)
	}
	checkExpect(p.diagnostics, append(slices.Clip(keys), "expect"), r.Expect)
	if !r.Expect.IsZero() && r.HTTP == "" {
		p.problem(append(slices.Clip(keys), "expect"),
			"ready: expect is about the answer to http, which is not asked: want ready: {http: "+
				"…, expect: …}")
	}
	if r.Health && t.Lab != nil {
		p.problem(append(slices.Clip(keys), "health"),
			"an embedded target has no health check of its own: use http or tcp")
	}
}

// readyName is that of the consumer that asks whether nodes serve.
const readyName = "ready"

// readiness is the pass that gives every node the questions that say it serves: its own URL
// or port, else, where it has any, its first port.
type readiness struct {
	*diagnostics
	endpoints endpoints
	from      netip.Addr // the load node's
}

// readinessOut is what is asked of which node before the baseline.
type readinessOut struct {
	checks   map[string][]load.Check // by node
	consumer *consumer               // what asks, and what it asks
	asked    protocols
}

func (p readiness) checks() readinessOut {
	out := readinessOut{map[string][]load.Check{}, newConsumer(readyName, kindReady),
		p.endpoints.asked}
	for _, name := range sortedKeys(p.endpoints.nodes) {
		n := p.endpoints.nodes[name]
		keys := at("targets", n.Target, "ready")
		r := orElse(n.Spec.Ready, &scenarios.Ready{})
		c := load.Check{Name: "ready:" + n.Name, Source: p.from, Every: watch.DefaultPoll,
			Timeout: watch.DefaultEvery}
		switch {
		case r.HTTP != "":
			end, ok := p.endpoints.endpoint(append(keys, "http"), r.HTTP)
			if !ok {
				continue
			}
			c.HTTP = &load.HTTPProbe{URL: end.on(n), Expect: r.Expect}
			out.consumer.reach(p.endpoints.nodesOf(end.host), end.port)
		case r.TCP != "":
			end, ok := p.endpoints.hostPort(append(keys, "tcp"), r.TCP)
			if !ok {
				continue
			}
			c.TCP = &load.TCPProbe{Address: string(end.on(n))}
			out.consumer.reach(p.endpoints.nodesOf(end.host), end.port)
		case len(n.Spec.Ports) > 0:
			c.TCP = &load.TCPProbe{Address: fmt.Sprintf("%s:%d", n.Name, n.Spec.Ports[0])}
			out.consumer.reach(p.endpoints.nodesOf(n.Name), n.Spec.Ports[0])
		default:
			continue
		}
		out.checks[name] = []load.Check{c}
	}
	return out
}
