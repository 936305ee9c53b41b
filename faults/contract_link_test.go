//go:build drill

package faults_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestSourcesStayApart(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	var want []string
	alias := netip.MustParseAddr("198.18.3.1")
	for a, n := userAddr, 0; n < sources; a, n = a.Next(), n+1 {
		for _, o := range l.try(attempt{From: a, To: userLink, N: 2, Timeout: patient}) {
			if o.Status != 200 {
				t.Fatalf("from %s: %+v", a, o)
			}
		}
		want = append(want, alias.String(), alias.String())
		alias = alias.Next()
	}
	var seen []string
	l.call(l.app, "seen", nil, &seen)
	if !slices.Equal(seen, want) {
		t.Errorf("the app saw %v, want %v", seen, want)
	}
	if n := l.connections(userPath); n != 2*sources {
		t.Errorf("%d connections counted on the link, want %d", n, 2*sources)
	}
}

func (l *lab) connections(id string) uint64 {
	l.t.Helper()
	var all []link.Traffic
	l.call(l.board, "traffic", nil, &all)
	for _, t := range all {
		if t.Link == id {
			return t.Connections
		}
	}
	l.t.Fatalf("no traffic of %q in %+v", id, all)
	return 0
}

func from(source netip.Addr, to netip.AddrPort, n int) attempt {
	return attempt{From: source, To: to, N: n, Timeout: patient}
}

// A rule that stands in several links counts users, checks and what cannot be told apart.
func TestCountsTellChecksFromUsers(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	refuse := link.Rule{Name: "no", Links: []string{userPath}, Refuse: &link.Refuse{}}
	l.apply(refuse)
	l.try(from(checkAddr, userLink, 3)) // a watcher that goes by the users' link
	if c := l.count("no"); c.Users != 0 || c.Checks != 3 || c.Total != 3 || c.First != 0 {
		t.Errorf("checks alone: %+v", c)
	}
	if e := l.touches(); len(e) != 0 {
		t.Errorf("a check touched: %+v", e)
	}
	l.try(from(userAddr, userLink, 4))
	l.try(from(lbAddr, lbLink, 5)) // another link: not aimed at
	if c := l.count("no"); c.Users != 4 || c.Checks != 3 || c.Total != 7 || c.Blind {
		t.Errorf("users and checks: %+v", c)
	}
	l.lift("no")

	refuse.Links = []string{lbPath}
	l.apply(refuse)
	l.try(from(lbAddr, lbLink, 5))
	if c := l.count("no"); c.Users != 5 || c.Total != 5 || !c.Blind {
		t.Errorf("between targets, under the same name again: %+v", c)
	}
	l.lift("no")
	l.clean()
}

func (l *lab) apply(r link.Rule) {
	l.t.Helper()
	l.call(l.board, "apply", r, nil)
}

func (l *lab) lift(name string) {
	l.t.Helper()
	l.call(l.board, "lift", name, nil)
}

func (l *lab) count(name string) (c link.Count) {
	l.t.Helper()
	l.call(l.board, "count", name, &c)
	c.At = 0
	return c
}

// Two rules on one link are independent: the earlier one drops, and when it is gone, the
// other one still refuses.
func TestRulesOnOneLinkAreIndependent(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	l.apply(link.Rule{Name: "drop", Links: []string{userPath}, SynDrop: &link.SynDrop{Share: 1}})
	l.apply(link.Rule{Name: "no", Links: []string{userPath}, Refuse: &link.Refuse{}})
	l.wantAll(from(userAddr, userLink, 5), timedOut)
	l.lift("drop")
	l.wantAll(from(userAddr, userLink, 6), refused)
	l.lift("no")
	l.wantAll(from(userAddr, userLink, 7), "")
	if d, n := l.count("drop"), l.count("no"); d.Users != 5 || n.Users != 6 {
		t.Errorf("dropped %+v, refused %+v: want 5 and 6", d, n)
	}
	if n := l.connections(userPath); n != 7 {
		t.Errorf("%d SYNs got through, want 7", n)
	}
	l.clean()
}

