//go:build drill

package faults_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// Each answer is what the fault says, for the clients and the names it means, over UDP and
// TCP; the count is that of the queries; the lift undoes it.
func TestDNS(t *testing.T) {
	t.Parallel()
	right := []string{"198.18.2.1"}
	for _, c := range []struct {
		fault    faults.DNS
		udp, tcp resolved
		silent   bool
		late     time.Duration
	}{
		{fault: faults.DNS{Answer: "nxdomain"}, udp: resolved{Code: dns.NameError},
			tcp: resolved{Code: dns.NameError}},
		{fault: faults.DNS{Answer: "servfail"}, udp: resolved{Code: dns.ServerFailure},
			tcp: resolved{Code: dns.ServerFailure}},
		{fault: faults.DNS{Answer: "refused"}, udp: resolved{Code: dns.Refused},
			tcp: resolved{Code: dns.Refused}},
		{fault: faults.DNS{Answer: "empty"}, udp: resolved{}, tcp: resolved{}},
		{fault: faults.DNS{Answer: "truncated"}, udp: resolved{}, tcp: resolved{Addrs: right}},
		{fault: faults.DNS{Answer: "slow", Delay: 300 * time.Millisecond},
			udp: resolved{Addrs: right}, tcp: resolved{Addrs: right}, late: 300 * time.Millisecond},
		{fault: faults.DNS{Answer: "wrong"}, udp: resolved{Addrs: []string{"192.0.2.1"}},
			tcp: resolved{Addrs: []string{"192.0.2.1"}}},
		{fault: faults.DNS{Answer: "wrong", Address: "198.18.0.77"},
			udp: resolved{Addrs: []string{"198.18.0.77"}},
			tcp: resolved{Addrs: []string{"198.18.0.77"}}},
		{fault: faults.DNS{Answer: "none"}, silent: true},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			l := newLab(t, spec(false))
			c.fault.From, c.fault.Names = "shoppers", []string{"app"}
			in, err := c.fault.Bind("names",
				faults.Site{Askers: []string{"shoppers"}, Switchboard: l})
			l.must(err)
			l.wantName("udp", "app", resolved{Addrs: right})
			_, err = in.Inject(t.Context())
			l.must(err)
			began := time.Now()
			if c.silent {
				var r resolved
				err := l.client.Call(t.Context(), "ask",
					lookup{From: userAddr, At: boardAddr, Net: "udp", Name: "app", Type: dns.A}, &r)
				if err == nil {
					t.Errorf("an answer, %+v, where there should be silence", r)
				}
			} else {
				l.wantName("udp", "app", c.udp)
				l.wantName("tcp", "APP", c.tcp)
				if took := time.Since(began); took < 2*c.late {
					t.Errorf("two answers after %s, want each %s late", took, c.late)
				}
			}
			var other resolved // another client, and another name, are not hit
			l.call(l.client, "ask", lookup{From: lbAddr, At: boardAddr, Net: "udp", Name: "app",
				Type: dns.A}, &other)
			if !slices.Equal(other.Addrs, []string{"198.18.2.2"}) {
				t.Errorf("another client: %+v", other)
			}
			l.wantName("udp", "lb", resolved{Addrs: []string{"198.18.2.3"}})
			want := uint64(2)
			if c.silent {
				want = 1
			}
			if n := l.proof(in); n.Users != want || n.Total != want || n.Checks != 0 || !n.Active ||
				n.First == 0 {
				t.Errorf("proof %+v, want %d of users", n, want)
			}
			l.wantTouched("names", l.proof(in).First)
			if e := l.touches(); len(e) != 1 {
				t.Errorf("events %+v", e)
			}
			for range 2 {
				_, err = in.Lift(t.Context())
				l.must(err)
			}
			l.clean()
			l.wantName("udp", "app", resolved{Addrs: right})
			if n := l.proof(in); n.Users != want || n.Active {
				t.Errorf("after Lift: %+v", n)
			}
		})
	}
	l := newLab(t, spec(false))
	if _, err := l.Apply(t.Context(), link.Rule{Name: "x",
		DNS: &link.DNS{Answer: "perhaps"}}); err == nil {
		t.Error("an answer that does not exist was taken")
	}
}

func (l *lab) wantName(net, name string, want resolved) {
	l.t.Helper()
	var got resolved
	l.call(l.client, "ask", lookup{From: userAddr, At: boardAddr, Net: net, Name: name,
		Type: dns.A}, &got)
	if got.Code != want.Code || !slices.Equal(got.Addrs, want.Addrs) {
		l.t.Errorf("%s over %s: %+v, want %+v", name, net, got, want)
	}
}

