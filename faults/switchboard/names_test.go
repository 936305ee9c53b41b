//go:build linux

package switchboard

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
)

var (
	shopper  = netip.MustParseAddr("198.18.1.1")
	second   = netip.MustParseAddr("198.18.1.2")
	proxy    = netip.MustParseAddr("198.18.0.11")
	stranger = netip.MustParseAddr("198.18.0.77")
)

func threeApps() link.Spec {
	way := func(from, to, name, addr string, port uint16) link.Link {
		return link.Link{ID: from + to + name, From: from, To: to, Name: name,
			Addr: netip.MustParseAddr(addr), Port: port}
	}
	return link.Spec{
		Subnet: netip.MustParsePrefix("198.18.0.0/22"),
		Links: []link.Link{
			way("shoppers", "lb", "lb", "198.18.2.1", 8080),
			way("shoppers", "lb", "lb", "198.18.2.1", 8404), // one address, two ports: one answer
			way("lb", "app-1", "app", "198.18.2.2", 80),
			way("lb", "app-2", "app", "198.18.2.3", 80),
			way("lb", "app-3", "app", "198.18.2.4", 80),
			way("lb", "redis-1.internal.corp", "redis.internal.corp", "198.18.2.5", 6379),
			way("lb", "数据库-1.内网", "数据库.内网", "198.18.2.6", 80),
			way("lb", "box.home.arpa", "box.home.arpa", "198.18.2.7", 80),
		},
		Clients: []link.Client{
			{Name: "shoppers", Addresses: []netip.Addr{shopper, second}},
			{Name: "lb", Addresses: []netip.Addr{proxy}},
		},
		Names: map[string]netip.Addr{"hooks": netip.MustParseAddr("198.18.0.100")},
	}
}

func TestAnswersDependOnTheAsker(t *testing.T) {
	for _, c := range []struct {
		from     netip.Addr
		name     string
		kind     dns.Type
		code     dns.Code
		want     []string
		reported []link.Unknown
	}{
		{shopper, "lb.", dns.A, dns.Success, []string{"198.18.2.1"}, nil},
		{second, "lb", dns.A, dns.Success, []string{"198.18.2.1"}, nil},
		{shopper, "Lb.", dns.A, dns.Success, []string{"198.18.2.1"}, nil},
		{shopper, "app.", dns.A, dns.NameError, nil,
			[]link.Unknown{{Asker: "shoppers", Name: "app"}}},
		{proxy, "app.", dns.A, dns.Success, []string{"198.18.2.2", "198.18.2.3", "198.18.2.4"},
			nil},
		{proxy, "app-2.", dns.A, dns.Success, []string{"198.18.2.3"}, nil},
		{proxy, "app-2.", dns.AAAA, dns.Success, nil, nil},
		{proxy, "app-2.", dns.MX, dns.Success, nil, nil},
		{proxy, "lb.", dns.AAAA, dns.NameError, nil, []link.Unknown{{Asker: "lb", Name: "lb"}}},
		{proxy, "app.example.", dns.A, dns.NameError, nil,
			[]link.Unknown{{Asker: "lb", Name: "app.example"}}},
		{stranger, "app.", dns.A, dns.NameError, nil,
			[]link.Unknown{{Asker: "198.18.0.77", Name: "app"}}},
		{stranger, "hooks.", dns.A, dns.Success, []string{"198.18.0.100"}, nil},
		{proxy, "11.0.18.198.in-addr.arpa.", dns.PTR, dns.NameError, nil, nil},
		{proxy, "redis.internal.corp.", dns.A, dns.Success, []string{"198.18.2.5"}, nil},
		{proxy, "Redis-1.Internal.Corp.", dns.A, dns.Success, []string{"198.18.2.5"}, nil},
		{proxy, "internal.corp.", dns.A, dns.NameError, nil,
			[]link.Unknown{{Asker: "lb", Name: "internal.corp"}}},
		{proxy, "redis.", dns.A, dns.NameError, nil, []link.Unknown{{Asker: "lb", Name: "redis"}}},
		{proxy, "xn--dxty1ibyb.xn--v6q792i.", dns.A, dns.Success, []string{"198.18.2.6"}, nil},
		{proxy, "XN---1-J82DP1POXC.xn--v6q792i.", dns.A, dns.Success, []string{"198.18.2.6"}, nil},
		{proxy, "xn--dxty1ibyb.", dns.A, dns.NameError, nil,
			[]link.Unknown{{Asker: "lb", Name: "数据库"}}}, // told as people write it
		{proxy, "box.home.arpa.", dns.A, dns.Success, []string{"198.18.2.7"}, nil},
	} {
		var reported []link.Unknown
		r := resolver{names: newNames(threeApps(), func(u link.Unknown) { reported = append(reported, u) })}
		var a dns.Answer
		for range 2 { // what is unknown is reported once
			r.names.turns = map[question]int{}
			a = r.answer(c.from, dns.Question{Name: c.name, Type: c.kind})
		}
		if a.Code != c.code || !slices.Equal(answers(a), c.want) || !slices.Equal(reported, c.reported) {
			t.Errorf("%s asks for %s %s: %s %v, reported %v; want %s %v, reported %v", c.from, c.name,
				c.kind,
				a.Code, answers(a), reported, c.code, c.want, c.reported)
		}
	}
}