func (l *lab) wantAll(a attempt, failure string) {
	l.t.Helper()
	for _, o := range l.try(a) {
		if o.Failure != failure {
			l.t.Fatalf("want %q, got %+v", failure, o)
		}
	}
}

// A dead host is silent on every port and to connections that stood; a dead
// process's host answers both.
func TestDeadToConnectionsThatStood(t *testing.T) {
	t.Parallel()
	stranger := netip.AddrPortFrom(userLink.Addr(), 9)
	for _, c := range []struct {
		dead link.Dead
		kept []string
		port string
	}{
		{link.Dead{}, []string{timedOut}, timedOut},
		{link.Dead{Process: true}, []string{reset, ended}, refused},
	} {
		t.Run(fmt.Sprintf("process %v", c.dead.Process), func(t *testing.T) {
			l := newLab(t, spec(false))
			l.wantAll(from(userAddr, stranger, 1), refused)
			l.keepFor(patient)
			l.apply(link.Rule{Name: "dead", Links: []string{userPath}, Dead: &c.dead})
			var o outcome
			if l.call(l.client, "again", nil, &o); !slices.Contains(c.kept, o.Failure) {
				t.Errorf("kept connection: %+v, want one of %v", o, c.kept)
			}
			l.wantAll(from(userAddr, stranger, 1), c.port)
			l.wantAll(from(lbAddr, lbLink, 2), "") // others' links live
			l.lift("dead")
			l.clean()
			l.wantAll(from(userAddr, userLink, 2), "")
		})
	}
}

// An interrupt can leave an apply on its way; the lift that follows must still
// be the last word.
func TestLiftAfterAnInterruptedApply(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 50 {
		r := link.Rule{Name: fmt.Sprint("no ", i), Links: []string{userPath},
			Refuse: &link.Refuse{}}
		_, _ = l.Apply(gone, r) // sent, and not waited for
		l.lift(r.Name)
	}
	l.clean()
	l.wantAll(from(userAddr, userLink, 3), "")
}

// Rules that are not lifted in time, of packets, streams and names, the switchboard lifts
// by itself, and reports each; of one that was lifted it reports nothing.
func TestRulesLiftThemselves(t *testing.T) {
	t.Parallel()
	s := spec(false)
	s.Links[1].Proxied = true
	l := newLab(t, s)
	const most = 300 * time.Millisecond
	late := false // the machine kept the lift "in time" from being it
	for _, r := range []link.Rule{
		{Name: "packets", Links: []string{userPath}, Refuse: &link.Refuse{}},
		{Name: "streams", Links: []string{lbPath}, Stall: &link.Stall{}},
		{Name: "names", DNS: &link.DNS{Askers: []string{"shoppers"}, Answer: "nxdomain"}},
		{Name: "in time", Links: []string{userPath}, SynDrop: &link.SynDrop{Share: 1}},
	} {
		r.For = most
		began := wire.Now()
		l.apply(r)
		if r.Name == "in time" {
			l.lift(r.Name)
			late = time.Duration(wire.Now()-began) >= most
			continue
		}
		for l.count(r.Name).Active {
			time.Sleep(5 * time.Millisecond)
		}
		if lasted := time.Duration(wire.Now() - began); lasted < most {
			t.Errorf("%s: gone after %s, want not before %s", r.Name, lasted, most)
		}
	}
	time.Sleep(2 * most)
	l.clean()
	l.wantAll(from(userAddr, userLink, 2), "")
	want := []string{"packets", "streams", "names"}
	var reported []string
	soon(func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		reported = nil
		for _, e := range l.expired {
			reported = append(reported, e.Name+e.Error)
		}
		return len(reported) >= len(want)
	})
	if !slices.Equal(reported, want) && !(late && slices.Equal(reported, append(want, "in time"))) {
		t.Errorf("reported %q, want %q", reported, want)
	}
}

