//go:build linux

package switchboard

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"strings"
)

// request is what the stage reads of a request.
type request struct {
	method string
	path   string
	body   framing
	origin origin
	waits  bool // for 100, before it sends a body
	last   bool // on its connection
}

// response is what the stage reads of an answer.
type response struct {
	status  int
	body    framing
	upgrade string // the protocol from here on, of 101
}

// heads reads the heads of one side of a connection. net/http is the judge of what
// is HTTP/1; a head that is written as nearly all are is read without it, to the
// same end and a tenth of the cost.
type heads struct {
	users  string   // what traceparents of users' requests begin with
	fields []string // by which faults tell requests apart; canonical
	path   string   // of the request before: most connections ask for the same again
	bytes  *bytes.Reader
	lines  *bufio.Reader
}

// request reads the head of a request, which is to be used before more is read.
// With an error it gives what was read until then.
func (h *heads) request(r *bufio.Reader) (request, []byte, error) {
	here, _ := r.Peek(r.Buffered())
	if q, n, ok := h.plainRequest(here); ok {
		_, _ = r.Discard(n)
		return q, here[:n], nil
	}
	head, err := readHead(r)
	if err != nil {
		return request{}, head, err
	}
	q, err := h.anyRequest(head)
	return q, head, err
}

// response reads the head of an answer to a request of that method.
func (h *heads) response(r *bufio.Reader, method string) (response, error) {
	here, _ := r.Peek(r.Buffered())
	if a, n, ok := plainResponse(here, method); ok {
		_, _ = r.Discard(n)
		return a, nil
	}
	head, err := readHead(r)
	if err != nil {
		return response{}, err
	}
	return h.anyResponse(head, method)
}

func (h *heads) anyRequest(head []byte) (request, error) {
	r, err := http.ReadRequest(h.of(head))
	if err != nil {
		return request{}, err
	}
	return request{method: r.Method, path: r.URL.Path, body: requestFraming(r),
		origin: h.origin([]byte(r.Header.Get(traceparent))),
		waits:  r.Header.Get("Expect") != "", last: !r.ProtoAtLeast(1, 1) || r.Close}, nil
}

func (h *heads) anyResponse(head []byte, method string) (response, error) {
	a, err := http.ReadResponse(h.of(head), &http.Request{Method: method})
	if err != nil {
		return response{}, err
	}
	return response{a.StatusCode, answerFraming(method, a), upgradeOf(a)}, nil
}

// upgradeOf is the protocol that an answer switches to; empty: none.
func upgradeOf(a *http.Response) string {
	if a.StatusCode != http.StatusSwitchingProtocols {
		return ""
	}
	switch to := strings.ToLower(a.Header.Get("Upgrade")); {
	case to == "websocket":
		return overWebSocket
	case strings.HasPrefix(to, "h2"):
		return overHTTP2
	}
	return overUpgrade
}

// chosen reads the fields of a request that faults go by: also those, such as Host, that
// net/http takes away.
func (h *heads) chosen(head []byte) http.Header {
	if len(h.fields) == 0 {
		return nil
	}
	lines := textproto.NewReader(h.of(head))
	_, _ = lines.ReadLine()
	all, _ := lines.ReadMIMEHeader() // of a head that net/http took
	of := http.Header{}
	for _, name := range h.fields {
		of[name] = all[name]
	}
	return of
}

func (h *heads) of(head []byte) *bufio.Reader {
	if h.lines == nil {
		h.bytes, h.lines = bytes.NewReader(nil), bufio.NewReader(nil)
	}
	h.bytes.Reset(head)
	h.lines.Reset(h.bytes)
	return h.lines
}

const traceparent = "Traceparent" // as net/http writes it

func (h *heads) origin(trace []byte) origin {
	if bytes.HasPrefix(trace, []byte(h.users)) {
		return users
	}
	return checks
}

// plainRequest reads a head that is all there and plain: of HTTP/1.1, for a path on
// the node itself, with no byte that could be read in two ways. Else it is not ok,
// and n, the head's length, is nothing.
func (h *heads) plainRequest(b []byte) (q request, n int, ok bool) {
	line, ok := plainLine(b)
	if !ok {
		return q, 0, false
	}
	method, rest, _ := bytes.Cut(line, []byte(" "))
	target, version, _ := bytes.Cut(rest, []byte(" "))
	path, _, _ := bytes.Cut(target, []byte("?"))
	if !plainMethod(method) || !plainPath(path) || bytes.ContainsAny(target, "#\t") ||
		string(version) != "HTTP/1.1" {
		return q, 0, false
	}
	f, n, ok := plainFields(b, len(line)+2)
	if !ok {
		return q, 0, false
	}
	if string(path) != h.path {
		h.path = string(path)
	}
	q = request{method: methodOf(method), path: h.path, body: framing{max(f.length, 0)},
		origin: h.origin(f.trace), last: f.closes}
	if f.chunked {
		q.body.length = chunked
	}
	return q, n, true
}

