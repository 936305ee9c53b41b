package watch

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestCommand(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	for _, c := range []struct {
		run         []secret.Text
		good, known bool
		detail      string
	}{
		{[]secret.Text{"sh", "-c", "exit 0"}, true, true, "exit 0"},
		{[]secret.Text{"sh", "-c", "echo down; exit 3"}, false, true, "exit status 3: down"},
		{[]secret.Text{"sh", "-c", "echo no $0 for $0; exit 3", "${env:TOKEN}"}, false, true, "exit status 3: no ${env:TOKEN} for ${env:TOKEN}"},
		{[]secret.Text{"/no/such/program"}, false, false, "no such file"},
		{[]secret.Text{"sh", "-c", "sleep 20"}, false, true, "took too long"},
	} {
		answers := make(chan loadgen.Answer, 100)
		l, err := StartLocal(map[string]*Config{"probe": {Command: &Command{Run: c.run, Timeout: 300 * time.Millisecond}}},
			wire.Now, func(a loadgen.Answer) { answers <- a }, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := <-answers
		l.Stop()
		if a.Check != "probe" || a.Good != c.good || a.Known != c.known || !strings.Contains(a.Detail, c.detail) || a.End < a.Start {
			t.Errorf("%q: have %+v", c.run, a)
		}
	}
}

func TestLoopbackHook(t *testing.T) {
	port := freePort(t)
	got := make(chan loadgen.Delivery, 1)
	all := map[string]*Config{"pager": {Webhook: &Webhook{Port: port, Path: "/alert", Loopback: true}}}
	l, err := StartLocal(all, wire.Now, nil, func(d loadgen.Delivery) { got <- d })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Stop()
	at := (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}).String()
	before := wire.Now()
	res, err := http.Post("http://"+at+"/alert", "application/json", strings.NewReader(`{"status":"firing"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	d := <-got
	if d.Hook != "pager" || d.Body != `{"status":"firing"}` || d.At < before || d.At > wire.Now() {
		t.Errorf("have %+v", d)
	}
	if res, err = http.Get("http://" + at + "/other"); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("another path: have %v, %v", res, err)
	}
	if _, err := StartLocal(all, wire.Now, nil, nil); err == nil || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("taken port: have %v", err)
	}
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
