package dns

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// Query is a question, its client, and how it is asked.
type Query struct {
	Question
	From netip.AddrPort
	UDP  bool // else TCP
}

// Handler answers a query; nil is silence. It may be called many times at once.
type Handler func(Query) *Answer

// Server is a DNS server on UDP and TCP of one address.
type Server struct {
	at      netip.AddrPort
	handler Handler
	running []*dns.Server
	done    chan error // one per running
}

// Serve answers from when it returns until Close. Port 0 is one that is free for UDP;
// where TCP has it taken, it is an error.
func Serve(at netip.AddrPort, h Handler) (*Server, error) {
	s := &Server{handler: h, done: make(chan error, 2)}
	udp, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("dns on %s/udp: %w", at, err)
	}
	s.at = addrPort(udp.LocalAddr())
	tcp, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(s.at))
	if err != nil {
		return nil, fmt.Errorf("dns on %s/tcp: %w", s.at, errors.Join(err, udp.Close()))
	}
	s.start(&dns.Server{PacketConn: udp, Handler: s})
	s.start(&dns.Server{Listener: tcp, Handler: s})
	return s, nil
}

// start returns when the server answers, so that Close cannot come too early for it.
func (s *Server) start(r *dns.Server) {
	ready := make(chan struct{})
	r.NotifyStartedFunc = func() { close(ready) }
	s.running = append(s.running, r)
	go func() { s.done <- r.ActivateAndServe() }()
	<-ready
}

// Addr is where it listens.
func (s *Server) Addr() netip.AddrPort { return s.at }

// Close ends it, once.
func (s *Server) Close() error {
	var errs []error
	for _, r := range s.running {
		errs = append(errs, r.Shutdown())
	}
	for range s.running {
		errs = append(errs, <-s.done)
	}
	return errors.Join(errs...)
}

// ServeDNS is miekg's Handler.
func (s *Server) ServeDNS(w dns.ResponseWriter, ask *dns.Msg) {
	udp := w.LocalAddr().Network() == "udp"
	if m := s.handler.respond(ask, addrPort(w.RemoteAddr()), udp); m != nil {
		_ = w.WriteMsg(m) // a client that is gone needs no answer
	}
}

// respond makes a message of what the handler says, as long as the client takes it.
func (h Handler) respond(ask *dns.Msg, from netip.AddrPort, udp bool) *dns.Msg {
	m := new(dns.Msg).SetReply(ask)
	m.Authoritative, m.RecursionAvailable = true, true
	size := dns.MaxMsgSize
	if udp {
		size = dns.MinMsgSize
	}
	if o := ask.IsEdns0(); o != nil {
		m.SetEdns0(o.UDPSize(), false)
		if udp {
			size = max(size, int(o.UDPSize()))
		}
	}
	if len(ask.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
	} else {
		q := ask.Question[0]
		a := h(Query{Question{q.Name, Type(q.Qtype)}, from, udp})
		if a == nil {
			return nil
		}
		m.Rcode, m.Truncated, m.Answer = int(a.Code), a.Truncated, a.records(q.Name)
	}
	m.Truncate(size)
	return m
}

// addrPort is a socket's address, IPv4 as such; none where it has none.
func addrPort(a net.Addr) netip.AddrPort {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
