//go:build linux

package target

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// answerWithin is how long a server may take to begin its answer where the
// scenario does not say; HAProxy's and nginx's usual configurations wait 30 s to
// 60 s.
const answerWithin = 30 * time.Second

// newBalancerService is the balancer as a target: requests on its ports, state
// on the state port.
func newBalancerService(spec Spec, lines *journal) (service, error) {
	dial, err := newDial()
	if err != nil {
		return service{}, err
	}
	b, err := newBalancer(*spec.LB, resolver.LookupNetIP, dial, spec.CA, lines)
	if err != nil {
		return service{}, err
	}
	b.node, b.seed = spec.Node, spec.Seed
	p := newProxy(spec.Node, b, lines)
	return service{
		Handler: p,
		extra:   map[uint16]http.Handler{b.cfg.State: statePage(spec.Node, b, p.metrics.page)},
		run:     b.follow,
	}, nil
}

// proxy passes each request to the server in turn. It never tries
// another one: a repeated request would hide the fault that a drill is about.
type proxy struct {
	node    string
	servers *balancer
	reverse *httputil.ReverseProxy
	lines   *journal
	metrics *metrics
	by      *prometheus.CounterVec // requests, by server
}

// chosen is the key of a request's server in its context.
type chosen struct{}

func serverOf(r *http.Request) *server { return r.Context().Value(chosen{}).(*server) }

func newProxy(node string, b *balancer, lines *journal) *proxy {
	by := backendRequests
	by.ConstLabels = prometheus.Labels{"node": node}
	p := &proxy{node: node, servers: b, lines: lines,
		by: prometheus.NewCounterVec(by, []string{"server", "code"})}
	p.metrics = newMetrics(node, p.by, upServers{node, b})
	p.reverse = &httputil.ReverseProxy{
		Transport: &http.Transport{ // no Proxy: the environment has no say here
			DialContext: b.way.dial, TLSClientConfig: b.way.tls,
			DisableKeepAlives:     b.cfg.PerRequest,
			ResponseHeaderTimeout: cmp.Or(b.cfg.Timeout, answerWithin), DisableCompression: true,
			MaxIdleConnsPerHost: 1024, IdleConnTimeout: time.Minute,
		},
		Rewrite:        p.rewrite,
		ModifyResponse: answered,
		ErrorHandler:   p.failed,
		ErrorLog:       log.New(io.Discard, "", 0), // a line per request says it all
	}
	return p
}

func (p *proxy) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	came := wire.Now()
	answer := &watched{ResponseWriter: out}
	begun, by := time.Now(), "none"
	defer func() { // an answer that breaks off panics
		p.metrics.count(answer.Status(), r.Method, time.Since(begun))
		p.by.WithLabelValues(by, strconv.Itoa(answer.Status())).Inc()
		p.lines.request(came, r, answer.Status(), by)
	}()
	s := p.servers.next()
	if s == nil {
		p.answer(answer, http.StatusServiceUnavailable, "no server is up")
		return
	}
	by = s.name
	p.reverse.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), chosen{}, s)))
}

// rewrite aims a request at its server and notes which it is for; all else stays as it
// came, traceparent included.
func (p *proxy) rewrite(r *httputil.ProxyRequest) {
	r.SetURL(&url.URL{Scheme: p.servers.way.scheme(), Host: serverOf(r.In).address})
	r.Out.Host = r.In.Host
	r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
	r.SetXForwarded()
}

// answered takes in how a server answered; an answer is only good once its
// body is complete.
func answered(a *http.Response) error {
	switch {
	case a.StatusCode >= 500:
		serverOf(a.Request).served(false)
	case a.StatusCode >= 200: // else the connection becomes another protocol's
		a.Body = &judged{ReadCloser: a.Body, request: a.Request}
	}
	return nil
}

// judged is an answer's body that reports to its server how it ended.
type judged struct {
	io.ReadCloser
	request *http.Request
	noted   bool
}

func (b *judged) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !b.noted && b.request.Context().Err() == nil {
		b.noted = true
		serverOf(b.request).served(err == io.EOF)
	}
	return n, err
}

// failed answers in the stead of a server that did not. A client that left is
// not the server's failure.
func (p *proxy) failed(out http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		out.WriteHeader(statusLeft)
		return
	}
	serverOf(r).served(false)
	status := http.StatusBadGateway
	if inAWord(err) == "timeout" {
		status = http.StatusGatewayTimeout
	}
	p.answer(out, status, serverOf(r).name+": "+inAWord(err))
}

func (p *proxy) answer(out http.ResponseWriter, status int, text string) {
	out.Header().Set(NodeHeader, hostname.Wire(p.node))
	http.Error(out, text, status)
}

// statePage serves GET /state, GET /metrics, and GET / for checks of whether the balancer
// is ready: it is once it has its servers, and their states.
func statePage(node string, b *balancer, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /state", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set(NodeHeader, hostname.Wire(node))
		out.Header().Set("Content-Type", "application/json")
		// the client's loss
		_ = json.NewEncoder(out).Encode(map[string][]State{"servers": b.states()})
	})
	mux.HandleFunc("GET /{$}", func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set(NodeHeader, hostname.Wire(node))
		if len(b.states()) == 0 {
			http.Error(out, "the backend's name does not resolve yet",
				http.StatusServiceUnavailable)
			return
		}
		if !b.asked() {
			http.Error(out, "not every server was checked yet", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(out, "ready\n") // the client's loss
	})
	return mux
}
