//go:build drill

package faults_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/bench"
)

const (
	benchPort    = 8081
	haproxyPort  = 8082 // of the relay
	plainPath    = "shoppers -> plain:8081"
	proxiedPath  = "shoppers -> proxied:8081"
	busy         = 64 // connections at once
	busyFor      = 2 * time.Second
	fresh        = 4_000 // connections in all: a tenth of the ports there are for one peer in a minute
	aloneFor     = time.Second
	haproxyTuned = `global
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen app
  bind :%d
  server app %s
`
)

// way is one of the ways that lead to the app.
type way struct {
	name string
	to   netip.AddrPort
}

// pace is what a way lets through.
type pace struct {
	requests, connections float64 // per second
	p50, p99              float64 // µs, of a request alone on the way
}

func BenchmarkLink(b *testing.B) {
	b.Setenv("LOG_LEVEL", "error") // Toxiproxy logs each connection otherwise
	l, ways := newWays(b)
	var runs []func() pace
	for _, w := range ways {
		runs = append(runs, func() pace { return l.pace(w.to) })
	}
	rounds := bench.Rounds(bench.Runs(b), runs...)
	direct, toxiproxy := rounds[0], rounds[3]
	requests := func(p pace) float64 { return p.requests }
	connections := func(p pace) float64 { return p.connections }
	t := bench.NewTable(b, "| way | requests/s | beside direct | beside toxiproxy | new connections/s | beside direct | beside toxiproxy | p50 | p99 |")
	for i, w := range ways {
		beside := func(of func(pace) float64, base []pace) string {
			return bench.Spread(bench.Ratios(bench.Of(rounds[i], of), bench.Of(base, of)))
		}
		t.Row("%s | %.0f | %s | %s | %.0f | %s | %s | %.0f µs | %.0f µs", w.name,
			bench.Median(bench.Of(rounds[i], requests)), beside(requests, direct),
			beside(requests, toxiproxy),
			bench.Median(bench.Of(rounds[i], connections)), beside(connections, direct),
			beside(connections, toxiproxy),
			bench.Median(bench.Of(rounds[i], func(p pace) float64 { return p.p50 })),
			bench.Median(bench.Of(rounds[i], func(p pace) float64 { return p.p99 })))
	}
	kernel := bench.Median(bench.Ratios(bench.Of(rounds[1], requests), bench.Of(direct, requests)))
	proxied := bench.Median(bench.Ratios(bench.Of(rounds[2], requests),
		bench.Of(toxiproxy, requests)))
	b.ReportMetric(kernel, "kernel/direct")
	b.ReportMetric(proxied, "proxied/toxiproxy")
	bench.AtLeast(b, "kernel link beside direct", kernel, 0.7)
	bench.AtLeast(b, "proxied link beside toxiproxy", proxied, 1)
}

// newWays is the suite's lab with a server that answers as fast as it can, and
// ways to it: none between, the two kinds of a link, and the peers, which stand
// where a switchboard does.
func newWays(b *testing.B) (*lab, []way) {
	s := spec(false)
	plain, proxied := netip.MustParseAddr("198.18.2.4"), netip.MustParseAddr("198.18.2.5")
	s.Links = append(s.Links,
		link.Link{ID: plainPath, From: "shoppers", To: "plain", Name: "plain", Addr: plain,
			Port: benchPort, Node: appAddr, Users: true},
		link.Link{ID: proxiedPath, From: "shoppers", To: "proxied", Name: "proxied", Addr: proxied,
			Port: benchPort, Node: appAddr, Users: true, Proxied: true, Protocol: link.Plain})
	l := newLab(b, s)
	l.call(l.app, "reply", benchPort, nil)
	at := func(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, benchPort) }
	ways := []way{{"direct", at(appAddr)}, {"kernel link", at(plain)},
		{"proxied link", at(proxied)}}
	relay := netip.MustParseAddr("198.18.0.3")
	r := l.start("node", "relay", relay)
	b.Cleanup(func() { l.end(r) })
	dir := b.TempDir()
	l.call(r, "spawn", []string{bench.Build(b, dir, "github.com/Shopify/toxiproxy/v2/cmd/server"),
		"-host", "127.0.0.1",
		"-config", l.file(dir, "toxiproxy.json",
			fmt.Sprintf(`[{"name":"app","listen":"%s","upstream":"%s","enabled":true}]`, at(relay),
				at(appAddr)))}, nil)
	ways = append(ways, way{"toxiproxy's own server", at(relay)})
	if haproxy := bench.Program(b, "haproxy"); haproxy != "" {
		l.call(r, "spawn", []string{haproxy, "-db", "-f",
			l.file(dir, "haproxy.cfg", fmt.Sprintf(haproxyTuned, haproxyPort, at(appAddr)))}, nil)
		ways = append(ways, way{"HAProxy, mode tcp", netip.AddrPortFrom(relay, haproxyPort)})
	}
	for _, w := range ways {
		l.await(w)
	}
	return l, ways
}

func (l *lab) file(dir, name, text string) string {
	l.t.Helper()
	path := filepath.Join(dir, name)
	l.must(os.WriteFile(path, []byte(text), 0o644))
	return path
}

// await waits until a way leads to the app.
func (l *lab) await(w way) {
	l.t.Helper()
	for range 100 {
		if o := l.try(from(userAddr, w.to, 1))[0]; o.Status == 200 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	l.t.Fatalf("%s: nothing answers at %s", w.name, w.to)
}

// pace drives a way: as fast as it can, with new connections alone, and with
// nothing else on it.
func (l *lab) pace(to netip.AddrPort) pace {
	l.t.Helper()
	var users []netip.Addr
	for a := userAddr; len(users) < sources; a = a.Next() {
		users = append(users, a)
	}
	d := drive{From: users, To: to, At: busy, Lasting: busyFor}
	full := l.drive(d)
	d.Fresh, d.Count = true, fresh
	opened := l.drive(d)
	alone := l.drive(drive{From: users, To: to, At: 1, Lasting: aloneFor})
	return pace{float64(full.Count) / full.Took.Seconds(),
		float64(opened.Count) / opened.Took.Seconds(),
		float64(alone.P50.Nanoseconds()) / 1e3, float64(alone.P99.Nanoseconds()) / 1e3}
}

func (l *lab) drive(d drive) (out driven) {
	l.t.Helper()
	l.call(l.client, "drive", d, &out)
	return out
}
