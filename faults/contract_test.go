//go:build drill

package faults_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// row is one fault under the contract. A new fault is one row.
type row struct {
	name  string
	fault faults.Fault
	// hit distinguishes the outcomes that are the fault's doing from good ones; nothing
	// else may happen.
	hit func(outcome) bool
	// share of tries that are hit.
	share float64
	// spares: connections that stood before go on, unhit.
	spares bool
	// asks: a try is a question to the resolver, for the name that the fault means.
	asks bool
	// packets: the proof counts packets, so many of those that passed the link's ends;
	// else it counts the tries that are hit.
	packets func(passed) uint64
	// frees: a client that hangs at the lift is let go, and is well.
	frees bool
	// parts: a client that hangs at the lift may be reset.
	parts bool
	// handshakes: a client that has had one was not hit, however late the answer is.
	handshakes bool
	// quick: a hit is known at once, not at the time-out.
	quick bool
	// hangs: a hit is known at the time-out, though the fault is of answers.
	hangs bool
	// secure: the link speaks TLS.
	secure bool
	// down: the target's process does not run meanwhile, whatever its links do.
	down bool
	// ca is the authority that its clients trust.
	ca string
}

func share(s float64) *quantity.Share { v := quantity.Share(s); return &v }

// connected: a handshake was complete before.
func connected(hit func(outcome) bool) func(outcome) bool {
	return func(o outcome) bool { return o.Dialled > 0 && hit(o) }
}

func failed(how string) func(outcome) bool {
	return func(o outcome) bool { return o.Failure == how }
}

