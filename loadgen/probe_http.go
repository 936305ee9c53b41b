package loadgen

import (
	"context"
	"crypto/tls"
	"io"
	"strconv"
)

// httpAsker asks for a URL on a fresh connection each time.
type httpAsker struct {
	url   string
	road  *road
	trust *tls.Config
	want  *expectation
}

// Ask is good when the answer is as expected. One that a fault made may be: the check
// is what it is.
func (p *httpAsker) Ask(ctx context.Context) Reply {
	via := newTransport(p.road, p.trust)
	via.DisableKeepAlives = true
	var body bodyReader
	sink := io.Discard
	if p.want.reads() {
		sink = &body
	}
	a, class, _ := fetch(ctx, via, p.url, sink)
	if class != OK {
		return failed(class)
	}
	a.body, a.long = body.kept, body.long
	class = p.want.class(a)
	r := Reply{Good: class == OK, Known: true, Detail: strconv.Itoa(a.status)}
	if class == Assertion {
		r.Detail += ", not as expected"
	}
	return r
}
