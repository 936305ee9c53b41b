package loadgen

import (
	"context"
	"crypto/tls"
	"io"
	"strconv"
)

// httpAsker asks for a URL on a fresh connection each time.
type httpAsker struct {
	*HTTPProbe
	road  *road
	trust *tls.Config
}

// Ask is good when the status is among the expected ones.
func (p *httpAsker) Ask(ctx context.Context) Reply {
	via := newTransport(p.road, p.trust)
	via.DisableKeepAlives = true
	status, class, _ := fetch(ctx, via, p.URL, io.Discard)
	if class != OK {
		return failed(class)
	}
	return Reply{Good: expected(p.Expect, status), Known: true, Detail: strconv.Itoa(status)}
}