func answers(a dns.Answer) []string {
	var out []string
	for _, ip := range a.Addresses {
		out = append(out, ip.String())
	}
	return out
}

// Each client takes its own turns, and a question of another type takes none.
func TestAnswersRotate(t *testing.T) {
	r := resolver{names: newNames(threeApps(), func(link.Unknown) {})}
	var firsts []string
	for range 4 {
		r.answer(proxy, dns.Question{Name: "app.", Type: dns.AAAA})
		firsts = append(firsts, answers(r.answer(proxy,
			dns.Question{Name: "app.", Type: dns.A}))[0])
	}
	if want := []string{"198.18.2.2", "198.18.2.3", "198.18.2.4",
		"198.18.2.2"}; !slices.Equal(firsts, want) {
		t.Errorf("first answers %v, want %v", firsts, want)
	}
}

func TestAnswersAreShortLived(t *testing.T) {
	r := resolver{names: newNames(threeApps(), func(link.Unknown) {})}
	if a := r.answer(proxy, dns.Question{Name: "aPP-1.", Type: dns.A}); len(a.Addresses) != 1 ||
		a.TTL != 1 {
		t.Errorf("answered %+v", a)
	}
}

// A client that is steered is answered with other addresses; one that is excepted, and
// every other client, as without the steer; and all of them with the time for which they
// may keep it.
func TestSteer(t *testing.T) {
	s := threeApps()
	check := netip.MustParseAddr("198.18.0.101")
	s.Clients[0].Addresses = append(s.Clients[0].Addresses, check)
	s.Clients[0].TTL = map[string]uint32{"lb": 40}
	n := newNames(s, func(link.Unknown) {})
	r := resolver{names: n}
	want := func(from netip.Addr, name string, ttl uint32, addresses ...string) {
		t.Helper()
		a := r.answer(from, dns.Question{Name: name, Type: dns.A})
		if !slices.Equal(answers(a), addresses) || a.TTL != ttl {
			t.Errorf("%s asks for %s: %+v, want %v for %d s", from, name, a, addresses, ttl)
		}
	}
	rule := link.Rule{Name: "away", Steer: &link.Steer{Names: []string{"lb"},
		Except: []netip.Addr{check},
		To: map[string][]netip.Addr{"shoppers": {netip.MustParseAddr("198.18.2.8"),
			netip.MustParseAddr("198.18.2.9")}}}}
	for range 2 {
		n.turns = map[question]int{}
		want(shopper, "lb.", 40, "198.18.2.1")
		if _, err := n.steers.apply(rule); err != nil {
			t.Fatal(err)
		}
		if _, err := n.steers.apply(rule); err == nil {
			t.Error("applied twice")
		}
		want(shopper, "LB.", 40, "198.18.2.9", "198.18.2.8") // the second turn
		want(second, "lb.", 40, "198.18.2.8", "198.18.2.9")
		want(check, "lb.", 40, "198.18.2.1")
		want(proxy, "app-1.", 1, "198.18.2.2")
		if c, ok, _ := n.steers.count("away"); !ok || c.Users != 2 || c.Total != 2 || !c.Active ||
			c.First == 0 {
			t.Errorf("count %+v", c)
		}
		if left := leftIn(t, n.steers); len(left) != 1 {
			t.Errorf("leftover %q", left)
		}
		for range 2 {
			n.steers.lift("away")
		}
		want(shopper, "lb.", 40, "198.18.2.1")
		if c, _, _ := n.steers.count("away"); c.Active || len(leftIn(t, n.steers)) > 0 {
			t.Errorf("after the lift: %+v, %q", c, leftIn(t, n.steers))
		}
	}
}