// plainResponse is the same of an answer.
func plainResponse(b []byte, method string) (a response, n int, ok bool) {
	line, ok := plainLine(b)
	const version = "HTTP/1.1 "
	if !ok || len(line) < len(version)+3 || string(line[:len(version)]) != version {
		return a, 0, false
	}
	code, reason := line[len(version):len(version)+3], line[len(version)+3:]
	if len(reason) > 0 && reason[0] != ' ' || code[0] == '0' {
		return a, 0, false
	}
	for _, c := range code {
		if c < '0' || c > '9' {
			return a, 0, false
		}
		a.status = 10*a.status + int(c-'0')
	}
	if a.status == http.StatusSwitchingProtocols { // to what, stands in its fields
		return a, 0, false
	}
	f, n, ok := plainFields(b, len(line)+2)
	if !ok {
		return a, 0, false
	}
	switch {
	case bodiless(method, a.status):
	case f.chunked:
		a.body.length = chunked
	case f.length == absent:
		a.body.length = untilEOF
	default:
		a.body.length = f.length
	}
	return a, n, true
}

// plainLine is the first line, without its CRLF. A CR or LF elsewhere, and all that
// is not printable ASCII, is for net/http to judge.
func plainLine(b []byte) (line []byte, ok bool) {
	for i, c := range b {
		if c == '\r' {
			return b[:i], i+1 < len(b) && b[i+1] == '\n'
		}
		if (c < ' ' || c > '~') && c != '\t' {
			break
		}
	}
	return nil, false
}

func plainMethod(b []byte) bool {
	for _, c := range b {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(b) > 0 && len(b) < longestWord && string(b) != http.MethodConnect
}

// plainPath reports whether a path stands for itself.
func plainPath(b []byte) bool {
	for _, c := range b {
		if !isToken[c] && !strings.ContainsRune("/:@(),;=", rune(c)) || c == '%' {
			return false
		}
	}
	return len(b) > 0 && b[0] == '/' && (len(b) == 1 || b[1] != '/')
}

// methodOf spares the common ones an allocation.
func methodOf(b []byte) string {
	for _, m := range [...]string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut,
		http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		if string(b) == m {
			return m
		}
	}
	return string(b)
}

// isToken are the bytes that names of fields are made of (RFC 9110, 5.6.2).
var isToken = func() (is [256]bool) {
	for c := range is {
		b := byte(c)
		is[c] = 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' ||
			strings.IndexByte("!#$%&'*+-.^_`|~", b) >= 0
	}
	return is
}()

// fields is what the stage needs of a head's fields.
type fields struct {
	length  int64 // Content-Length
	chunked bool
	closes  bool
	host    bool
	trace   []byte
}

// absent is the length where no Content-Length is given.
const absent = -1

// plainFields reads the fields of a head, of which the first n bytes were read, to
// its end, which it gives.
func plainFields(b []byte, n int) (f fields, end int, ok bool) {
	f.length = absent
	for {
		line, ok := plainLine(b[n:])
		if !ok {
			return f, 0, false
		}
		n += len(line) + 2
		if len(line) == 0 {
			return f, n, f.length == absent || !f.chunked
		}
		i := 0
		for i < len(line) && isToken[line[i]] {
			i++
		}
		if i == 0 || i == len(line) || line[i] != ':' ||
			!f.take(line[:i], bytes.Trim(line[i+1:], " \t")) {
			return f, 0, false
		}
	}
}

// take takes one field in; false: net/http is to say what it means.
func (f *fields) take(name, value []byte) bool {
	switch {
	case named(name, "Content-Length"):
		return f.size(value)
	case named(name, "Transfer-Encoding"):
		again := f.chunked
		f.chunked = named(value, "chunked")
		return f.chunked && !again
	case named(name, "Connection"):
		closes := named(value, "close")
		f.closes = f.closes || closes
		return closes || named(value, "keep-alive")
	case named(name, "Host"):
		again := f.host
		f.host = true
		return !again
	case named(name, traceparent):
		again := f.trace != nil
		f.trace = value
		return len(value) > 0 && !again
	}
	return !named(name, "Trailer") && !named(name, "Expect")
}

// size takes a Content-Length, once.
func (f *fields) size(digits []byte) bool {
	const most = 18 // digits of any length that is one
	if f.length != absent || len(digits) == 0 || len(digits) > most {
		return false
	}
	f.length = 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return false
		}
		f.length = 10*f.length + int64(c-'0')
	}
	return true
}

// named compares as names of fields are, without regard to case.
func named(b []byte, name string) bool {
	return len(b) == len(name) && strings.EqualFold(string(b), name)
}
