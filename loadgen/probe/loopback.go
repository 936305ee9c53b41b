package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// OnLoopback gives the probe of a check that the CLI asks on its own machine: of a Prometheus
// or an Alertmanager. Whatever a name leads to, nothing but a loopback address is dialled.
func OnLoopback(c load.Check) (Probe, error) {
	switch {
	case c.Prometheus != nil:
		on, err := pageOnLoopback(c.Prometheus.URL)
		return &Prometheus{c.Prometheus, on}, err
	case c.Alertmanager != nil:
		on, err := pageOnLoopback(c.Alertmanager.URL)
		return &Alertmanager{c.Alertmanager, on}, err
	}
	return nil, fmt.Errorf("check %q: is not asked from the CLI's machine", c.Name)
}

// Loopback reports whether a host, as a URL has it, is this machine itself.
func Loopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && at.Unmap().IsLoopback()
}

// errElsewhere is a dial that would leave this machine.
var errElsewhere = errors.New("not on this machine's loopback interface")

// localPage is a page on this machine, read over one connection that is kept.
type localPage struct {
	at  string // URL
	via *http.Transport
}

func pageOnLoopback(at secret.Text) (Page, error) {
	to, err := Revealed(at)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err != nil || !to.Addr().Unmap().IsLoopback() {
			return fmt.Errorf("%s is %w", address, errElsewhere)
		}
		return nil
	}}
	// Proxy is left out: the environment's proxies are not for this machine's loopback.
	return localPage{to, &http.Transport{DialContext: d.DialContext, DisableCompression: true,
		MaxIdleConnsPerHost: 1}}, nil
}

var errTooLong = errors.New("page of more than " + strconv.Itoa(MostPage) + " bytes")

// Whole reads the page. No redirect is followed.
func (p localPage) Whole(ctx context.Context) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.at, nil)
	if err != nil {
		return nil, 0, errors.New("not a URL")
	}
	req.Header.Set("User-Agent", "stormdrill-check")
	Authorize(req)
	res, err := p.via.RoundTrip(req)
	if err != nil {
		return nil, 0, fmt.Errorf("out of reach: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	if n, err := io.Copy(&body, io.LimitReader(res.Body, MostPage+1)); err != nil {
		return nil, 0, fmt.Errorf("out of reach: %w", err)
	} else if n > MostPage {
		return nil, 0, fmt.Errorf("out of reach: %w", errTooLong)
	}
	return body.Bytes(), res.StatusCode, nil
}

// Close ends the connection.
func (p localPage) Close() { p.via.CloseIdleConnections() }