var rows = []row{
	{name: "syn-drop", fault: &faults.SynDrop{Link: userPath}, hit: failed(timedOut), share: 1,
		spares: true, handshakes: true},
	{name: "syn-drop 30% of packets", fault: &faults.SynDrop{Link: userPath, Share: share(0.3)},
		hit: failed(timedOut), share: 0.3, spares: true, handshakes: true},
	{name: "syn-drop 30% of flows", fault: &faults.SynDrop{Link: userPath, Share: share(0.3),
		Per: "flow"}, hit: failed(timedOut), share: 0.3, spares: true, handshakes: true},
	{name: "refuse", fault: &faults.Refuse{Link: userPath}, hit: failed(refused), share: 1,
		spares: true, quick: true},
	{name: "accept-stall", fault: &faults.AcceptStall{Link: userPath, Backlog: 4},
		hit: failed(timedOut), share: 1, spares: true, parts: true},
	{name: "kill as process", fault: &faults.Kill{Target: "app"}, hit: failed(refused), share: 1,
		quick: true, down: true},
	{name: "kill as host", fault: &faults.Kill{Target: "app", As: "host"}, hit: failed(timedOut),
		share: 1, down: true},
	{name: "unreachable", fault: &faults.Unreachable{Link: userPath}, hit: failed(unreachable),
		share: 1, spares: true, quick: true},
	{name: "unreachable, prohibited", fault: &faults.Unreachable{Link: userPath, As: "prohibited"},
		hit: failed(unreachable), share: 1, spares: true, quick: true},
	{name: "unreachable, port", fault: &faults.Unreachable{Link: userPath, As: "port"},
		hit: failed(refused), share: 1, spares: true, quick: true},
	{name: "blackhole", fault: &faults.Blackhole{Link: userPath}, hit: failed(timedOut), share: 1},
	{name: "blackhole there", fault: &faults.Blackhole{Link: userPath, Way: "there"},
		hit: failed(timedOut), share: 1},
	{name: "blackhole back", fault: &faults.Blackhole{Link: userPath, Way: "back"},
		hit: failed(timedOut), share: 1},
	{name: "blackhole above 500 bytes", fault: &faults.Blackhole{Link: userPath, Above: 500},
		hit: connected(failed(timedOut)), share: 1, hangs: true, packets: lost},
	{name: "loss", fault: &faults.Loss{Link: userPath, Share: share(0.3)}, hit: failed(timedOut),
		share: 0.3, packets: lost},
	{name: "block-page", fault: &faults.BlockPage{Link: userPath}, hit: answered(403, "block-page"),
		share: 1},
	{name: "stop", fault: &faults.Stop{Target: "app"}, hit: failed(refused), share: 1, quick: true,
		down: true},
	{name: "restart", fault: &faults.Restart{Target: "app"}, hit: failed(refused), share: 1,
		quick: true, down: true},
	{name: "pause", fault: &faults.Pause{Target: "app"}, hit: failed(timedOut), share: 1,
		packets: arrived, frees: true, down: true},
	{name: "cpu-starve", fault: &faults.CPUStarve{Target: "app", CPUs: 0.05}, hit: failed(timedOut),
		share: 1, packets: arrived, frees: true},
	{name: "memory-starve", fault: &faults.MemoryStarve{Target: "app", Memory: 32 << 20},
		hit: failed(refused), share: 1, quick: true, down: true},
	{name: "http-status", fault: &faults.HTTPStatus{Link: userPath, Code: 503, Share: share(0.3)},
		hit: answered(503, "http-status"), share: 0.3},
	{name: "flap, bad", fault: &faults.HTTPStatus{Link: userPath, Code: 503,
		Flap: &faults.Flap{Period: time.Hour, Duty: share(0.5)}}, hit: answered(503,
		"flap, bad"), share: 1},
	{name: "latency", fault: &faults.Latency{Link: userPath, Delay: delay}, hit: slower(delay),
		share: 1},
	{name: "latency of 30%", fault: &faults.Latency{Link: userPath, Delay: 6 * delay,
		Share: share(0.3)}, hit: slower(6 * delay), share: 0.3},
	{name: "latency on TLS, of 30%", fault: &faults.Latency{Link: userPath, Delay: 6 * delay,
		Share: share(0.3)}, hit: slower(6 * delay), share: 0.3, secure: true},
	{name: "reset", fault: &faults.Reset{Link: userPath}, hit: failed(reset), share: 1,
		quick: true},
	{name: "reset after 600 bytes", fault: &faults.Reset{Link: userPath, After: 600},
		hit: failed(reset), share: 1},
	{name: "bandwidth", fault: &faults.Bandwidth{Link: userPath, Rate: 1 << 10}, hit: slower(delay),
		share: 1},
	{name: "bandwidth, upload", fault: &faults.Bandwidth{Link: userPath, Rate: 64,
		Direction: "upload"}, hit: slower(delay), share: 1}, // an answer would time out
	{name: "bandwidth, both ways", fault: &faults.Bandwidth{Link: userPath, Rate: 1 << 10,
		Direction: "both"}, hit: slower(delay), share: 1},
	{name: "slice", fault: &faults.Slice{Link: userPath, Size: 200, Delay: delay / 4},
		hit: slower(delay), share: 1},
	{name: "limit-data", fault: &faults.LimitData{Link: userPath, Bytes: 600}, hit: failed(ended),
		share: 1, quick: true},
	{name: "stall", fault: &faults.Stall{Link: userPath}, hit: failed(timedOut), share: 1,
		hangs: true, frees: true},
	{name: "latency on TLS", fault: &faults.Latency{Link: userPath, Delay: delay},
		hit: slower(delay), share: 1, secure: true},
	{name: "reset on TLS", fault: &faults.Reset{Link: userPath}, hit: failed(reset), share: 1,
		quick: true, secure: true},
	{name: "reset on TLS after 1500 bytes", fault: &faults.Reset{Link: userPath, After: 1500},
		hit: failed(reset), share: 1, secure: true},
	{name: "bandwidth on TLS", fault: &faults.Bandwidth{Link: userPath, Rate: 1 << 10},
		hit: slower(delay), share: 1, secure: true},
	{name: "bandwidth on TLS, upload", fault: &faults.Bandwidth{Link: userPath, Rate: 384,
		Direction: "upload"}, hit: slower(delay), share: 1, secure: true},
	{name: "slice on TLS", fault: &faults.Slice{Link: userPath, Size: 200, Delay: delay / 4},
		hit: slower(delay), share: 1, secure: true},
	{name: "limit-data on TLS", fault: &faults.LimitData{Link: userPath, Bytes: 1500},
		hit: failed(ended), share: 1, quick: true, secure: true},
	{name: "stall on TLS", fault: &faults.Stall{Link: userPath}, hit: failed(timedOut), share: 1,
		hangs: true, secure: true, frees: true},
	{name: "http-status on TLS", fault: &faults.HTTPStatus{Link: userPath, Code: 503,
		Share: share(0.3)}, hit: answered(503, "http-status on TLS"), share: 0.3, secure: true},
	{name: "block-page on TLS", fault: &faults.BlockPage{Link: userPath},
		hit: answered(403, "block-page on TLS"), share: 1, secure: true},
	{name: "latency on TLS, by path", fault: &faults.Latency{Link: userPath, Delay: delay,
		Selection: faults.Selection{Spare: []string{"/health"}}}, hit: slower(delay), share: 1,
		secure: true},
	{name: "tls, expired", fault: &faults.TLS{Link: userPath, As: "expired"}, hit: failed(expired),
		share: 1, spares: true, secure: true},
	{name: "tls, wrong host", fault: &faults.TLS{Link: userPath, As: "wrong-host"},
		hit: failed(strange), share: 1, spares: true, secure: true},
	{name: "tls, unknown authority", fault: &faults.TLS{Link: userPath, As: "unknown-authority"},
		hit: failed(unknown), share: 1, spares: true, secure: true},
	{name: "tls, incomplete chain", fault: &faults.TLS{Link: userPath, As: "incomplete-chain"},
		hit: failed(unknown), share: 1, spares: true, secure: true},
	{name: "tls, old version", fault: &faults.TLS{Link: userPath, As: "old-version"},
		hit: failed(outdated), share: 1, spares: true, secure: true},
	{name: "tls, no answer", fault: &faults.TLS{Link: userPath, As: "no-answer"},
		hit: failed(timedOut), share: 1, spares: true, secure: true, frees: true},
	{name: "dns, no such name", fault: names("nxdomain"), hit: failed("NXDOMAIN"), share: 1,
		spares: true, asks: true, quick: true},
	{name: "dns, failure", fault: names("servfail"), hit: failed("SERVFAIL"), share: 1,
		spares: true, asks: true, quick: true},
	{name: "dns, failure of 30%", fault: &faults.DNS{From: "shoppers", Names: []string{"app"},
		Answer: "servfail", Share: share(0.3)}, hit: failed("SERVFAIL"), share: 0.3, spares: true,
		asks: true, quick: true},
	{name: "dns, refused", fault: names("refused"), hit: failed("REFUSED"), share: 1, spares: true,
		asks: true, quick: true},
	{name: "dns, no address", fault: names("empty"), hit: leads(""), share: 1, spares: true,
		asks: true, quick: true},
	{name: "dns, silence", fault: names("none"), hit: failed(timedOut), share: 1, spares: true,
		asks: true},
	{name: "dns, late", fault: &faults.DNS{From: "shoppers", Names: []string{"app"}, Answer: "slow",
		Delay: delay}, hit: slower(delay), share: 1, spares: true, asks: true},
	{name: "dns, truncated", fault: names("truncated"), hit: failed(truncated), share: 1,
		spares: true, asks: true, quick: true},
	{name: "dns, wrong", fault: names("wrong"), hit: leads("192.0.2.1"), share: 1, spares: true,
		asks: true, quick: true},
	{name: "dns, stale", fault: &faults.DNS{From: "shoppers", Names: []string{"app"},
		Answer: "stale", To: "app-new"}, hit: failed(refused), share: 1, quick: true},
}

