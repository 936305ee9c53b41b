//go:build linux

package loadgen

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// haproxyAsker reads one server's status from HAProxy's statistics page
// (management guide, 9.1: CSV format).
type haproxyAsker struct {
	*load.HAProxyProbe
	page
}

// Ask is good while HAProxy sends the server traffic: a status of UP, also one
// on its way down ("UP 1/3"), or "no check".
func (p *haproxyAsker) Ask(ctx context.Context) probe.Reply {
	body, err := p.get(ctx)
	if err != nil {
		return probe.Unknown("statistics: %v", err)
	}
	status, err := serverStatus(body, p.Backend, p.Server)
	if err != nil {
		return probe.Unknown("statistics: %v", err)
	}
	return probe.Reply{Good: strings.HasPrefix(status, "UP") || status == load.NoCheck,
		Known: true, Detail: status}
}

// serverStatus finds a server's status. Columns go by their names, since
// versions of HAProxy add more.
func serverStatus(body []byte, backend, server string) (string, error) {
	body = bytes.TrimLeft(body, "# ")
	r := csv.NewReader(bytes.NewReader(body))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return "", errors.Join(errors.New("not HAProxy's CSV (does the URL end in ;csv?)"), err)
	}
	px, sv, st := slices.Index(rows[0], "pxname"), slices.Index(rows[0], "svname"),
		slices.Index(rows[0], "status")
	if min(px, sv, st) < 0 {
		return "", errors.New("not HAProxy's CSV (does the URL end in ;csv?)")
	}
	var backends, servers []string
	for _, row := range rows[1:] {
		switch {
		case len(row) <= max(px, sv, st):
		case row[sv] == "BACKEND":
			backends = append(backends, row[px])
		case row[px] != backend || row[sv] == "FRONTEND":
		case row[sv] == server:
			return row[st], nil
		default:
			servers = append(servers, row[sv])
		}
	}
	if !slices.Contains(backends, backend) && len(servers) == 0 {
		return "", fmt.Errorf("HAProxy has no backend %s%s", backend, instead(backends))
	}
	return "", fmt.Errorf("backend %s has no server %s%s", backend, server, instead(servers))
}

// instead names what there is in the stead of what was asked for, so many at most.
func instead(names []string) string {
	const most = 10
	switch n := len(names); {
	case n == 0:
		return ""
	case n > most:
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", n-most))
	}
	return "; it has " + strings.Join(names, ", ")
}
