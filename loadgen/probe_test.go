//go:build linux

package loadgen

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/dns"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// knockOn asks a check once, from a loopback source.
func knockOn(t *testing.T, c load.Check) load.Answer {
	t.Helper()
	c.Source = netip.MustParseAddr("127.0.8.8")
	if c.Timeout == 0 {
		c.Timeout = time.Minute // longer than a busy machine takes
	}
	p, err := newProbe(c, load.Spec{Subnet: loopback})
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close(p)
	return probe.Once(t.Context(), c, p, wire.Now)
}

func expectAnswer(t *testing.T, a load.Answer, good, known bool, detail string) {
	t.Helper()
	if a.Good != good || a.Known != known || !strings.Contains(a.Detail, detail) || a.End < a.Start {
		t.Errorf("good %t, known %t, %q; want %t, %t, %q", a.Good, a.Known, a.Detail, good, known, detail)
	}
}

func TestHTTPProbe(t *testing.T) {
	code := http.StatusOK
	var from []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from = append(from, r.RemoteAddr)
		w.WriteHeader(code)
	}))
	t.Cleanup(s.Close)
	check := load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(s.URL)}}
	expectAnswer(t, knockOn(t, check), true, true, "200")
	code = http.StatusServiceUnavailable
	expectAnswer(t, knockOn(t, check), false, true, "503")
	check.HTTP.Expect.Status = []int{503}
	expectAnswer(t, knockOn(t, check), true, true, "503")
	for _, f := range from {
		if !strings.HasPrefix(f, "127.0.8.8:") {
			t.Errorf("asked from %s", f)
		}
	}
	hung := serveRaw(t, func(_ int, c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	expectAnswer(t, knockOn(t, load.Check{Timeout: 100 * time.Millisecond, HTTP: &load.HTTPProbe{URL: secret.Text(hung)}}), false, true, "timeout")
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(closedPort(t))}}), false, true, "refused")
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: "http://192.0.2.1/"}}), false, true, "unreachable")
}

// A check asks by the method, with the headers and the body that it was given, each time
// anew; an answer to HEAD is complete with its head.
func TestHTTPProbeAsksAsToldTo(t *testing.T) {
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, fmt.Sprintf("%s %s %s %q %s", r.Method, r.Host, r.Header.Get("X-Tenant"), body,
			r.UserAgent()))
		w.Header().Set("Allow", "GET, OPTIONS")
		if r.Method == http.MethodHead {
			w.Header().Set("Content-Length", "99")
			return
		}
		fmt.Fprintf(w, "up by %s", r.Method)
	}))
	t.Cleanup(s.Close)
	t.Setenv("TENANT", "gold")
	host := strings.TrimPrefix(s.URL, "http://")
	for _, c := range []struct {
		asks load.HTTPProbe
		want string
	}{
		{load.HTTPProbe{}, fmt.Sprintf(`GET %s  "" stormdrill-check`, host)},
		{load.HTTPProbe{Method: "HEAD", Expect: load.Expect{Header: map[string]secret.Text{"Allow": "GET"}}},
			fmt.Sprintf(`HEAD %s  "" stormdrill-check`, host)},
		{load.HTTPProbe{Method: "OPTIONS", Headers: map[string]secret.Text{"host": "shop.example", "User-Agent": "monitor"}},
			`OPTIONS shop.example  "" monitor`},
		{load.HTTPProbe{Method: "POST", Body: `{"ping": "${env:TENANT}"}`,
			Headers: map[string]secret.Text{"X-Tenant": "${env:TENANT}"}, Expect: load.Expect{Body: "^up by POST$"}},
			fmt.Sprintf(`POST %s gold "{\"ping\": \"gold\"}" stormdrill-check`, host)},
	} {
		asked = nil
		c.asks.URL = secret.Text(s.URL)
		p, err := newProbe(load.Check{HTTP: &c.asks}, load.Spec{Subnet: loopback})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the body is there the second time, too
			expectAnswer(t, probe.Once(t.Context(), load.Check{}, p, wire.Now), true, true, "200")
		}
		if len(asked) != 2 || asked[0] != c.want || asked[1] != c.want {
			t.Errorf("asked %q, want twice %q", asked, c.want)
		}
	}
}

// A URL may hold a user and a password; a header of one's own goes before them.
func TestCredentialsInURL(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "ops" || password != "p w" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	at := secret.Text(strings.Replace(s.URL, "http://", "http://ops:p%20w@", 1))
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: at}}), true, true, "200")
	expectAnswer(t, knockOn(t, load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(s.URL)}}), false, true, "401")
	for header, want := range map[secret.Text]string{"": "Basic b3BzOnAgdw==", "Bearer x": "Bearer x"} {
		g := load.Group{URL: at, Method: http.MethodGet}
		if header != "" {
			g.Headers = map[string]secret.Text{"Authorization": header}
		}
		f, err := newRequestTemplate(g)
		if err != nil {
			t.Fatal(err)
		}
		if head := f.first + string(f.head); !strings.Contains(head, "Authorization: "+want+"\r\n") || strings.Contains(head, "ops") {
			t.Errorf("header %q: %q", header, head)
		}
	}
}

