package probe

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What a program on this machine's loopback answers is read as inside a drill's network: with
// the credentials of its URL, over one connection, whatever the environment says of proxies.
func TestOnLoopback(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("PASSWORD", "s3cret")
	body, from := "", map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from[r.RemoteAddr] = true
		switch user, password, _ := r.BasicAuth(); {
		case user+":"+password != "drill:s3cret":
			w.WriteHeader(http.StatusUnauthorized)
		case body == "":
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		default:
			_, _ = w.Write([]byte(body))
		}
	}))
	defer s.Close()
	url := secret.Text(strings.Replace(s.URL, "//", "//drill:${env:PASSWORD}@", 1))
	rule := load.Check{Name: "alert", Timeout: time.Minute,
		Prometheus: &load.PrometheusProbe{URL: url, Rule: "ShopDown"}}
	p, err := OnLoopback(rule)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(p)
	for _, c := range []struct {
		body string
		want Reply
	}{
		{`{"data":{"groups":[{"rules":[{"name":"ShopDown","type":"alerting","alerts":[{"state":"firing","activeAt":"2026-11-29T11:00:01.5Z"}]}]}]}}`,
			Reply{Known: true, Detail: "firing, active since 2026-11-29T11:00:01.5Z"}},
		{`{"data":{"groups":[{"rules":[{"name":"ShopDown","type":"alerting"}]}]}}`,
			Reply{Good: true, Known: true, Detail: "inactive"}},
		{"", Reply{Detail: "answered 302"}},
		{strings.Repeat(" ", MostPage+1), Reply{Detail: "out of reach: " + errTooLong.Error()}},
	} {
		body = c.body
		a := Once(t.Context(), rule, p, fakeNow)
		if (Reply{a.Good, a.Known, a.Detail}) != c.want || a.Check != "alert" || a.End < a.Start {
			t.Errorf("%.40q: have %+v, want %+v", c.body, a, c.want)
		}
	}
	if len(from) != 1 {
		t.Errorf("%d connections", len(from))
	}
	body = `[{"labels":{"alertname":"ShopDown"},"startsAt":"2026-11-29T11:00:03.5Z","status":{"state":"active"}}]`
	routed := load.Check{Alertmanager: &load.AlertmanagerProbe{URL: url,
		Labels: map[string]string{"alertname": "ShopDown"}}}
	if p, err = OnLoopback(routed); err != nil {
		t.Fatal(err)
	}
	defer Close(p)
	if a := Once(t.Context(), routed, p, fakeNow); a.Good || a.Detail != "active since 2026-11-29T11:00:03.5Z" {
		t.Errorf("have %+v", a)
	}
}

// Nothing but this machine is dialled, and no other check is asked from it.
func TestOnLoopbackLeavesNoMachine(t *testing.T) {
	p, err := OnLoopback(load.Check{Prometheus: &load.PrometheusProbe{URL: "http://192.0.2.1:9090/", Rule: "r"}})
	if err != nil {
		t.Fatal(err)
	}
	if a := Once(t.Context(), load.Check{}, p, fakeNow); a.Known || !strings.Contains(a.Detail, errElsewhere.Error()) {
		t.Errorf("have %+v", a)
	}
	if _, err := OnLoopback(load.Check{TCP: &load.TCPProbe{}}); err == nil {
		t.Error("a check of a port was taken")
	}
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.8.9.1": true,
		"::1": true, "0.0.0.0": false, "192.168.0.1": false, "prometheus": false, "": false} {
		if Loopback(host) != want {
			t.Errorf("%q: want %t", host, want)
		}
	}
}
