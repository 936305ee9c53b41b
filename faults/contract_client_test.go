//go:build drill

package faults_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/dns"
)

// kept is a connection kept alive over several requests.
type kept struct {
	conn net.Conn
	in   *bufio.Reader
	a    attempt
}

func dial(a attempt) (*kept, error) {
	d := net.Dialer{Timeout: a.Timeout, KeepAlive: -1}
	if a.From.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: a.From.AsSlice()}
	}
	c, err := d.Dial("tcp4", a.To.String())
	if err != nil {
		return nil, err
	}
	if a.CA != "" {
		if c, err = secured(c, a); err != nil {
			return nil, err
		}
	}
	return &kept{conn: c, in: bufio.NewReader(c), a: a}, nil
}

func try(a attempt) []outcome {
	out := make([]outcome, a.N)
	var all sync.WaitGroup
	for i := range out {
		all.Go(func() { out[i] = a.once() })
	}
	all.Wait()
	return out
}

// once makes one try.
func (a attempt) once() outcome {
	if a.Name != "" {
		return a.ask()
	}
	begin := time.Now()
	k, err := dial(a)
	if err != nil {
		return outcome{Failure: failure(err), Took: time.Since(begin)}
	}
	dialled := time.Since(begin)
	defer k.end()
	o := k.again()
	o.Dialled = dialled
	return o
}

// truncated is the failure of a client that has to ask again, over TCP.
const truncated = "truncated"

// ask asks for the name; one that is answered well has the status of a page.
func (a attempt) ask() outcome {
	ctx, cancel := context.WithTimeout(context.Background(), a.Timeout)
	defer cancel()
	began := time.Now()
	got, err := ask(ctx, lookup{From: a.From, At: boardAddr, Net: "udp", Name: a.Name, Type: dns.A})
	o := outcome{Took: time.Since(began)}
	switch {
	case err != nil:
		o.Failure = failure(err)
	case got.Code != dns.Success:
		o.Failure = got.Code.String()
	case got.Truncated:
		o.Failure = truncated
	default:
		o.Status, o.Address = http.StatusOK, strings.Join(got.Addrs, " ")
	}
	return o
}

// end closes the connection and waits for the other side to do so: afterwards
// no packet of it is on its way that a fault could meet.
func (k *kept) end() {
	_ = k.conn.(interface{ CloseWrite() error }).CloseWrite()
	_, _ = io.Copy(io.Discard, k.in) // bounded by the deadline
	_ = k.conn.Close()
}

func (p *player) keep(a attempt) (outcome, error) {
	patient := a.Timeout
	a.Timeout = long // nothing is in the way yet
	k, err := dial(a)
	if err != nil {
		return outcome{}, err
	}
	p.kept = k
	o := k.again()
	k.a.Timeout = patient
	return o, nil
}

// again sends one request on the connection and waits for its answer.
func (k *kept) again() (o outcome) {
	begin := time.Now()
	defer func() { o.Took = time.Since(begin) }()
	_ = k.conn.SetDeadline(begin.Add(k.a.Timeout))
	r, _ := http.NewRequest(cmp.Or(k.a.Ask.Method, "GET"), "http://app"+cmp.Or(k.a.Ask.Path, "/"),
		nil)
	for name, value := range k.a.Ask.Fields {
		r.Header.Set(name, value)
	}
	if k.a.Trace != "" {
		r.Header.Set("traceparent", fmt.Sprintf("00-%s%016x-%016x-01", k.a.Trace, 1, 1))
	}
	if err := r.Write(k.conn); err != nil {
		return outcome{Failure: failure(err)}
	}
	answer, err := http.ReadResponse(k.in, r)
	if err != nil {
		return outcome{Failure: failure(err)}
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return outcome{Failure: failure(err)}
	}
	fault, err := url.PathUnescape(answer.Header.Get(link.FaultHeader))
	if err != nil {
		return outcome{Status: answer.StatusCode, Failure: err.Error()}
	}
	return outcome{Status: answer.StatusCode, Fault: fault}
}

// segments is how many the kernel has sent on the connection, repeated ones too.
func (k *kept) segments() (n uint32, err error) {
	raw, err := k.conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		var i *unix.TCPInfo
		if i, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = i.Segs_out
		}
	})
	return n, errors.Join(failed, err)
}

func failure(err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return timedOut
	case errors.Is(err, syscall.EHOSTUNREACH):
		return unreachable
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return reset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ended
	}
	var t net.Error
	if errors.As(err, &t) && t.Timeout() {
		return timedOut
	}
	return insecure(err)
}

// lookup asks a name at the switchboard.
type lookup struct {
	From netip.Addr `json:"from"`
	At   netip.Addr `json:"at"`
	Net  string     `json:"net"` // udp or tcp
	Name string     `json:"name"`
	Type dns.Type   `json:"type"`
}

type resolved struct {
	Code      dns.Code `json:"code"`
	Addrs     []string `json:"addrs"`
	Truncated bool     `json:"truncated"`
}

func ask(ctx context.Context, l lookup) (resolved, error) {
	c := dns.Client{Server: netip.AddrPortFrom(l.At, 53), Timeout: 2 * time.Second,
		Dialer: func(network string) *net.Dialer {
			if network == "tcp" {
				return &net.Dialer{LocalAddr: &net.TCPAddr{IP: l.From.AsSlice()}}
			}
			return &net.Dialer{LocalAddr: &net.UDPAddr{IP: l.From.AsSlice()}}
		}}
	a, err := c.Ask(ctx, l.Net, dns.Question{Name: l.Name, Type: l.Type})
	if err != nil {
		return resolved{}, err
	}
	out := resolved{Code: a.Code, Truncated: a.Truncated}
	for _, ip := range a.Addresses {
		out.Addrs = append(out.Addrs, ip.String())
	}
	return out, nil
}
