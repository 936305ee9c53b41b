//go:build linux

package loadgen

import (
	"context"
	"net/http"

	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// jsonAsker reads a value from a page of JSON.
type jsonAsker struct {
	*load.JSONProbe
	page
}

// Ask is good while the value is the one wanted.
func (p *jsonAsker) Ask(ctx context.Context) probe.Reply {
	body, status, err := p.Whole(ctx)
	if err != nil {
		return probe.Unknown("%v", err)
	}
	have, same, err := expect.Value(body, p.Path, p.Equals)
	if err != nil && status != http.StatusOK {
		return probe.Unknown("%v: %v", probe.Answered(status), err)
	}
	if err != nil {
		return probe.Unknown("%v", err)
	}
	return probe.Reply{Good: same, Known: true, Detail: have[:min(len(have), probe.MostValue)]}
}
