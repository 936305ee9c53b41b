package switchboard

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// shortTTL is what answers carry that nobody gave another, in seconds: short, so
// that rotation is seen.
const shortTTL = 1

// resolver is the drill's DNS, on UDP and TCP of the switchboard's own addresses.
type resolver struct {
	names   *names
	faults  *disturbances
	servers []*dns.Server
	done    chan error // one per server
}

// serveDNS listens on port 53 of every address, and answers from then on.
func serveDNS(n *names, d *disturbances, own []netip.Addr) (*resolver, error) {
	r := &resolver{names: n, faults: d, done: make(chan error, 2*len(own))}
	for _, ip := range own {
		if err := r.listen(netip.AddrPortFrom(ip, 53)); err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

func (r *resolver) listen(at netip.AddrPort) error {
	udp, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("dns on %s/udp: %w", at, err)
	}
	r.start(&dns.Server{PacketConn: udp, Handler: r})
	tcp, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("dns on %s/tcp: %w", at, err)
	}
	r.start(&dns.Server{Listener: tcp, Handler: r})
	return nil
}

// start returns when the server answers, so that close cannot come too early for it.
func (r *resolver) start(s *dns.Server) {
	ready := make(chan struct{})
	s.NotifyStartedFunc = func() { close(ready) }
	r.servers = append(r.servers, s)
	go func() { r.done <- s.ActivateAndServe() }()
	<-ready
}

func (r *resolver) close() error {
	var errs []error
	for _, s := range r.servers {
		errs = append(errs, s.Shutdown())
	}
	for range r.servers {
		errs = append(errs, <-r.done)
	}
	r.servers = nil
	return errors.Join(errs...)
}

// ServeDNS answers one message.
func (r *resolver) ServeDNS(w dns.ResponseWriter, ask *dns.Msg) {
	size := dns.MaxMsgSize
	udp := w.LocalAddr().Network() == "udp"
	if udp {
		size = dns.MinMsgSize
		if o := ask.IsEdns0(); o != nil {
			size = max(size, int(o.UDPSize()))
		}
	}
	from := source(w.RemoteAddr())
	answer := r.answer(from, ask)
	if len(ask.Question) == 1 {
		asker := r.names.asker(from)
		if d := r.faults.hit(asker, from, plain(ask.Question[0].Name)); d != nil {
			answer = d.disturb(answer, ask, asker, udp)
		}
	}
	if answer == nil {
		return
	}
	answer.Truncate(size)
	_ = w.WriteMsg(answer) // an asker that is gone needs no answer
}

// answer is pure, but for the turn it takes and the report of an unknown name.
func (r *resolver) answer(from netip.Addr, ask *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(ask)
	m.Authoritative, m.RecursionAvailable = true, true
	if o := ask.IsEdns0(); o != nil {
		m.SetEdns0(o.UDPSize(), false)
	}
	if len(ask.Question) != 1 {
		return m.SetRcode(ask, dns.RcodeFormatError)
	}
	q := ask.Question[0]
	switch {
	case q.Qtype == dns.TypePTR || strings.HasSuffix(plain(q.Name), ".arpa"):
		m.Rcode = dns.RcodeNameError // asked by many programs about their peers; nobody's mistake
	case q.Qtype != dns.TypeA && r.names.has(from, q.Name):
		// The name exists and has nothing of this type: AAAA above all.
	default:
		addrs, ok := r.names.lookup(from, q.Name)
		if !ok {
			m.Rcode = dns.RcodeNameError
			break
		}
		for _, a := range addrs {
			m.Answer = append(m.Answer, addressRecord(q.Name, a, r.names.ttl(from, q.Name)))
		}
	}
	return m
}

func source(a net.Addr) netip.Addr {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}
