//go:build linux

package loadgen

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

func shown(m *metrics) string {
	w := httptest.NewRecorder()
	m.page.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

// A recorder's requests are counted once they are sent on: by status, and by how they
// failed where there was no answer; those that were never sent are not.
func TestMetricsOfUsers(t *testing.T) {
	m := newMetrics()
	r := newRecorder("page", func(string, any) error { return nil })
	r.seen = func(rs []load.Request) { m.saw(load.Group{Name: "page", Method: "GET"}, rs) }
	const ms = 1_000_000
	for i, q := range []load.Request{
		{Done: 30 * ms, Status: 200}, {Done: 3 * ms, Status: 200},
		{Done: 600 * ms, Status: 503, Class: load.Status},
		{Done: 1500 * ms, Class: load.DialTimeout}, {Done: 9 * ms, Class: load.Assertion, Status: 200},
		{Unsent: true, Done: 1},
	} {
		q.Seq, q.Sent = uint64(i), 1
		r.add(q)
	}
	if s := shown(m); strings.Contains(s, "page") {
		t.Errorf("counted before it was sent on:\n%s", s)
	}
	if err := r.flush(); err != nil {
		t.Fatal(err)
	}
	s := shown(m)
	for _, want := range []string{
		`http_requests_total{code="200",error="",group="page",method="get"} 2`,
		`http_requests_total{code="503",error="",group="page",method="get"} 1`,
		`http_requests_total{code="0",error="dial-timeout",group="page",method="get"} 1`,
		`http_requests_total{code="200",error="assertion",group="page",method="get"} 1`,
		`http_request_duration_seconds_bucket{code="200",error="",group="page",method="get",le="0.005"} 1`,
		`http_request_duration_seconds_sum{code="0",error="dial-timeout",group="page",method="get"} 1.5`,
	} {
		if !strings.Contains(s, want+"\n") {
			t.Errorf("they lack %s:\n%s", want, s)
		}
	}
	if n := strings.Count(s, "http_requests_total{"); n != 4 {
		t.Errorf("%d kinds of requests in\n%s", n, s)
	}
}

// Checks that a blackbox_exporter has, too, are exposed under its names; an answer that
// says nothing changes nothing.
func TestMetricsOfChecks(t *testing.T) {
	m := newMetrics()
	c := load.Check{Name: "probe", HTTP: &load.HTTPProbe{URL: "http://u:${env:P}@shop:8080/"}}
	m.answered(c, load.Answer{Known: true, Good: true, End: 20_000_000})
	m.answered(load.Check{Name: "port", TCP: &load.TCPProbe{Address: "shop:8080"}},
		load.Answer{Known: true})
	m.answered(load.Check{Name: "state", LB: &load.LBProbe{}}, load.Answer{Known: true})
	m.answered(c, load.Answer{})
	s := shown(m)
	for _, want := range []string{`probe_success{probe="probe",target="http://u:${env:P}@shop:8080/"} 1`,
		`probe_duration_seconds{probe="probe",target="http://u:${env:P}@shop:8080/"} 0.02`,
		`probe_success{probe="port",target="shop:8080"} 0`} {
		if !strings.Contains(s, want+"\n") {
			t.Errorf("they lack %s:\n%s", want, s)
		}
	}
	if strings.Contains(s, "state") {
		t.Errorf("a state is no probe:\n%s", s)
	}
}
