//go:build linux

package target

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what an embedded target exposes to a Prometheus at /metrics: users' requests
// and their duration in seconds, by status and method, and what else it has. Names, labels
// and buckets are those of client_golang's own handlers, so that usual rules fit.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	page     http.Handler
}

// newMetrics counts the requests of a node; more are what else it exposes.
func newMetrics(node string, more ...prometheus.Collector) *metrics {
	labels, by := prometheus.Labels{"node": node}, []string{"code", "method"}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total", Help: "Requests answered, by status and method.",
			ConstLabels: labels,
		}, by),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:        "http_request_duration_seconds",
			Help:        "From arrival to answer, waiting included, by status and method.",
			ConstLabels: labels, Buckets: prometheus.DefBuckets, // 5 ms to 10 s
		}, by),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds) // names that cannot collide
	registry.MustRegister(more...)
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

// waiting is how many requests wait for their turn at a node.
func waiting(node string, q *queue) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "http_requests_waiting", Help: "Requests waiting for capacity.",
		ConstLabels: prometheus.Labels{"node": node},
	}, func() float64 { return q.length(time.Now()) })
}

// Names of a balancer's own metrics, each by server.
var (
	backendRequests = prometheus.CounterOpts{Name: "http_backend_requests_total",
		Help: "Requests passed on, by server and by the status that its client got."}
	backendUp = prometheus.NewDesc("http_backend_up",
		"1 where the balancer sends requests to the server.", []string{"server", "node"}, nil)
)

// upServers exposes which of a balancer's servers are up.
type upServers struct {
	node string
	of   *balancer
}

// Describe sends the description.
func (upServers) Describe(out chan<- *prometheus.Desc) { out <- backendUp }

// Collect sends the present values.
func (u upServers) Collect(out chan<- prometheus.Metric) {
	for _, s := range u.of.states() {
		up := 0.0
		if s.Up {
			up = 1
		}
		out <- prometheus.MustNewConstMetric(backendUp, prometheus.GaugeValue, up, s.Name, u.node)
	}
}

func (m *metrics) count(status int, method string, took time.Duration) {
	code, method := strconv.Itoa(status), methodLabel(method)
	m.requests.WithLabelValues(code, method).Inc()
	m.seconds.WithLabelValues(code, method).Observe(took.Seconds())
}

// methodLabel is a method as promhttp writes it; one that is none of HTTP's is unknown, as a
// client may send any.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return strings.ToLower(method)
	}
	return "unknown"
}
