package dns

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// The library of DNS messages has one importer, tests included.
func TestOneImporter(t *testing.T) {
	const format = `{{.ImportPath}}: {{join .Imports " "}} {{join .TestImports " "}} {{join .XTestImports " "}}`
	cmd := exec.Command("go", "list", "-tags", "drill", "-f", format, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for line := range strings.Lines(string(out)) {
		if importer, imports, _ := strings.Cut(line, ": "); slices.Contains(strings.Fields(imports),
			"github.com/miekg/dns") {
			have = append(have, importer)
		}
	}
	if want := []string{"github.com/stormdrill/stormdrill/loadgen/dns"}; !slices.Equal(have, want) {
		t.Errorf("github.com/miekg/dns is imported by %q, want %q alone", have, want)
	}
}

var client = netip.MustParseAddrPort("127.0.0.1:5353")

func many(n int) []netip.Addr {
	var all []netip.Addr
	for a := netip.MustParseAddr("198.18.2.1"); len(all) < n; a = a.Next() {
		all = append(all, a)
	}
	return all
}

// An answer over UDP is as long as its client takes; over TCP it is whole.
func TestLongAnswersAreCut(t *testing.T) {
	h := Handler(func(Query) *Answer { return &Answer{Addresses: many(200), TTL: 1} })
	for _, c := range []struct {
		udp  bool
		edns uint16
		size int
		cut  bool
	}{{true, 0, 512, true}, {true, 100, 512, true}, {true, 1232, 1232, true}, {true, 8192, 8192,
		false}, {false, 0, 1 << 16, false}} {
		ask := new(dns.Msg).SetQuestion("app.", dns.TypeA)
		if c.edns > 0 {
			ask.SetEdns0(c.edns, false)
		}
		m := h.respond(ask, client, c.udp)
		b, err := m.Pack()
		if err != nil || len(b) > c.size || m.Truncated != c.cut ||
			c.cut == (len(m.Answer) == 200) {
			t.Errorf("%+v: %d bytes, truncated %v, %d addresses, %v", c, len(b), m.Truncated,
				len(m.Answer), err)
		}
	}
}

func TestAnswersKeepTheQuestionsSpelling(t *testing.T) {
	h := Handler(func(Query) *Answer { return &Answer{Addresses: many(1), TTL: 7} })
	m := h.respond(new(dns.Msg).SetQuestion("aPP-1.", dns.TypeA), client, true)
	if h := m.Answer[0].Header(); h.Name != "aPP-1." || h.Ttl != 7 || !m.Authoritative ||
		!m.RecursionAvailable {
		t.Errorf("answered %v", m)
	}
}

func TestOneQuestionAMessage(t *testing.T) {
	h := Handler(func(Query) *Answer { t.Error("asked"); return nil })
	ask := new(dns.Msg)
	for range 2 {
		if m := h.respond(ask, client, true); m.Rcode != dns.RcodeFormatError {
			t.Errorf("%d questions: %v", len(ask.Question), m)
		}
		ask.Question = make([]dns.Question, 2)
	}
}

// The shortest of all records' lives counts, whatever their type.
func TestShortestLifeCounts(t *testing.T) {
	m := new(dns.Msg)
	for _, text := range []string{"app. 9 IN A 198.18.2.1", "app. 3 IN TXT words", "app. 5 IN A 198.18.2.2"} {
		r, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, r)
	}
	if a := answerOf(m); a.TTL != 3 || !slices.Equal(a.Addresses, many(2)) {
		t.Errorf("read %+v", a)
	}
	if a := answerOf(new(dns.Msg)); a.TTL != 1<<31-1 || len(a.Addresses) > 0 {
		t.Errorf("read %+v of nothing", a)
	}
}

func TestAskAndServe(t *testing.T) {
	var s *Server
	for range 100 { // until a port is free for both
		var err error
		s, err = Serve(netip.MustParseAddrPort("127.0.0.1:0"), func(q Query) *Answer {
			if q.From.Addr() != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("asked by %s", q.From)
			}
			switch q.Question {
			case Question{"app.", A}:
				return &Answer{Addresses: many(2), TTL: 4, Truncated: q.UDP}
			case Question{"silent.", A}:
				return nil
			}
			return &Answer{Code: NameError}
		})
		if err == nil {
			break
		}
	}
	if s == nil {
		t.Fatal("no port is free for UDP and TCP")
	}
	c := Client{Server: s.Addr(), Dialer: func(string) *net.Dialer { return new(net.Dialer) },
		Timeout: 10 * time.Second}
	for _, network := range []string{"udp", "tcp"} {
		a, err := c.Ask(t.Context(), network, Question{"app", A})
		if err != nil || a.Code != Success || a.TTL != 4 || a.Truncated != (network == "udp") ||
			!slices.Equal(a.Addresses, many(2)) {
			t.Errorf("%s: %+v, %v", network, a, err)
		}
		if a, err := c.Ask(t.Context(), network,
			Question{Reverse(s.Addr().Addr()), PTR}); err != nil || a.Code != NameError {
			t.Errorf("%s: %+v, %v", network, a, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if a, err := c.Ask(ctx, network, Question{"silent.", A}); err == nil {
			t.Errorf("%s: %+v, %v of silence", network, a, err)
		}
		cancel()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever is asked is answered with a message that can be sent, no longer than its client
// takes, and is read without harm.
func FuzzMessage(f *testing.F) {
	for _, name := range []string{"app.", "aPP-1.example.", `odd\.\000name.`, "."} {
		m := new(dns.Msg).SetQuestion(name, dns.TypeA)
		m.SetEdns0(1232, true)
		f.Add(must(f, m))
		m.Answer = Answer{Addresses: many(3), TTL: 1}.records(name)
		f.Add(must(f, m))
	}
	f.Add(make([]byte, 12))
	f.Fuzz(func(t *testing.T, b []byte) {
		ask := new(dns.Msg)
		if ask.Unpack(b) != nil {
			return
		}
		for _, ip := range answerOf(ask).Addresses {
			if !ip.Is4() {
				t.Errorf("read %s", ip)
			}
		}
		h := Handler(func(q Query) *Answer {
			_ = Canonical(q.Name)
			_ = fmt.Sprint(q.Type)
			return &Answer{Addresses: many(len(b)), TTL: 1}
		})
		for _, udp := range []bool{true, false} {
			m := h.respond(ask, client, udp)
			packed, err := m.Pack()
			limit := dns.MaxMsgSize
			if udp {
				limit = dns.MinMsgSize
				if o := ask.IsEdns0(); o != nil {
					limit = max(limit, int(o.UDPSize()))
				}
			}
			if err != nil || len(packed) > limit {
				t.Errorf("%v\nanswered with %d bytes, %v, limit %d", ask, len(packed), err, limit)
			}
		}
	})
}

func must(f *testing.F, m *dns.Msg) []byte {
	b, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	return b
}
