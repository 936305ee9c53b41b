package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// embeddedCheck checks targets that Stormdrill brings itself.
type embeddedCheck targetCheck

// mostWebConnections is what an engine's usual limit of descriptors allows.
const mostWebConnections = 10_000

// embedded checks an embedded target.
func (p embeddedCheck) embedded(t *scenarios.Target, keys []string) {
	sub := func(more ...string) []string { return append(slices.Clip(keys), more...) }
	kinds, _ := scenarios.Chosen(t.Lab)
	if len(kinds) != 1 && !p.mistyped(keys) {
		p.problem(keys, "lab: want exactly one of web, lb, kv, sql; there %s", amount(kinds))
	}
	if t.Lab.TLS && t.Lab.KV != nil {
		p.problem(sub("tls"), "tls: kv is followed by its standby in plain HTTP, and does not "+
			"speak TLS: take it away")
	}
	if len(t.Ports) == 0 {
		p.problem(at("targets", keys[1], "ports"),
			"an embedded target has to serve somewhere: give it ports, such as [8080]")
	}
	if w := t.Lab.Web; w != nil && (w.Work < 0 || w.Start < 0) {
		p.problem(sub("web"), "web: want no negative work or start, have %s and %s", w.Work,
			w.Start)
	}
	if w := t.Lab.Web; w != nil && w.Health != "" && !strings.HasPrefix(w.Health, "/") {
		p.problem(sub("web", "health"), "health %q: want a path that begins with /", w.Health)
	}
	if w := t.Lab.Web; w != nil && (w.Connections < 0 || w.Connections > mostWebConnections) {
		p.problem(sub("web", "connections"),
			"connections %d: want at most %d, or none for as many as come", w.Connections,
			mostWebConnections)
	}
	if w := t.Lab.Web; w != nil && w.Spool != "" && t.Tmpfs[w.Spool] == 0 {
		p.problem(sub("web", "spool"),
			"spool %s: the target has no such disk: give it one, such as tmpfs: {%s: 64MiB}",
			w.Spool, w.Spool)
	}
	if w := t.Lab.Web; w != nil && w.Outages != nil {
		p.outages(w, sub("web", "outages"))
	}
	if k := t.Lab.KV; k != nil {
		p.pair(t, k, keys[1], sub("kv"))
	}
	b := t.Lab.LB
	if b == nil {
		return
	}
	p.backend(t, b, sub("lb", "backend"))
	if c := b.Check; c != nil {
		here := sub("lb", "check")
		if c.Interval <= 0 {
			p.problem(append(here, "interval"), "check: want an interval above zero, such as 500ms")
		}
		if c.Fall < 1 || c.Rise < 1 {
			p.problem(here, "check: want fall and rise of at least 1, have %d and %d", c.Fall,
				c.Rise)
		}
		if c.Path != "" && !strings.HasPrefix(c.Path, "/") {
			p.problem(append(here, "path"), "path %q: want one that begins with /", c.Path)
		}
	}
	if b.Timeout < 0 {
		p.problem(sub("lb", "timeout"), "timeout %s: want one above zero, such as 1s", b.Timeout)
	}
	if e := b.Passive; e != nil && (e.Errors < 1 || e.For <= 0) {
		p.problem(sub("lb", "passive"), "passive: want errors of at least 1 and a time above "+
			"zero under for")
	}
}

// pair checks an active/standby pair.
func (p embeddedCheck) pair(t *scenarios.Target, k *scenarios.KV, name string, keys []string) {
	sub := func(key string) []string { return append(slices.Clip(keys), key) }
	if t.Replicas != 2 {
		p.problem(at("targets", name, "replicas"),
			"kv: want replicas: 2, an active one and a standby; have %d", max(1, t.Replicas))
	}
	if !slices.Contains(t.Uses, name) {
		p.problem(at("targets", name, "uses"),
			"kv: the two talk to each other, which they must declare: add uses: [%s]", name)
	}
	if k.Sync && k.Lag > 0 {
		p.problem(sub("lag"), "lag %s: with sync a write waits for the standby, so there is "+
			"none: want one of the two", k.Lag)
	}
	if k.Interval != 0 && k.Interval < shortestInterval {
		p.problem(sub("interval"), "interval %s: want at least %s", k.Interval, shortestInterval)
	}
	if k.Fall != 0 && k.Fall < 2 {
		p.problem(sub("fall"), "fall %d: want at least 2, or a single lost packet makes two "+
			"active ones", k.Fall)
	}
}

// shortestInterval of a pair's silence: a scheduler's pause must not pass for one.
const shortestInterval = 50 * time.Millisecond

func (p embeddedCheck) backend(t *scenarios.Target, b *scenarios.Balancer, keys []string) {
	server, secure := b.Servers()
	host, port, ok := strings.Cut(server, ":")
	if !ok || strings.Contains(server, "/") {
		p.problem(keys, "backend %q: want NAME:PORT, such as app:8080, or for servers that speak "+
			"TLS https://app:8443", b.Backend)
		return
	}
	used := p.all[host]
	if used == nil {
		p.dangling(keys, "backend %q: no target is named %q: %s", b.Backend, host,
			scenarios.Listed(host, sortedKeys(p.all)))
		return
	}
	if !slices.Contains(t.Uses, host) &&
		!slices.ContainsFunc(t.Uses, func(u string) bool { return p.all[u] == nil }) {
		p.problem(keys, "backend %q: the balancer must declare what it talks to: add uses: [%s]",
			b.Backend, host)
		return
	}
	n, ok := portOf(p.diagnostics, keys, host, host, used, port)
	switch {
	case !ok || used.Lab == nil || speaksTLS(used.Lab, n) == secure:
	case secure:
		p.problem(keys, "backend %q: %s does not speak TLS on port %d: want %s, or give its lab "+
			"tls: true", b.Backend, host, n, server)
	default:
		p.problem(keys, "backend %q: %s speaks TLS on port %d: want https://%s", b.Backend, host, n,
			server)
	}
}
