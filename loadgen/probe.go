//go:build linux

package loadgen

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
)

// failed is the reply to a question about reachability: only this node's own
// fault leaves it open.
func failed(c load.Class) probe.Reply {
	return probe.Reply{Known: c != load.Local, Detail: c.String()}
}

// newProbe gives the check's one kind, on a dialer of its own.
func newProbe(c load.Check, s load.Spec) (probe.Probe, error) {
	r := newDialer(c.Source, s.Subnet, netip.AddrPortFrom(s.Resolver, dnsPort))
	trust, err := trusting(s.Authority, caOf(c))
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", c.Name, err)
	}
	var all []probe.Probe
	if c.HTTP != nil {
		asker, err := newHTTPAsker(c.HTTP, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, asker)
	}
	if c.TCP != nil {
		all = append(all, &tcpAsker{c.TCP, r})
	}
	if c.DNS != nil {
		all = append(all, &dnsAsker{c.DNS, r})
	}
	if c.HAProxy != nil {
		on, err := pageOn(c.HAProxy.Stats, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, &haproxyAsker{c.HAProxy, on})
	}
	if c.LB != nil {
		on, err := pageOn(c.LB.State, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, &lbAsker{c.LB, on})
	}
	if c.SQL != nil {
		sql, err := newSQLAsker(c.SQL, r)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, sql)
	}
	if c.GRPC != nil {
		all = append(all, newGRPCAsker(c.GRPC, r, trust))
	}
	if c.Redis != nil {
		redis, err := newRedisAsker(c.Redis, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, redis)
	}
	if c.JSON != nil {
		on, err := pageOn(c.JSON.URL, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, &jsonAsker{c.JSON, on})
	}
	if c.Prometheus != nil {
		on, err := pageOn(c.Prometheus.URL, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, &probe.Prometheus{PrometheusProbe: c.Prometheus, Page: on})
	}
	if c.Alertmanager != nil {
		on, err := pageOn(c.Alertmanager.URL, r, trust)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", c.Name, err)
		}
		all = append(all, &probe.Alertmanager{AlertmanagerProbe: c.Alertmanager, Page: on})
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("check %q: has %d kinds, needs exactly one of http, tcp, dns, "+
			"sql, grpc, redis, haproxy, lb, json, prometheus, alertmanager", c.Name, len(all))
	}
	return all[0], nil
}

// caOf is what a check trusts of its own.
func caOf(c load.Check) string {
	switch {
	case c.HTTP != nil:
		return c.HTTP.CA
	case c.GRPC != nil:
		return c.GRPC.CA
	case c.Redis != nil:
		return c.Redis.CA
	}
	return ""
}

// page reads a state page over one connection that it keeps: what is asked for
// is in the page, so the path to it should disturb as little as it can.
type page struct {
	question *http.Request
	via      *http.Transport
}

func pageOn(at secret.Text, r *dialer, trust *tls.Config) (page, error) {
	question, _, err := prototypeOf(load.Group{URL: at}, checkAgent)
	return page{question, newTransport(r, trust)}, err
}

// get reads the page; a status other than 200 is an error that says so.
func (p page) get(ctx context.Context) ([]byte, error) { return probe.Get(ctx, p) }

// Whole reads the page, whatever its status: what is unwell often says so with 503.
func (p page) Whole(ctx context.Context) ([]byte, int, error) {
	var body bytes.Buffer
	a, class, err := fetch(ctx, p.via, p.question, limited{&body, probe.MostPage})
	if class != load.OK {
		return nil, 0, fmt.Errorf("out of reach: %s: %w", class, err)
	}
	return body.Bytes(), a.Status, nil
}

// Close ends the connection that is kept.
func (p page) Close() { p.via.CloseIdleConnections() }

// checkAgent is the User-Agent of checks, unless a header says another.
const checkAgent = "stormdrill-check"

// fetch asks once and says how it ended. Class is OK where the answer is complete, whatever
// its status.
func fetch(ctx context.Context, via http.RoundTripper, question *http.Request,
	sink io.Writer) (answer, load.Class, error) {
	s, ctx := newTrace(ctx)
	req := question.WithContext(ctx)
	if question.GetBody != nil {
		var err error
		if req.Body, err = question.GetBody(); err != nil {
			return answer{}, load.Local, err
		}
	}
	a, err := s.do(via, req, sink)
	return a, classify(err, s.stage()), err
}

// limited refuses what is longer than a page may be.
type limited struct {
	*bytes.Buffer
	most int
}

var errTooLong = errors.New("page of more than " + strconv.Itoa(probe.MostPage) + " bytes")

func (l limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > l.most {
		return 0, errTooLong
	}
	return l.Buffer.Write(b)
}

// ReadFrom keeps io.Copy from going round Write.
func (l limited) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{l}, r)
}
