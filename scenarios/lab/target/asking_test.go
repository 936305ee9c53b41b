package target

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A question that is lost is said again, soon, over the same socket, so that the
// answer to the first is taken however late it is; where there is none, the deadline
// counts, as for any program.
func TestNamesAreAskedForAgain(t *testing.T) {
	const every = 50 * time.Millisecond
	for _, c := range []struct {
		what   string
		within time.Duration
		answer func(asked int) bool // whether the question, so often asked, is answered
		late   time.Duration
		fails  bool
		least  int // questions
	}{
		{what: "the first is lost", within: 10 * time.Second, answer: func(n int) bool { return n == 2 }, least: 2},
		{what: "the answer is late", within: 10 * time.Second, answer: func(n int) bool { return n == 1 }, late: 5 * every / 2, least: 2},
		{what: "silence", within: 5 * every, answer: func(int) bool { return false }, fails: true, least: 2},
	} {
		t.Run(c.what, func(t *testing.T) {
			var asked atomic.Int64
			at := resolves(t, func(w dns.ResponseWriter, m *dns.Msg) {
				if c.answer(int(asked.Add(1))) {
					time.Sleep(c.late)
					a, _ := dns.NewRR(m.Question[0].Name + " 1 IN A 198.18.2.2")
					r := new(dns.Msg).SetReply(m)
					r.Answer = append(r.Answer, a)
					_ = w.WriteMsg(r)
				}
			})
			here := func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, at)
			}
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			defer cancel()
			have, err := lookup((&net.Resolver{PreferGo: true, Dial: asking(here, every)}).LookupNetIP).addresses(ctx, "app.")
			if c.fails {
				if e := (*net.DNSError)(nil); !errors.As(err, &e) || !e.IsTimeout {
					t.Errorf("have %v, %v, want a time-out", have, err)
				}
			} else if err != nil || len(have) != 1 || have[0].String() != "198.18.2.2" {
				t.Errorf("have %v, %v", have, err)
			}
			if n := int(asked.Load()); n < c.least {
				t.Errorf("asked %d times, want %d at least", n, c.least)
			}
		})
	}
}

// resolves serves DNS on loopback, over UDP.
func resolves(t *testing.T, answer dns.HandlerFunc) (at string) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	s := &dns.Server{PacketConn: c, Handler: answer, NotifyStartedFunc: func() { close(started) }}
	ended := make(chan error, 1)
	go func() { ended <- s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() {
		_ = s.Shutdown()
		<-ended
	})
	return c.LocalAddr().String()
}