// A steer, a fault and a TTL are for a name as people write it, which is asked for as the wire
// has it.
func TestRulesOnNamesOfOtherScripts(t *testing.T) {
	s := threeApps()
	s.Clients[1].TTL = map[string]uint32{"数据库.内网": 40}
	n := newNames(s, func(link.Unknown) {})
	d := newDNSRules(s, func(string, int64) {})
	r := resolver{names: n, faults: d}
	const name = "XN--DXTY1IBYB.xn--v6q792i."
	asked := func() *dns.Answer {
		return r.reply(dns.Query{Question: dns.Question{Name: name, Type: dns.A},
			From: netip.AddrPortFrom(proxy, 999)})
	}
	if a := asked(); !slices.Equal(answers(*a), []string{"198.18.2.6"}) || a.TTL != 40 {
		t.Errorf("answered %+v", a)
	}
	if _, err := n.steers.apply(link.Rule{Name: "away", Steer: &link.Steer{
		Names: []string{"数据库.内网"},
		To:    map[string][]netip.Addr{"lb": {netip.MustParseAddr("198.18.2.9")}}}}); err != nil {
		t.Fatal(err)
	}
	if a := asked(); !slices.Equal(answers(*a), []string{"198.18.2.9"}) || a.TTL != 40 {
		t.Errorf("steered, answered %+v", a)
	}
	if _, err := d.apply(link.Rule{Name: "gone", DNS: &link.DNS{Askers: []string{"lb"},
		Names: []string{"数据库.内网"}, Answer: "nxdomain"}}); err != nil {
		t.Fatal(err)
	}
	if a := asked(); a.Code != dns.NameError {
		t.Errorf("gone, answered %+v", a)
	}
}

// Names that a client makes up one after the other are reported up to a bound, and not
// remembered without end.
func TestUnknownNamesAreBounded(t *testing.T) {
	reported, more := 0, 0
	n := newNames(link.Spec{Subnet: netip.MustParsePrefix("198.18.0.0/22")}, func(u link.Unknown) {
		if u.More {
			more++
		} else {
			reported++
		}
	})
	for i := range 10 * link.MostUnknown {
		n.lookup(netip.MustParseAddr("198.18.1.1"), fmt.Sprint("made-up-", i))
	}
	if reported != link.MostUnknown || more != 1 || len(n.reported) > link.MostUnknown+1 {
		t.Errorf("reported %d, %d times of more, remembered %d", reported, more, len(n.reported))
	}
}

// leftIn is what a mechanism has in force.
func leftIn(t *testing.T, m mechanism) []string {
	t.Helper()
	left, err := m.leftover()
	if err != nil {
		t.Error(err)
	}
	return left
}
