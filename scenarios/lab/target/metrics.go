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

// metrics is what a web target tells a Prometheus at /metrics: users' requests and their
// duration in seconds, by status and method, and how many wait for their turn. Names, labels
// and buckets are those of client_golang's own handlers, so that usual rules fit.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	page     http.Handler
}

func newMetrics(node string, q *queue) *metrics {
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
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "http_requests_waiting", Help: "Requests waiting for capacity.", ConstLabels: labels,
	}, func() float64 { return q.length(time.Now()) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, waiting) // three names that cannot collide
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
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