// names is a fault of the users' resolver.
func names(answer string) *faults.DNS {
	return &faults.DNS{From: "shoppers", Names: []string{"app"}, Answer: answer}
}

// delay is far above what a busy machine adds by itself.
const delay = 500 * time.Millisecond

func answered(status int, by string) func(outcome) bool {
	return func(o outcome) bool { return o.Status == status && o.Fault == by }
}

func slower(d time.Duration) func(outcome) bool {
	return func(o outcome) bool { return o.Status == 200 && o.Took >= d }
}

// leads: the name has an address, and it is this one.
func leads(address string) func(outcome) bool {
	return func(o outcome) bool { return o.Address == address }
}

// tries at once, of which a share of 30% hits at least minHits and spares at
// least as many, but once in 10⁷ runs (binomial).
const (
	tries   = 100
	minHits = 9
	patient = 600 * time.Millisecond // below 1 s: a connect sends one SYN
	long    = 10 * time.Second       // where it is answers that matter
)

// apart are the kinds that no row can hold, and the tests that hold them to the same.
var apart = map[reflect.Type]func(*testing.T){
	reflect.TypeFor[*faults.IdleDrop]():  TestIdleDrop,
	reflect.TypeFor[*faults.Duplicate](): TestContractDuplicate,
	reflect.TypeFor[*faults.Exec]():      TestContractExec,
	reflect.TypeFor[*faults.DiskFull]():  TestContractDiskFull,
}