func TestHTTPProbeUsesFreshConnections(t *testing.T) {
	url, _, ever := counting(t)
	p, err := newProbe(load.Check{HTTP: &load.HTTPProbe{URL: secret.Text(url)}}, load.Spec{Subnet: loopback})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		probe.Once(t.Context(), load.Check{}, p, wire.Now)
	}
	if n := ever.Load(); n != 3 {
		t.Errorf("%d connections for 3 questions", n)
	}
}

func TestTCPProbe(t *testing.T) {
	host := func(url string) string { return strings.Trim(strings.TrimPrefix(url, "http:"), "/") }
	open := serveRaw(t, func(int, *net.TCPConn) {})
	expectAnswer(t, knockOn(t, load.Check{TCP: &load.TCPProbe{Address: host(string(open))}}), true, true, "connected")
	expectAnswer(t, knockOn(t, load.Check{TCP: &load.TCPProbe{Address: host(closedPort(t))}}), false, true, "refused")
	full := load.Check{Timeout: 100 * time.Millisecond, TCP: &load.TCPProbe{Address: host(fullQueue(t))}}
	expectAnswer(t, knockOn(t, full), false, true, "dial-timeout")
}

// haproxyCSV is the head and some columns of what HAProxy 2.6 answers.
const haproxyCSV = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,
front,FRONTEND,,,1,1,262121,1,0,0,0,0,0,,,,,OPEN,,
app,app-1,0,0,0,1,,9,1,1,,0,,0,0,0,0,UP,1,
app,app-2,0,0,0,1,,9,1,1,,0,,0,0,0,0,%s,1,
app,BACKEND,0,0,0,1,26213,18,2,2,0,0,,0,0,0,0,UP,2,
other,app-2,0,0,0,1,,9,1,1,,0,,0,0,0,0,MAINT,1,
`

// saying is a server that answers all with what the two hold at the time.
func saying(t *testing.T, code *int, body *string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(*code)
		fmt.Fprint(w, *body)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestHAProxyProbe(t *testing.T) {
	var body string
	code := http.StatusOK
	s := saying(t, &code, &body)
	check := load.Check{HAProxy: &load.HAProxyProbe{Stats: secret.Text(s.URL + "/;csv"), Backend: "app", Server: "app-2"}}
	for status, good := range map[string]bool{"UP": true, "UP 1/2": true, "no check": true, "DOWN": false,
		"DOWN 1/2": false, "MAINT": false, "NOLB": false, "DRAIN": false} {
		body = fmt.Sprintf(haproxyCSV, status)
		expectAnswer(t, knockOn(t, check), good, true, status)
	}
	for text, detail := range map[string]string{
		strings.ReplaceAll(body, "app-2", "app-9"): "backend app has no server app-2; it has app-1, app-9",
		strings.ReplaceAll(body, "app,", "web,"):   "HAProxy has no backend app; it has web",
		"<html>":                                   "not HAProxy's CSV",
		"":                                         "not HAProxy's CSV",
		"# pxname,a\n\"":                           "not HAProxy's CSV",
	} {
		body = text
		expectAnswer(t, knockOn(t, check), false, false, detail)
	}
	code = http.StatusUnauthorized
	expectAnswer(t, knockOn(t, check), false, false, "401")
	check.HAProxy.Stats = secret.Text(closedPort(t))
	expectAnswer(t, knockOn(t, check), false, false, "out of reach: refused")
}

func TestJSONProbe(t *testing.T) {
	var body string
	code := http.StatusOK
	s := saying(t, &code, &body)
	check := load.Check{JSON: &load.JSONProbe{URL: secret.Text(s.URL), Path: "checks.0.status", Equals: "passing"}}
	for text, want := range map[string]load.Answer{
		`{"checks":[{"status":"passing"}]}`:                                        {Good: true, Known: true, Detail: "passing"},
		`{"checks":[{"status":"critical"}]}`:                                       {Known: true, Detail: "critical"},
		`{"checks":[{"status":"` + strings.Repeat("x", 2*probe.MostValue) + `"}]}`: {Known: true, Detail: strings.Repeat("x", probe.MostValue)},
		`{"checks":[]}`: {Detail: "no value at checks.0.status"},
		`<html>`:        {Detail: "not JSON"},
		``:              {Detail: "not JSON"},
	} {
		body = text
		expectAnswer(t, knockOn(t, check), want.Good, want.Known, want.Detail)
	}
	code, body = http.StatusServiceUnavailable, `{"checks":[{"status":"critical"}]}` // as Patroni and Spring report it
	expectAnswer(t, knockOn(t, check), false, true, "critical")
	body = "<html>"
	expectAnswer(t, knockOn(t, check), false, false, "answered 503: not JSON")
	check.JSON.URL = secret.Text(closedPort(t))
	expectAnswer(t, knockOn(t, check), false, false, "out of reach: refused")
}

// promRules is what Prometheus 2.42 answers of one rule with two alerts.
const promRules = `{"status":"success","data":{"groups":[{"name":"shop","file":"/etc/prometheus/rules.yml","rules":[
{"state":"firing","name":"ShopDown","query":"up == 0","duration":2,"labels":{"severity":"page"},"annotations":{},"alerts":[
{"labels":{"alertname":"ShopDown","instance":"shop-1:8080","severity":"page"},"annotations":{},"state":"STATE1","activeAt":"2026-11-29T11:00:01.5Z","value":"0e+00"},
{"labels":{"alertname":"ShopDown","instance":"shop-2:8080","severity":"page"},"annotations":{},"state":"pending","activeAt":"2026-11-29T11:00:02.5Z","value":"0e+00"}],
"health":"ok","evaluationTime":0.0002,"lastEvaluation":"2026-11-29T11:00:03.5Z","type":"alerting"},
{"name":"shop:rate","query":"1","health":"ok","type":"recording"}],"interval":1}]}}`

func TestPrometheusProbe(t *testing.T) {
	var body string
	code := http.StatusOK
	s := saying(t, &code, &body)
	of := func(rule string, labels map[string]string) load.Check {
		return load.Check{Prometheus: &load.PrometheusProbe{URL: secret.Text(s.URL), Rule: rule, Labels: labels}}
	}
	body = strings.Replace(promRules, "STATE1", "firing", 1)
	expectAnswer(t, knockOn(t, of("ShopDown", nil)), false, true, "firing, active since 2026-11-29T11:00:01.5Z")
	expectAnswer(t, knockOn(t, of("ShopDown", map[string]string{"instance": "shop-1:8080", "severity": "page"})), false, true, "firing")
	expectAnswer(t, knockOn(t, of("ShopDown", map[string]string{"instance": "shop-2:8080"})), true, true, "pending since 2026-11-29T11:00:02.5Z")
	expectAnswer(t, knockOn(t, of("ShopDown", map[string]string{"instance": "shop-3:8080"})), true, true, "inactive")
	expectAnswer(t, knockOn(t, of("ShopUp", nil)), false, false, `no alerting rule "ShopUp"`)
	expectAnswer(t, knockOn(t, of("shop:rate", nil)), false, false, `no alerting rule "shop:rate"`)
	body = strings.Replace(promRules, "STATE1", "pending", 1)
	expectAnswer(t, knockOn(t, of("ShopDown", nil)), true, true, "pending since 2026-11-29T11:00:01.5Z")
	for text, want := range map[string]load.Answer{
		`{"status":"success","data":{"resultType":"vector","result":[]}}`:                              {Good: true, Known: true, Detail: "0 series"},
		`{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0"]}]}}`: {Known: true, Detail: "1 series"},
		`{"status":"success","data":{"resultType":"scalar","result":[1764410000.1,"0"]}}`:              {Good: true, Known: true, Detail: "0"},
		`{"status":"success","data":{"resultType":"scalar","result":[1764410000.1,"3"]}}`:              {Known: true, Detail: "3"},
		`{"status":"success","data":{"resultType":"string","result":"x"}}`:                             {Detail: "gives a string, and neither a vector nor a number"},
		`{"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]}}`:                       {Detail: "gives NaN"},
		`{"status":"success","data":{"resultType":"scalar","result":[1,"-0"]}}`:                        {Good: true, Known: true, Detail: "-0"},
		`{"status":"error","error":"invalid parameter"}`:                                               {Detail: "query: invalid parameter"},
		`<html>`: {Detail: "not Prometheus's answer"},
	} {
		body = text
		expectAnswer(t, knockOn(t, of("", nil)), want.Good, want.Known, want.Detail)
	}
	body = "<html>"
	expectAnswer(t, knockOn(t, of("ShopDown", nil)), false, false, "not Prometheus's rules")
	code = http.StatusServiceUnavailable
	expectAnswer(t, knockOn(t, of("ShopDown", nil)), false, false, "answered 503")
	code, body = http.StatusBadRequest, `{"status":"error","errorType":"bad_data","error":"1:3: parse error"}`
	expectAnswer(t, knockOn(t, of("", nil)), false, false, "answered 400: 1:3: parse error")
	code, body = http.StatusOK, strings.Replace(strings.Replace(promRules, "STATE1", "firing", 1), `"2026-11-29T11:00:01.5Z"`, `"0001-01-01T00:00:00Z"`, 1)
	expectAnswer(t, knockOn(t, of("ShopDown", nil)), false, true, "firing")
}

