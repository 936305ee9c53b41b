package loadgen

import (
	"context"
	"io"
	"strconv"
)

// httpAsker asks for a URL on a fresh connection each time.
type httpAsker struct {
	*HTTPProbe
	road *road
}

// Ask is good when the status is among the expected ones.
func (p *httpAsker) Ask(ctx context.Context) Reply {
	via := newTransport(p.road, nil)
	via.DisableKeepAlives = true
	status, class, _ := fetch(ctx, via, p.URL, io.Discard)
	if class != OK {
		return failed(class)
	}
	return Reply{Good: expected(p.Expect, status), Known: true, Detail: strconv.Itoa(status)}
}