// What a watcher asks in the users' place is a check; what a node asks may be for users or
// for checks.
func TestDNSCountsTellChecksFromUsers(t *testing.T) {
	t.Parallel()
	s := spec(false)
	s.Clients[0].Addresses = append(s.Clients[0].Addresses, inPlace)
	s.Clients[0].Aliases = append(s.Clients[0].Aliases, netip.MustParseAddr("198.18.3.102"))
	l := newLab(t, s)
	asked := func(from netip.Addr) {
		l.call(l.client, "ask", lookup{From: from, At: boardAddr, Net: "udp", Name: "app",
			Type: dns.A}, nil)
	}
	l.apply(link.Rule{Name: "names", DNS: &link.DNS{Askers: []string{"shoppers", "lb"},
		Answer: "nxdomain"}})
	asked(userAddr)
	asked(inPlace)
	if c := l.count("names"); c.Users != 1 || c.Checks != 1 || c.Total != 2 || c.Blind {
		t.Errorf("a user and a check from the same place: %+v", c)
	}
	asked(lbAddr)
	if c := l.count("names"); c.Users != 2 || c.Checks != 1 || !c.Blind {
		t.Errorf("a node too: %+v", c)
	}
	l.lift("names")
	in, err := (&faults.DNS{From: "lb", Answer: "nxdomain"}).Bind("apart",
		faults.Site{Askers: []string{"lb"}, Apart: []string{"lb"}, Switchboard: l})
	l.must(err)
	_, err = in.Inject(t.Context())
	l.must(err)
	asked(lbAddr)
	if c := l.proof(in); c.Users != 0 || c.Checks != 1 || c.Total != 1 || c.First != 0 {
		t.Errorf("a node that asks apart from requests: %+v", c)
	}
	_, err = in.Lift(t.Context())
	l.must(err)
	l.clean()
}

// movedLink is the way to where the users' app has moved.
func movedLink(s link.Spec) link.Link {
	moved := s.Links[0]
	moved.ID, moved.To, moved.Name, moved.Addr = "shoppers -> app-new:8080", "app-new", "app-new",
		netip.MustParseAddr("198.18.2.9")
	return moved
}

// A client that waits for a late answer has it at the lift; one that waits for an answer
// that will never come asks again, and has it at once.
func TestDNSHeldUntilTheLift(t *testing.T) {
	t.Parallel()
	for _, f := range []*faults.DNS{{Answer: "slow", Delay: 4900 * time.Millisecond}, {Answer: "none"}} {
		for _, net := range []string{"udp", "tcp"} {
			t.Run(f.Answer+" over "+net, func(t *testing.T) {
				l := newLab(t, spec(false))
				f.From = "shoppers"
				in, err := f.Bind("names",
					faults.Site{Askers: []string{"shoppers"}, Switchboard: l})
				l.must(err)
				_, err = in.Inject(t.Context())
				l.must(err)
				began, received := time.Now(), make(chan resolved, 1)
				q := lookup{From: userAddr, At: boardAddr, Net: net, Name: "app", Type: dns.A}
				go func() {
					var r resolved
					err := l.client.Call(t.Context(), "ask", q, &r)
					if silent := f.Answer == "none"; silent != (err != nil) {
						t.Errorf("asked during the fault: %+v, %v", r, err)
					}
					received <- r
				}()
				if !soon(func() bool { return l.proof(in).Users == 1 }) {
					t.Fatal("never asked")
				}
				proof := l.wantLifted(in)
				l.wantName(net, "app", resolved{Addrs: []string{"198.18.2.1"}})
				r := <-received
				if f.Answer == "slow" &&
					(!slices.Equal(r.Addrs, []string{"198.18.2.1"}) ||
						time.Since(began) >= f.Delay) {
					t.Errorf("held: %+v after %s", r, time.Since(began))
				}
				if again := l.wantLifted(in); again != proof || again.Users != 1 {
					t.Errorf("counted after the lift: %+v, was %+v, want 1", again, proof)
				}
			})
		}
	}
}

// A moved name leads to the new address, and the old one refuses, until the lift.
func TestDNSStale(t *testing.T) {
	t.Parallel()
	s := spec(false)
	moved := movedLink(s)
	s.Links = append(s.Links, moved)
	l := newLab(t, s)
	in, err := (&faults.DNS{From: "shoppers", Names: []string{"app"}, Answer: "stale",
		To: "app-new"}).Bind("move",
		faults.Site{Askers: []string{"shoppers"}, Links: s.Links[:1], Moved: []link.Link{moved},
			Switchboard: l})
	l.must(err)
	for range 2 {
		l.wantName("udp", "app", resolved{Addrs: []string{"198.18.2.1"}})
		_, err = in.Inject(t.Context())
		l.must(err)
		l.wantName("udp", "app", resolved{Addrs: []string{"198.18.2.9"}})
		l.wantName("tcp", "app", resolved{Addrs: []string{"198.18.2.9"}})
		l.wantAll(from(userAddr, userLink, 7), refused)
		l.wantAll(from(userAddr, netip.AddrPortFrom(moved.Addr, 8080), 4), "")
		if c := l.proof(in); c.Users != 7 || c.Checks != 0 || !c.Active {
			t.Errorf("proof %+v, want 7 of users", c)
		}
		for range 2 {
			_, err = in.Lift(t.Context())
			l.must(err)
		}
		if c := l.proof(in); c.Active {
			t.Errorf("after Lift: %+v", c)
		}
		l.clean()
	}
	l.wantName("udp", "app", resolved{Addrs: []string{"198.18.2.1"}})
	l.wantAll(from(userAddr, userLink, 3), "")
}