// amAlerts is what Alertmanager 0.25 answers, with two states to put in.
const amAlerts = `[
{"annotations":{},"endsAt":"2026-11-29T11:05:00.000Z","fingerprint":"1","receivers":[{"name":"pager"}],"startsAt":"2026-11-29T11:00:03.500Z","status":{"inhibitedBy":[],"silencedBy":[],"state":"STATE1"},"updatedAt":"2026-11-29T11:00:03.510Z","generatorURL":"","labels":{"alertname":"ShopDown","instance":"shop-1"}},
{"annotations":{},"endsAt":"2026-11-29T11:05:00.000Z","fingerprint":"2","receivers":[{"name":"pager"}],"startsAt":"2026-11-29T11:00:02.500Z","status":{"inhibitedBy":[],"silencedBy":["x"],"state":"STATE2"},"updatedAt":"2026-11-29T11:00:03.510Z","generatorURL":"","labels":{"alertname":"ShopDown","instance":"shop-2"}}]`

func TestAlertmanagerProbe(t *testing.T) {
	var body string
	code := http.StatusOK
	s := saying(t, &code, &body)
	of := func(labels map[string]string) load.Check {
		return load.Check{Alertmanager: &load.AlertmanagerProbe{URL: secret.Text(s.URL), Labels: labels}}
	}
	body = strings.NewReplacer("STATE1", "active", "STATE2", "suppressed").Replace(amAlerts)
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "ShopDown"})), false, true, "active since 2026-11-29T11:00:03.5Z")
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "ShopDown", "instance": "shop-2"})), true, true, "none active")
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "Other"})), true, true, "none active")
	body = strings.NewReplacer("STATE1", "active", "STATE2", "active").Replace(amAlerts)
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "ShopDown"})), false, true, "active since 2026-11-29T11:00:02.5Z")
	body = "[]"
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "ShopDown"})), true, true, "none active")
	body = `{"status":"error"}`
	expectAnswer(t, knockOn(t, of(map[string]string{"alertname": "ShopDown"})), false, false, "not Alertmanager's alerts")
}

