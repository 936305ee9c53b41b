//go:build linux

package loadgen

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// metrics is what a load node exposes to a Prometheus at /metrics: what users got, by group,
// and how the checks that blackbox_exporter has, too, came out. Names are those of
// client_golang's handlers and of that exporter. Nothing is counted while a request is made:
// what the recorders send is counted as it is sent, so that what stands there is up to
// flushEvery old.
type metrics struct {
	requests      *prometheus.CounterVec
	seconds       *prometheus.HistogramVec
	success, took *prometheus.GaugeVec
	page          http.Handler
	server        *http.Server
}

// newMetrics counts nothing yet.
func newMetrics() *metrics {
	by, probes := []string{"group", "code", "method", "error"}, []string{"probe", "target"}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total",
			Help: "Requests of users: by status, 0 without an answer, and by how they failed.",
		}, by),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "http_request_duration_seconds", Buckets: prometheus.DefBuckets, // 5 ms to 10 s
			Help: "From when a user's request was due to its answer, or its failure."}, by),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "probe_success",
			Help: "1 where the check's last answer was good."}, probes),
		took: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "probe_duration_seconds",
			Help: "How long the check's last answer took."}, probes),
	}
	r := prometheus.NewRegistry()
	r.MustRegister(m.requests, m.seconds, m.success, m.took) // names that cannot collide
	m.page = promhttp.HandlerFor(r, promhttp.HandlerOpts{DisableCompression: true})
	return m
}

// saw counts requests of a group. One that was never sent is none of a user's.
func (m *metrics) saw(g load.Group, rs []load.Request) {
	method := strings.ToLower(g.Method)
	for i := range rs {
		r := &rs[i]
		if r.Unsent {
			continue
		}
		failed := ""
		if r.Class != load.OK && r.Class != load.Status {
			failed = r.Class.String()
		}
		code := strconv.Itoa(int(r.Status))
		m.requests.WithLabelValues(g.Name, code, method, failed).Inc()
		m.seconds.WithLabelValues(g.Name, code, method, failed).Observe(r.Latency().Seconds())
	}
}

// answered takes in an answer to a check. One that says nothing leaves what was known.
func (m *metrics) answered(c load.Check, a load.Answer) {
	target, ok := probed(c)
	if !ok || !a.Known {
		return
	}
	good := 0.0
	if a.Good {
		good = 1
	}
	m.success.WithLabelValues(c.Name, target).Set(good)
	m.took.WithLabelValues(c.Name, target).Set(time.Duration(a.End - a.Start).Seconds())
}

// probed is what a check asks, if blackbox_exporter asks such things: as scenarios write it,
// without the values of secrets.
func probed(c load.Check) (target string, ok bool) {
	switch {
	case c.HTTP != nil:
		return string(c.HTTP.URL), true
	case c.TCP != nil:
		return c.TCP.Address, true
	case c.DNS != nil:
		return c.DNS.Name, true
	case c.GRPC != nil:
		return c.GRPC.Address, true
	}
	return "", false
}

// serve shows them at a port of the node's addresses, until close.
func (m *metrics) serve(port uint16) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp4",
		":"+strconv.Itoa(int(port)))
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.page)
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		if err := m.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close() // a scrape that fails shows it
		}
	}()
	return nil
}

func (m *metrics) close() { _ = m.server.Close() }
