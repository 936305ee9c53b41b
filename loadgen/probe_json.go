//go:build linux

package loadgen

import (
	"context"
	"net/http"

	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// jsonAsker reads a value from a page of JSON.
type jsonAsker struct {
	*load.JSONProbe
	page
}

// mostValue bounds what is told of a value, bytes.
const mostValue = 100

// Ask is good while the value is the one wanted.
func (p *jsonAsker) Ask(ctx context.Context) Reply {
	body, status, err := p.whole(ctx)
	if err != nil {
		return unknown("%v", err)
	}
	have, same, err := expect.Value(body, p.Path, p.Equals)
	if err != nil && status != http.StatusOK {
		return unknown("%v: %v", answered(status), err)
	}
	if err != nil {
		return unknown("%v", err)
	}
	return Reply{Good: same, Known: true, Detail: have[:min(len(have), mostValue)]}
}
