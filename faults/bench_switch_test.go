//go:build drill

package faults_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/bench"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// A switch is timed by tries that set out this close together; what is reported is when the
// first set out that met the fault, so it is late by up to as much.
const (
	tryEvery = 500 * time.Microsecond
	tryFor   = 60 * time.Millisecond
	around   = 10 * time.Millisecond // of tries before the command, and when it is done
	perRun   = 14
)

// switched are the faults that a command to the switchboard puts into force, or
// begins: a kill cuts its links first. Of loss it is all packets, as a share is
// met by chance; idle-drop is not here, as it comes after a time of its own.
var switched = []row{
	{name: "syn-drop", fault: &faults.SynDrop{Link: userPath}},
	{name: "refuse", fault: &faults.Refuse{Link: userPath}},
	{name: "accept-stall", fault: &faults.AcceptStall{Link: userPath, Backlog: 1}},
	{name: "unreachable", fault: &faults.Unreachable{Link: userPath}},
	{name: "blackhole", fault: &faults.Blackhole{Link: userPath}},
	{name: "loss", fault: &faults.Loss{Link: userPath, Share: share(1)}},
	{name: "kill as process", fault: &faults.Kill{Target: "app"}},
	{name: "kill as host", fault: &faults.Kill{Target: "app", As: "host"}},
	{name: "dns", fault: &faults.DNS{From: "shoppers", Names: []string{"app"}, Answer: "nxdomain"},
		asks: true},
	{name: "http-status", fault: &faults.HTTPStatus{Link: userPath, Code: 503}},
	{name: "block-page", fault: &faults.BlockPage{Link: userPath}},
	{name: "latency", fault: &faults.Latency{Link: userPath, Delay: delay}},
	{name: "reset", fault: &faults.Reset{Link: userPath}},
	{name: "bandwidth", fault: &faults.Bandwidth{Link: userPath, Rate: 1 << 10}},
	{name: "slice", fault: &faults.Slice{Link: userPath, Size: 100, Delay: delay}},
	{name: "limit-data", fault: &faults.LimitData{Link: userPath, Bytes: 600}},
	{name: "stall", fault: &faults.Stall{Link: userPath}},
	{name: "tls", fault: &faults.TLS{Link: userPath, As: "expired"}, secure: true},
}

func BenchmarkSwitch(b *testing.B) {
	n := perRun * bench.Runs(b)
	t := bench.NewTable(b, fmt.Sprintf("| fault | in | p50 | p99 | max | of %d |", n))
	for _, r := range switched {
		b.Run(r.name, func(b *testing.B) {
			took := r.switches(b, n)
			p50, p99, most := bench.Median(took), bench.Quantile(0.99, took), slices.Max(took)
			t.Row("%s | %s | %.1f ms | %.1f ms | %.1f ms | %d", r.name, r.where(), p50, p99, most,
				len(took))
			b.ReportMetric(p99, "p99-ms")
			bench.AtMost(b, "ms to the first effect, p99", p99, 20)
		})
	}
}

func (r row) where() string {
	switch a := r.fault.Aim(); {
	case a.Proxied:
		return "proxied link"
	case a.From != "":
		return "resolver"
	}
	return "kernel link"
}

// volley is the tries that time it: its users', or their questions.
func (r row) volley() volley {
	v := volley{attempt: r.users(1), Every: tryEvery}
	v.Timeout = tryFor
	return v
}

// switches puts the fault into force n times, and times each, in ms, from the
// command to the first try that met it.
func (r row) switches(b *testing.B, n int) (took []float64) {
	s := specFor(r.fault)
	if r.secure {
		s.Authority = newAuthority(b)
		r.ca = s.Authority.Certificate
	}
	l := newLab(b, s)
	in := r.bind(l)
	for range n {
		took = append(took, r.effect(l, in).Seconds()*1e3)
	}
	return took
}

// effect is the time from one command to its first effect on the wire.
func (r row) effect(l *lab, in faults.Injection) time.Duration {
	l.t.Helper()
	if o := l.try(r.users(1))[0]; met(o) {
		l.t.Fatalf("%s: before the command: %+v", r.name, o)
	}
	stop := l.fire(r.volley())
	time.Sleep(around)
	before := wire.Now()
	_, err := in.Inject(l.t.Context())
	l.must(err)
	time.Sleep(around)
	all := stop()
	_, err = in.Lift(l.t.Context())
	l.must(err)
	for _, o := range all {
		if met(o.outcome) && o.At > before {
			return time.Duration(o.At - before)
		}
		if met(o.outcome) && o.Done < before {
			l.t.Fatalf("%s: before the command: %+v", r.name, o)
		}
	}
	l.t.Fatalf("%s: none of %d tries met it", r.name, len(all))
	return 0
}

func met(o outcome) bool { return o.Failure != "" || o.Fault != "" || o.Status != 200 }
