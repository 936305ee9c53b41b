//go:build linux

package loadgen

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestHooksDeliver(t *testing.T) {
	port := freePort(t)
	t.Setenv("CHAT", "chat")
	got := make(chan load.Delivery, 8)
	var refused []load.NoDelivery
	astray := 0
	var mu sync.Mutex
	h, err := listenHooks([]load.Hook{{Name: "pager", Port: port, Path: "/page"},
		{Name: "chat", Port: port, Path: "/",
			Token: "${env:CHAT}"}}, wire.Now, hookEvents{
		deliver: func(d load.Delivery) {
			if d.Hook != "" {
				got <- d
				return
			}
			mu.Lock()
			astray++
			mu.Unlock()
		},
		refused: func(r load.NoDelivery) { refused = append(refused, r) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	send := func(method, path, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), method,
			fmt.Sprintf("http://127.0.0.1:%d%s", port, path), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return resp.StatusCode
	}
	for i, c := range []struct{ path, body, hook string }{
		{"/page", `{"status":"firing"}`, "pager"}, {"/chat", "", "chat"},
		{"/page", strings.Repeat("x", load.MostDelivery), "pager"},
	} {
		before := wire.Now()
		if code := send("POST", c.path, c.body); code != http.StatusNoContent {
			t.Errorf("%d: status %d", i, code)
		}
		d := <-got
		if d.Hook != c.hook || d.Body != c.body || d.At < before || d.At > wire.Now() {
			t.Errorf("%d: hook %q at %d after %d with %d bytes", i, d.Hook, d.At, before,
				len(d.Body))
		}
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/other", "x", 404}, {"POST", "/others", "x", 404}, {"GET", "/other", "", 404},
		{"GET", "/page", "", 405}, {"PUT", "/page", "{}", 405},
		{"GET", "/page", "", 405},
		{"POST", "/page", strings.Repeat("x", load.MostDelivery+1), 413},
		{"POST", "/page", strings.Repeat("x", 10<<20), 413},
	} {
		if code := send(c.method, c.path, c.body); code != c.status {
			t.Errorf("%s %s: have %d, want %d", c.method, c.path, code, c.status)
		}
	}
	if mu.Lock(); astray != 2 {
		t.Errorf("%d were sent to no hook, want 2", astray)
	}
	mu.Unlock()
	at := strconv.Itoa(port)
	if want := []load.NoDelivery{
		{Why: fmt.Sprintf(`no watcher waits at port %s, path "/other"`, at),
			Stated: link.State("nothing-waits-there", "port", at, "path", "/other")},
		{Hook: "pager", Why: "its method is not POST", Stated: link.State("not-post")},
		{Hook: "pager", Why: fmt.Sprintf("it is larger than %d bytes", load.MostDelivery),
			Stated: link.State("too-large", "most", strconv.Itoa(load.MostDelivery))}}; len(got) > 0 ||
		!reflect.DeepEqual(refused, want) {
		t.Errorf("%d deliveries; refused %+v, want %+v", len(got), refused, want)
	}
}

// A thousand notifications a second, while others send as slowly as they may, are all taken,
// each stamped when it was sent.
func TestManyNotificationsBesideSlowOnes(t *testing.T) {
	const each, senders = 250, 8
	port := freePort(t)
	got := make(chan load.Delivery, each*senders+1)
	var over atomic.Bool // what is still under way breaks off then
	h, err := listenHooks([]load.Hook{{Name: "pager", Port: port, Path: "/"}}, wire.Now,
		hookEvents{deliver: func(d load.Delivery) { got <- d },
			refused: func(r load.NoDelivery) {
				if !over.Load() {
					t.Errorf("refused: %s", r.Why)
				}
			},
			full: func(string) { t.Error("full") }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	for range 100 {
		c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s",
			load.MostDelivery, strings.Repeat(" ", 10_000))
	}
	var wait sync.WaitGroup
	begun := wire.Now()
	for s := range senders {
		wait.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for i := range each {
				res, err := client.Post(fmt.Sprintf("http://127.0.0.1:%d/", port), "application/json",
					strings.NewReader(fmt.Sprintf(`{"status":"firing","n":"%d-%d"}`, s, i)))
				if err != nil || res.StatusCode != http.StatusNoContent {
					t.Errorf("have %v, %v", res, err)
					return
				}
				_ = res.Body.Close()
			}
		})
	}
	wait.Wait()
	took := time.Duration(wire.Now() - begun)
	over.Store(true)
	t.Logf("%d notifications in %v", each*senders, took)
	seen := map[string]bool{}
	for range len(got) {
		d := <-got
		seen[d.Body] = true
		if d.At < begun || d.At > begun+int64(took) {
			t.Errorf("stamped at %d of [%d, %d]", d.At, begun, begun+int64(took))
		}
	}
	if len(seen) != each*senders {
		t.Errorf("%d were taken, want %d", len(seen), each*senders)
	}
}

// A notification arrives with its first byte, however slowly the rest follows.
// What was sent to a path that is nearly right reveals nothing of the token in it, whole or
// cut.
func TestStrayTokenIsHidden(t *testing.T) {
	secret.Give(map[string]string{"STRAY_TOKEN": "k3k3k3k3k3k3k3k3"})
	h := &hooks{}
	h.say = hookEvents{deliver: func(load.Delivery) {}, refused: func(n load.NoDelivery) {
		if strings.Contains(n.Why, "k3k3") || !strings.Contains(n.Why, "${env:STRAY_") {
			t.Errorf("have %s", n.Why)
		}
	}}
	h.stray(0, 9000, "/"+strings.Repeat("x", mostPath-15)+"/k3k3k3k3k3k3k3k3")
}

func TestDeliveryIsStampedAtItsFirstByte(t *testing.T) {
	port := freePort(t)
	got := make(chan load.Delivery, 1)
	h, err := listenHooks([]load.Hook{{Name: "pager", Port: port, Path: "/"}}, wire.Now,
		hookEvents{deliver: func(d load.Delivery) { got <- d }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	c, err := net.Dial("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	head := []byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
	_, _ = c.Write(head[:1])
	sleepReal(t)
	between := wire.Now()
	_, _ = c.Write(append(bytes.Clone(head[1:]), "hi"...))
	if d := <-got; d.At >= between || d.Body != "hi" {
		t.Errorf("stamped %d ns after the rest was sent", d.At-between)
	}
}

func TestHookOnATakenPortIsAnError(t *testing.T) {
	l, err := net.Listen("tcp4", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := listenHooks([]load.Hook{{Name: "a", Port: l.Addr().(*net.TCPAddr).Port,
		Path: "/"}}, wire.Now, hookEvents{}); err == nil {
		t.Error("no error")
	}
	if _, err := listenHooks([]load.Hook{{Name: "a", Port: 1, Path: "/"},
		{Name: "b", Port: 1, Path: "/"}}, wire.Now, hookEvents{}); err == nil {
		t.Error("two hooks on one path: no error")
	}
}

// sleepReal lets the node read what was sent.
func sleepReal(t *testing.T) { t.Helper(); time.Sleep(100 * time.Millisecond) }

// Notifications without end fill no record: after so many, or so much, they are refused,
// and that is reported once.
func TestNotificationsAreBounded(t *testing.T) {
	for name, c := range map[string]struct{ each, taken int }{
		"many":  {0, load.MostDeliveries},
		"large": {load.MostDelivery, load.MostDeliveryBytes / load.MostDelivery},
	} {
		var a load.Allowance
		taken, firsts := 0, 0
		for range c.taken + 50 {
			ok, first := a.Take(c.each)
			if ok {
				taken++
			}
			if first {
				firsts++
			}
		}
		if taken != c.taken || firsts != 1 {
			t.Errorf("%s: took %d, want %d; reported %d times", name, taken, c.taken, firsts)
		}
	}
}

// A target that says another name with each answer is one among few.
func TestNodesAreBounded(t *testing.T) {
	var n nodes
	seen := map[string]bool{}
	for i := range 10 * mostNodes {
		seen[n.known(fmt.Sprint("node-", i))] = true
	}
	if len(seen) != mostNodes+1 || !seen[OtherNodes] || n.known("node-3") != "node-3" ||
		n.known("") != "" {
		t.Errorf("%d names, others %v", len(seen), seen[OtherNodes])
	}
}
