//go:build linux

package loadgen

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// requestTemplate is what the requests of a group have in common, as it goes onto the wire.
// net/http writes it once, so that a request costs only what is its own.
type requestTemplate struct {
	to      string        // the URL, with IDMark where there is one
	proto   *http.Request // what answers are read for
	url     *url.URL
	first   string            // "GET /account?x=1 HTTP/1.1\r\n"
	firsts  map[string]string // the same for each path of the mix
	head    []byte            // all other lines but the length of the body
	body    []byte
	sized   bool // the length of the body is said
	address string
	host    string // as on the wire
	secure  bool   // TLS
	closes  bool   // the connection ends with the request
	replays bool   // may be sent again though a server may have seen it
	expect  *expect.Expectation
}

// query is one request as it goes onto the wire.
type query struct{ head, body []byte }

func newRequestTemplate(g load.Group) (*requestTemplate, error) {
	proto, body, err := prototypeOf(g, usersAgent)
	if err != nil {
		return nil, err
	}
	to, err := g.URL.Reveal()
	if err != nil {
		return nil, err
	}
	f := &requestTemplate{to: to, proto: proto, url: proto.URL, body: []byte(body),
		secure: proto.URL.Scheme == "https",
		host:   hostname.Wire(proto.URL.Hostname()), closes: proto.Close ||
			said(proto.Header, "Connection", "close"), replays: idempotent(proto)}
	if f.address, err = dialled(proto.URL); err != nil {
		return nil, err
	}
	if f.expect, err = expect.Compile(g.Expect); err != nil {
		return nil, fmt.Errorf("expect: %w", err)
	}
	var wire bytes.Buffer
	if err := proto.Write(&wire); err != nil {
		return nil, err
	}
	f.split(wire.Bytes())
	f.firsts = map[string]string{}
	for _, p := range g.Mix {
		to, err := proto.URL.Parse(p.Path)
		if err != nil {
			return nil, err
		}
		f.firsts[p.Path] = f.line(to)
	}
	return f, nil
}

// usersAgent is the User-Agent of users, unless a header says another.
const usersAgent = "stormdrill"

// prototypeOf is the request that all of the group's are like, and its body.
func prototypeOf(g load.Group, agent string) (req *http.Request, body string, err error) {
	to, err := probe.Revealed(g.URL)
	if err != nil {
		return nil, "", err
	}
	if body, err = g.Body.Reveal(); err != nil {
		return nil, "", err
	}
	if req, err = http.NewRequest(g.Method, to, strings.NewReader(body)); err != nil {
		return nil, "", err
	}
	req.Close = g.PerRequest
	req.Header.Set("User-Agent", agent)
	for k, v := range g.Headers {
		value, err := v.Reveal()
		if err != nil {
			return nil, "", fmt.Errorf("header %s: %w", k, err)
		}
		if textproto.CanonicalMIMEHeaderKey(k) == "Host" {
			req.Host = value
			continue
		}
		req.Header.Set(k, value)
	}
	probe.Authorize(req)
	return req, body, nil
}

// dialled is the host:port of a URL.
func dialled(to *url.URL) (string, error) {
	port := to.Port()
	switch {
	case to.Hostname() == "":
		return "", errors.New("URL has no host")
	case port != "":
	case to.Scheme == "http":
		port = "80"
	case to.Scheme == "https":
		port = "443"
	default:
		return "", fmt.Errorf("URL has scheme %q, not http or https", to.Scheme)
	}
	return net.JoinHostPort(to.Hostname(), port), nil
}

// idempotent decides as net/http does what may be sent again.
func idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return req.Header.Get("Idempotency-Key") != "" || req.Header.Get("X-Idempotency-Key") != ""
}

// said reports whether a header's list has a word in it.
func said(h http.Header, name, word string) bool {
	return slices.ContainsFunc(strings.Split(h.Get(name), ","), func(have string) bool {
		return strings.EqualFold(strings.TrimSpace(have), word)
	})
}

// split takes a written request apart.
func (f *requestTemplate) split(wire []byte) {
	head, _, _ := bytes.Cut(wire, []byte("\r\n\r\n"))
	for i, line := range bytes.Split(head, []byte("\r\n")) {
		switch {
		case i == 0:
			f.first = string(line) + "\r\n"
		case bytes.HasPrefix(line, []byte("Content-Length:")):
			f.sized = true
		default:
			f.head = append(append(f.head, line...), "\r\n"...)
		}
	}
}

// line is the first line of a request for a URL.
func (f *requestTemplate) line(to *url.URL) string {
	method, _, _ := strings.Cut(f.first, " ")
	return method + " " + to.RequestURI() + " HTTP/1.1\r\n"
}

// query writes the n-th request behind b, with a trace id of its own and, where
// the group keeps a ledger, an id.
func (u *users) query(b []byte, seq uint64) query {
	f := u.form
	first, body := f.first, f.body
	if u.spec.Writes != nil {
		id := u.id(seq)
		// which the plan has checked
		if to, err := url.Parse(strings.ReplaceAll(f.to, load.IDMark, id)); err == nil {
			first = f.line(to)
		}
		body = bytes.ReplaceAll(f.body, []byte(load.IDMark), []byte(id))
	}
	if path := pathOf(u.spec, seq); path != "" {
		first = f.firsts[path]
	}
	b = append(append(b, first...), f.head...)
	if u.run != "" {
		b = append(b, "Traceparent: "...)
		b = append(appendTrace(b, u.run, u.number, seq), "\r\n"...)
	}
	if f.sized {
		b = append(b, "Content-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n"...)
	}
	return query{append(b, "\r\n"...), body}
}

// appendTrace is the W3C traceparent: the trace id is the run, the group and the
// sequence number; the parent id must not be zero, so groups count from 1 there.
func appendTrace(b []byte, run string, group int, seq uint64) []byte {
	id := func(group int) {
		b = hex.AppendEncode(b, []byte{byte(group >> 8), byte(group),
			byte(seq >> 40), byte(seq >> 32), byte(seq >> 24), byte(seq >> 16), byte(seq >> 8),
			byte(seq)})
	}
	b = append(append(b, "00-"...), run...)
	id(group)
	b = append(b, '-')
	id(group + 1)
	return append(b, "-01"...)
}