func TestLBProbe(t *testing.T) {
	body := `{"servers":[{"name":"app-1","address":"198.18.2.2:8080","up":true},
		{"name":"app-2","address":"198.18.2.3:8080","up":false,"why":"2 checks failed: 503"}]}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
	t.Cleanup(s.Close)
	on := func(server string) load.Check {
		return load.Check{LB: &load.LBProbe{State: secret.Text(s.URL + "/state"), Server: server}}
	}
	expectAnswer(t, knockOn(t, on("app-1")), true, true, "up")
	expectAnswer(t, knockOn(t, on("app-2")), false, true, "down: 2 checks failed: 503")
	expectAnswer(t, knockOn(t, on("app-3")), false, false, "the balancer has no server app-3; it has app-1, app-2")
	body = "nonsense"
	expectAnswer(t, knockOn(t, on("app-1")), false, false, "not the embedded balancer's")
	body = strings.Repeat(" ", probe.MostPage+1)
	expectAnswer(t, knockOn(t, on("app-1")), false, false, "out of reach")
}

func TestCheckHasExactlyOneKind(t *testing.T) {
	for _, c := range []load.Check{{Name: "none"}, {Name: "two", TCP: &load.TCPProbe{}, LB: &load.LBProbe{}}} {
		if _, err := newProbe(c, load.Spec{Subnet: loopback}); err == nil {
			t.Errorf("%s was taken", c.Name)
		}
	}
}

func TestDNSProbe(t *testing.T) {
	var code atomic.Int64 // answers 0, success, at first
	at := serveNames(t, func(dns.Query) *dns.Answer {
		if c := dns.Code(code.Load()); c != dns.Success {
			return &dns.Answer{Code: c}
		}
		return holds(60, "127.0.0.9")
	})
	r := newDialer(netip.MustParseAddr("127.0.8.8"), loopback, at)
	ask := func() load.Answer {
		return probe.Once(t.Context(), load.Check{Timeout: time.Minute}, &dnsAsker{&load.DNSProbe{Name: "shop"}, r}, wire.Now)
	}
	expectAnswer(t, ask(), true, true, "127.0.0.9")
	code.Store(int64(dns.NameError))
	expectAnswer(t, ask(), false, true, "nxdomain") // though the answer before was to be kept
	code.Store(int64(dns.ServerFailure))
	expectAnswer(t, ask(), false, true, "servfail")
}
