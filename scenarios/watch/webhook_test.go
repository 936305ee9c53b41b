package watch

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// received is what a webhook said, in order.
type received struct {
	got     chan load.Delivery
	astray  chan load.Delivery
	refused chan string
	url     string
}

// hooked starts a webhook on loopback.
func hooked(t *testing.T, h *Webhook) *received {
	t.Helper()
	h.Port, h.Loopback = freePort(t), true
	o := &received{got: make(chan load.Delivery, 100), astray: make(chan load.Delivery, 100),
		refused: make(chan string, 100)}
	sink := Sink{
		Now: wire.Now, Deliver: func(d load.Delivery) {
			if d.Hook == "" {
				o.astray <- d
			} else {
				o.got <- d
			}
		},
		Waits:   func(_, url string) { o.url = url },
		Refused: func(n load.NoDelivery) { o.refused <- n.Hook + ": " + n.Why },
	}
	all := map[string]Kind{"pager": h}
	l, err := StartLocal(all, sink)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	if _, err := StartLocal(all, sink); err == nil ||
		!strings.Contains(err.Error(), "choose another port") {
		t.Errorf("taken port: have %v", err)
	}
	return o
}

// send gives the status that a request gets.
func send(t *testing.T, method, url string, body io.Reader) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// A notification is a POST to the path with its token. Whatever else comes is answered,
// reported once, and detects nothing.
func TestLoopbackHook(t *testing.T) {
	const token = "f00dfacef00dface"
	h := &Webhook{Path: "/alert", Token: token}
	o := hooked(t, h)
	base := fmt.Sprintf("http://127.0.0.1:%d", h.Port)
	if o.url != base+"/alert/"+token {
		t.Errorf("waits at %s", o.url)
	}
	large := strings.Repeat("x", load.MostDelivery+1)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", "/", "{}", 404},
		{"POST", "/alert", "{}", 404},
		{"POST", "/alert/", "{}", 404},
		{"POST", "/alert/f00dfacef00dfacf", "{}", 404},
		{"POST", "/" + token, "{}", 404},
		{"POST", "/alert/" + token + "/", "{}", 404},
		{"POST", "/alert?" + token, "{}", 404},
		{"GET", "/alert/" + token, "", 405},
		{"PUT", "/alert/" + token, "{}", 405},
		{"POST", "/alert/" + token, large, 413},
		{"POST", "/alert/" + token, strings.Repeat("x", 10<<20), 413},
	} {
		if status := send(t, c.method, base+c.path, strings.NewReader(c.body)); status != c.status {
			t.Errorf("%s %s: have %d, want %d", c.method, c.path, status, c.status)
		}
	}
	broken(t, h, "/alert/"+token)
	if len(o.got) > 0 {
		t.Fatalf("a request without the token is a notification: %.100q", (<-o.got).Body)
	}
	if len(o.astray) != 7 {
		t.Errorf("%d were sent to no watcher, want 7", len(o.astray))
	}
	if len(o.refused) != 4 {
		t.Errorf("%d refusals reported, want one each for path, method, size and what broke off",
			len(o.refused))
	}
	before := wire.Now()
	if status := send(t, "POST", o.url, strings.NewReader(large[1:])); status != 204 {
		t.Errorf("a notification: have %d", status)
	}
	if d := <-o.got; d.Hook != "pager" || d.Body != large[1:] || d.At < before ||
		d.At > wire.Now() {
		t.Errorf("have %q with %d bytes at %d", d.Hook, len(d.Body), d.At)
	}
}

// broken sends a body that breaks off, and reads the answer.
func broken(t *testing.T, h *Webhook, path string) {
	t.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfiri", path)
	_ = c.(*net.TCPConn).CloseWrite()
	if said, _ := io.ReadAll(c); !strings.HasPrefix(string(said), "HTTP/1.1 400 ") {
		t.Errorf("a body that broke off: have %q", said)
	}
}

// Without a token in the scenario each run draws one.
func TestLoopbackHookDrawsItsToken(t *testing.T) {
	a, b := hooked(t, &Webhook{}), hooked(t, &Webhook{})
	tail := func(url string) string { return url[strings.LastIndex(url, "/")+1:] }
	if !token.MatchString(tail(a.url)) || tail(a.url) == tail(b.url) {
		t.Errorf("have %s and %s", a.url, b.url)
	}
	if status := send(t, "POST", a.url, nil); status != 204 {
		t.Errorf("have %d", status)
	}
}

// A token from the environment is shown by the variable's name.
func TestLoopbackHookTokenFromTheEnvironment(t *testing.T) {
	t.Setenv("PAGER", "0123456789abcdef")
	h := &Webhook{Token: "${env:PAGER}"}
	o := hooked(t, h)
	if !strings.HasSuffix(o.url, "/${env:PAGER}") || h.Address() != o.url {
		t.Errorf("have %s", o.url)
	}
	if status := send(t, "POST", fmt.Sprintf("http://127.0.0.1:%d/0123456789abcdef", h.Port),
		nil); status != 204 {
		t.Errorf("have %d", status)
	}
	t.Setenv("PAGER", "short")
	_, err := StartLocal(map[string]Kind{"pager": h}, Sink{})
	if err == nil || !strings.Contains(err.Error(), "the value of ${env:PAGER}: want 16 to 128") {
		t.Errorf("have %v", err)
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

// Watchers that wait at one address share it, and others of the port have theirs.
func TestLoopbackHooksShareAnAddress(t *testing.T) {
	t.Setenv("PAGER", "0123456789abcdef")
	port := freePort(t)
	hook := func(path, token string) *Webhook {
		return &Webhook{Port: port, Path: path, Loopback: true, Token: secret.Text(token)}
	}
	urls, got := map[string]string{}, make(chan load.Delivery, 10)
	sink := Sink{Now: wire.Now, Deliver: func(d load.Delivery) { got <- d },
		Waits:   func(name, url string) { urls[name] = url },
		Refused: func(load.NoDelivery) {}}
	l, err := StartLocal(map[string]Kind{"a": hook("/x", ""), "b": hook("/x/", ""),
		"c": hook("/y", ""), "d": hook("/x", "${env:PAGER}")}, sink)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	if urls["a"] != urls["b"] || urls["a"] == urls["c"] || urls["a"] == urls["d"] {
		t.Errorf("have %v", urls)
	}
	for _, c := range []struct{ url, hook string }{{urls["b"], "a"}, {urls["c"], "c"},
		{fmt.Sprintf("http://127.0.0.1:%d/x/0123456789abcdef", port), "d"},
		{fmt.Sprintf("http://127.0.0.1:%d/z", port), ""}} {
		send(t, http.MethodPost, c.url, strings.NewReader("firing"))
		if d := <-got; d.Hook != c.hook {
			t.Errorf("%s: delivered to %q, want %q", c.url, d.Hook, c.hook)
		}
	}
	same := map[string]Kind{"a": hook("/x", "0123456789abcdef"), "b": hook("/x", "${env:PAGER}")}
	for _, k := range same {
		k.(*Webhook).Port = freePort(t)
	}
	same["b"].(*Webhook).Port = same["a"].(*Webhook).Port
	if _, err := StartLocal(same, sink); err == nil ||
		!strings.Contains(err.Error(), "same address") {
		t.Errorf("one address by two tokens: have %v", err)
	}
}