func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	l.apply(link.Rule{Name: "no", Links: []string{userPath}, Refuse: &link.Refuse{}})
	for want, r := range map[string]link.Rule{
		"lift it first":           {Name: "no", Links: []string{userPath}, Refuse: &link.Refuse{}},
		"no kernel link \"gone\"": {Name: "a", Links: []string{"gone"}, Refuse: &link.Refuse{}},
		"names no link":           {Name: "b", Refuse: &link.Refuse{}},
		"exactly one kind":        {Name: "c", Links: []string{userPath}},
		"share 2": {Name: "d", Links: []string{userPath},
			SynDrop: &link.SynDrop{Share: 2}},
	} {
		if _, err := l.Apply(t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("apply %+v: %v, want %q", r, err, want)
		}
	}
	if c, err := l.Count(t.Context(), "never"); err != nil || c != (link.Count{At: c.At}) {
		t.Errorf("count of a rule that never was: %+v, %v: want nothing, as a proof before the injection does",
			c, err)
	}
	if err := l.board.Call(t.Context(), "prepare", spec(false), nil); err == nil ||
		!strings.Contains(err.Error(), "prepared already") {
		t.Errorf("prepare again: %v", err)
	}
	// The rule is still in force: the end of stdin has to take it away.
}

func TestNamesOverTheWire(t *testing.T) {
	t.Parallel()
	l := newLab(t, spec(false))
	for _, c := range []struct {
		from netip.Addr
		net  string
		name string
		kind dns.Type
		code dns.Code
		want []string
	}{
		{userAddr, "udp", "app", dns.A, dns.Success, []string{"198.18.2.1"}},
		{lbAddr, "udp", "app", dns.A, dns.Success, []string{"198.18.2.2"}},
		{lbAddr, "tcp", "APP", dns.A, dns.Success, []string{"198.18.2.2"}},
		{lbAddr, "udp", "app", dns.AAAA, dns.Success, nil},
		{lbAddr, "udp", "hooks", dns.A, dns.Success, []string{"198.18.0.100"}},
		{lbAddr, "udp", "lb", dns.A, dns.NameError, nil},
		{lbAddr, "tcp", "lb", dns.A, dns.NameError, nil},
	} {
		var got resolved
		l.call(l.client, "ask", lookup{From: c.from, At: boardAddr, Net: c.net, Name: c.name,
			Type: c.kind}, &got)
		if got.Code != c.code || !slices.Equal(got.Addrs, c.want) {
			t.Errorf("%s asks for %s: %+v, want %d %v", c.from, c.name, got, c.code, c.want)
		}
	}
	want := []link.Unknown{{Asker: "lb", Name: "lb"}}
	var have []link.Unknown
	soon(func() bool { // events follow on another line
		l.mu.Lock()
		defer l.mu.Unlock()
		have = slices.Clone(l.unknown)
		return len(have) >= len(want)
	})
	if !slices.Equal(have, want) {
		t.Errorf("unknown names %+v, want %+v", have, want)
	}
}

// Many links and clients fit the kernel's batches.
func TestLargeDrill(t *testing.T) {
	t.Parallel()
	s := spec(false)
	a := netip.MustParseAddr("198.18.2.10")
	for i := range 200 {
		s.Links = append(s.Links, link.Link{ID: fmt.Sprint("more ", i), From: "shoppers",
			To: fmt.Sprint("app-", i), Name: "more",
			Addr: a, Port: 8080, Node: appAddr, Users: true})
		a = a.Next()
	}
	l := newLab(t, s)
	var ids []string
	for _, k := range s.Links {
		ids = append(ids, k.ID)
	}
	last := s.Links[len(s.Links)-1]
	l.wantAll(from(userAddr, netip.AddrPortFrom(last.Addr, 8080), 3), "")
	l.apply(link.Rule{Name: "everything", Links: ids, Refuse: &link.Refuse{}})
	l.wantAll(from(userAddr, netip.AddrPortFrom(last.Addr, 8080), 3), refused)
	if c := l.count("everything"); c.Users != 3 {
		t.Errorf("count %+v, want 3", c)
	}
	l.lift("everything")
	l.clean()
}