// Every kind of fault that a scenario may name is under the contract: by a row, by
// one of the floods, or by a test of its own; and every answer of a resolver is.
func TestEveryKindIsUnderContract(t *testing.T) {
	under, answers := map[reflect.Type]bool{}, map[string]bool{}
	shown := map[string]bool{}
	for _, r := range rows {
		under[reflect.TypeOf(r.fault)] = true
		if f, ok := r.fault.(*faults.DNS); ok {
			answers[f.Answer] = true
		}
		if f, ok := r.fault.(*faults.TLS); ok {
			shown[f.As] = true
		}
	}
	for _, d := range torrents {
		under[reflect.TypeOf(d.fault)] = true
	}
	for kind := range apart {
		under[kind] = true
	}
	kinds := reflect.TypeFor[faults.Kinds]()
	for i := range kinds.NumField() {
		if f := kinds.Field(i); !under[f.Type] {
			t.Errorf("%s is not under the contract: it wants a row", f.Tag.Get("yaml"))
		}
	}
	for _, as := range link.TLSAnswers {
		if !shown[as] {
			t.Errorf("tls, as %s, is not under the contract: it wants a row", as)
		}
	}
	for _, a := range link.DNSAnswers {
		if !answers[a] {
			t.Errorf("dns, answer %s, is not under the contract: it wants a row", a)
		}
	}
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.hold(t)
		})
	}
}

func (r row) hold(t *testing.T) {
	l, in := r.lab(t)
	h := held{lab: l, in: in, bite: r.fault.Bite(), well: func(when string) { r.wantWell(l, when) }}
	var between *ends
	if r.packets != nil {
		between = l.ends()
		h.well = func(when string) { r.wantWell(l, when); between.begin(l) }
	}
	h.bitten = func(b link.Bracket) { r.wantBitten(l, in, between, b) }
	if r.spares {
		l.keep()
		h.well = func(when string) { r.wantWell(l, when); l.wantKept(when) }
		h.bitten = func(b link.Bracket) { r.wantBitten(l, in, between, b); l.wantKept("during the fault") }
	}
	h.hold()
}

// lab is one for the row, and the fault bound in it.
func (r *row) lab(t testing.TB) (*lab, faults.Injection) {
	t.Helper()
	s := r.spec()
	if r.secure {
		s.Authority = newAuthority(t)
		r.ca = s.Authority.Certificate
	}
	l := newLab(t, s)
	return l, r.bind(l)
}

// held is a fault in the lab, as the contract sees it.
type held struct {
	*lab
	in     faults.Injection
	bite   time.Duration
	well   func(when string)    // wants users to be well, and what the fault spares
	bitten func(b link.Bracket) // wants it to do what it does, and its proof to count just that
}

// hold is the contract: Inject does what it says, and counts it; Lift takes it back,
// all but the count, which stands still; also without Inject, after a cancel, and
// twice; and it can come again.
func (h held) hold() {
	h.t.Helper()
	_, err := h.in.Lift(h.t.Context()) // without Inject
	h.must(err)
	if c := h.proof(h.in); c.Active || c.Total != 0 {
		h.t.Errorf("before Inject: %+v", c)
	}
	h.well("before Inject")
	ctx, cancel := context.WithCancel(h.t.Context())
	b, err := h.in.Inject(ctx)
	h.must(err)
	time.Sleep(h.bite)
	h.bitten(b)
	during := h.proof(h.in)
	cancel() // a lift comes after an interrupt too
	proof := h.wantLifted(h.in)
	h.well("after Lift")
	if again := h.wantLifted(h.in); again != proof || proof.Total < during.Total {
		h.t.Errorf("counted after the lift: %+v, was %+v, during the fault %+v", again, proof,
			during)
	}
	_, err = h.in.Inject(h.t.Context()) // and it can come again
	h.must(err)
	h.wantLifted(h.in)
	h.well("after the second Lift")
}

// spec is the suite's drill, with the users' link as a plan makes it for the fault.
func (r row) spec() link.Spec {
	a := r.fault.Aim()
	s := specFor(r.fault)
	s.Links[0].Opened = r.secure && a.Reads
	if r.moves() {
		s.Links = append(s.Links, movedLink(s))
	}
	return s
}

