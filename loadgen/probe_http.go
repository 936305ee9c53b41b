//go:build linux

package loadgen

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// httpAsker asks for a URL on a fresh connection each time.
type httpAsker struct {
	question *http.Request
	dialer   *dialer
	trust    *tls.Config
	want     *expect.Expectation
}

func newHTTPAsker(c *load.HTTPProbe, r *dialer, trust *tls.Config) (*httpAsker, error) {
	want, err := expect.Compile(c.Expect)
	if err != nil {
		return nil, fmt.Errorf("expect: %w", err)
	}
	question, _, err := prototypeOf(load.Group{URL: c.URL, Method: c.Method, Headers: c.Headers,
		Body: c.Body}, checkAgent)
	return &httpAsker{question, r, trust, want}, err
}

// Ask is good when the answer is as expected. One that a fault made may be: the check
// is what it is.
func (p *httpAsker) Ask(ctx context.Context) probe.Reply {
	via := newTransport(p.dialer, p.trust)
	via.DisableKeepAlives = true
	var body bodyReader
	sink := io.Discard
	if p.want.Reads() {
		sink = &body
	}
	a, class, _ := fetch(ctx, via, p.question, sink)
	if class != load.OK {
		return failed(class)
	}
	a.Body, a.Long = body.kept, body.long
	class = p.want.Class(a)
	r := probe.Reply{Good: class == load.OK, Known: true, Detail: strconv.Itoa(a.Status)}
	if class == load.Assertion {
		r.Detail += ", not as expected"
	}
	return r
}
