//go:build linux

package loadgen

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// lbAsker reads one server's state from the embedded balancer.
type lbAsker struct {
	*load.LBProbe
	page
}

// lbState is the balancer's state, as it answers it.
type lbState struct {
	Servers []struct {
		Name string `json:"name"`
		Up   bool   `json:"up"`
		Why  string `json:"why"`
	} `json:"servers"`
}

// Ask is good while the balancer holds the server to be up.
func (p *lbAsker) Ask(ctx context.Context) probe.Reply {
	body, err := p.get(ctx)
	if err != nil {
		return probe.Unknown("state: %v", err)
	}
	up, why, err := serverUp(body, p.Server)
	if err != nil {
		return probe.Unknown("state: %v", err)
	}
	return probe.Reply{Good: up, Known: true, Detail: why}
}

// serverUp finds a server; why is the balancer's own word for its state.
func serverUp(body []byte, server string) (up bool, why string, err error) {
	var s lbState
	if err := json.Unmarshal(body, &s); err != nil {
		return false, "", fmt.Errorf("not the embedded balancer's: %w", err)
	}
	var names []string
	for _, v := range s.Servers {
		if names = append(names, v.Name); v.Name != server {
			continue
		}
		word := "down"
		if v.Up {
			word = "up"
		}
		if v.Why != "" {
			word += ": " + v.Why
		}
		return v.Up, word, nil
	}
	return false, "", fmt.Errorf("the balancer has no server %s%s", server, instead(names))
}