// bind aims the fault at the users' link alone.
func (r row) bind(l *lab) faults.Injection {
	l.t.Helper()
	s := r.spec()
	site := faults.Site{Links: s.Links[:1], Switchboard: l, Nodes: l}
	if r.fault.Aim().Target != "" {
		site.Targets = []string{"app"}
	}
	if from := r.fault.Aim().From; from != "" {
		site.Askers = []string{from}
	}
	if r.moves() {
		site.Moved = s.Links[len(s.Links)-1:]
	}
	in, err := r.fault.Bind(r.name, site)
	l.must(err)
	return in
}

// moves: the fault gives a name another address.
func (r row) moves() bool {
	f, ok := r.fault.(*faults.DNS)
	return ok && f.To != ""
}

func users(n int) attempt {
	return attempt{From: userAddr, To: userLink, N: n, Timeout: patient, Trace: run}
}

func (r row) users(n int) attempt {
	a := users(n)
	a.CA = r.ca
	if r.asks {
		a.Name = r.fault.Aim().Names[0]
	}
	switch {
	case r.asks:
		a.Timeout = 2 * delay
	case r.hangs:
		a.Timeout = 2 * time.Second
	case r.quick, r.fault.Aim().Proxied, r.hit != nil && !r.hit(outcome{Failure: timedOut}):
		a.Timeout = long // nothing keeps an answer back but the machine
	}
	return a
}

// wantBitten tries the link under the fault, and wants the proof to count
// exactly what the tries met.
func (r row) wantBitten(l *lab, in faults.Injection, between *ends, b link.Bracket) {
	l.t.Helper()
	hits, again := 0, uint64(0)
	for _, o := range l.try(r.users(tries)) {
		again += r.again(o)
		switch {
		case r.late(o):
		case r.hit(o):
			hits++
			if r.quick && o.Took >= long {
				l.t.Errorf("hit only after %s", o.Took)
			}
		case o.Failure != "" || o.Status != 200:
			l.t.Errorf("neither hit nor well: %+v", o)
		}
	}
	if least, most := r.bounds(); hits < least || hits > most {
		l.t.Errorf("%d of %d tries hit, want %d to %d", hits, tries, least, most)
	}
	if up, err := l.Running(l.t.Context(), "app"); err != nil || r.down && up {
		l.t.Errorf("the target runs: %t, %v", up, err)
	}
	c, n := l.proof(in), uint64(hits)
	if r.packets != nil {
		var p passed
		c, p = l.atRest(in, between)
		n = r.packets(p)
	}
	if c.Users > n && c.Users <= n+again {
		n = c.Users
	}
	want := link.Count{Unit: c.Unit, Counted: c.Counted, Users: n, Total: n, First: c.First,
		Last: c.Last, Late: c.Late, Active: true}
	if c != want || c.Unit == "" || c.Users == 0 {
		l.t.Errorf("proof %+v, want %+v", c, want)
	}
	if c.First-c.Late < b.Before || c.Last < c.First || c.Late < 0 {
		l.t.Errorf("first touched at %d, late by up to %d, last at %d; injected at %d", c.First,
			c.Late, c.Last, b.Before)
	}
	l.wantTouched(r.name, c.First)
}

func (r row) bounds() (least, most int) {
	if r.share == 1 {
		return tries, tries
	}
	return minHits, tries - minHits
}

// wantLifted lifts, and wants nothing left but the count.
func (l *lab) wantLifted(in faults.Injection) link.Count {
	l.t.Helper()
	if _, err := in.Lift(context.WithoutCancel(l.t.Context())); err != nil {
		l.t.Fatal(err)
	}
	l.clean()
	c := l.proof(in)
	if c.Active {
		l.t.Errorf("still active after Lift: %+v", c)
	}
	return c
}

func (l *lab) proof(in faults.Injection) link.Count {
	l.t.Helper()
	c, err := in.Proof(l.t.Context())
	l.must(err)
	c.At = 0 // when it was read is no part of what was counted
	return c
}

func (l *lab) keep() { l.keepFor(long) }

// keepFor opens a connection to keep, each of whose later requests is waited for so long.
func (l *lab) keepFor(timeout time.Duration) {
	l.t.Helper()
	var o outcome
	a := users(1)
	a.CA, a.Timeout = l.authority.Certificate, timeout
	l.call(l.client, "keep", a, &o)
	if o.Status != 200 {
		l.t.Fatalf("first request of a kept connection: %+v", o)
	}
}

func (l *lab) wantKept(when string) {
	l.t.Helper()
	var o outcome
	if l.call(l.client, "again", nil, &o); o.Status != 200 || o.Fault != "" {
		l.t.Errorf("kept connection %s: %+v", when, o)
	}
}
