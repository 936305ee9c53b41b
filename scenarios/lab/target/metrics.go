//go:build linux

package target

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what a web target tells a Prometheus at /metrics: users' requests
// by status, their duration in seconds, and how many wait for their turn.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
	page     http.Handler
}

func newMetrics(node string, q *queue) *metrics {
	labels := prometheus.Labels{"node": node}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total", Help: "Requests answered, by status.", ConstLabels: labels,
		}, []string{"code"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:        "http_request_duration_seconds",
			Help:        "From arrival to answer, waiting included.",
			ConstLabels: labels, Buckets: prometheus.ExponentialBuckets(0.001, 2, 14), // 1 ms to 8 s
		}),
	}
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "http_requests_waiting", Help: "Requests waiting for capacity.", ConstLabels: labels,
	}, func() float64 { return q.length(time.Now()) })
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, waiting) // three names that cannot collide
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) count(status int, took time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(status)).Inc()
	m.seconds.Observe(took.Seconds())
}
