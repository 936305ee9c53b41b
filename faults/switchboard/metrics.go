//go:build linux

package switchboard

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/stormdrill/stormdrill/faults/link"
)

// metrics is what the switchboard exposes to a Prometheus at /metrics: the counters that its
// links have anyway, read when they are asked for. Of faults it says nothing: monitoring has
// to find these.
type metrics struct {
	site  *site
	links map[string]link.Link // by id

	connections, requests, strays *prometheus.Desc
	server                        *http.Server
}

func newMetrics(t *site, links []link.Link) *metrics {
	by := []string{"from", "to", "port"}
	m := &metrics{site: t, links: map[string]link.Link{},
		connections: prometheus.NewDesc("stormdrill_link_connections_total",
			"Connections that were opened over a link.", by, nil),
		requests: prometheus.NewDesc("stormdrill_link_requests_total",
			"Requests that went over a link where HTTP is read.", by, nil),
		strays: prometheus.NewDesc("stormdrill_stray_packets_total",
			"Packets to addresses outside of the drill's network, dropped.", nil, nil)}
	for _, l := range links {
		m.links[l.ID] = l
	}
	return m
}

// Describe sends the descriptions of all metrics.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	out <- m.connections
	out <- m.requests
	out <- m.strays
}

// Collect reads the counters. It takes no lock that a fault's injection waits for.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	counters, err := m.site.rules.counters()
	if err != nil {
		out <- prometheus.NewInvalidMetric(m.connections, err)
		return
	}
	send := func(d *prometheus.Desc, n uint64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	for id, l := range m.site.packets.links {
		send(m.connections, counters[l.syns()], m.labels(id)...)
	}
	for _, t := range m.site.streams.traffic() {
		send(m.connections, t.Connections, m.labels(t.Link)...)
		if t.Unread == "" {
			send(m.requests, t.Requests, m.labels(t.Link)...)
		}
	}
	send(m.strays, counters[strayCounter])
}

func (m *metrics) labels(id string) []string {
	l := m.links[id]
	return []string{l.From, l.To, strconv.Itoa(int(l.Port))}
}

// page is what is shown at /metrics.
func (m *metrics) page() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(m)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{DisableCompression: true})
}

// serve shows them at a port of the switchboard's addresses, until close.
func (m *metrics) serve(port uint16) error {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{Port: int(port)})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.page())
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		if err := m.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close() // a scrape that fails shows it
		}
	}()
	return nil
}

func (m *metrics) close() error { return m.server.Close() }
