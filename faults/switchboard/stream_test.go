//go:build linux

package switchboard

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/link"
)

const testRun = "0123456789abcdef"

// throughProxy opens one proxied link to h and gives its URL; throughStage one of
// which requests may be answered in h's stead.
func throughProxy(t *testing.T, h http.Handler) (*streams, string) { return through(t, h, false) }
func throughStage(t *testing.T, h http.Handler) (*streams, string) { return through(t, h, true) }

func through(t *testing.T, h http.Handler, staged bool) (*streams, string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return openTo(t, server, link.Spec{}, link.Link{Staged: staged})
}

// openTo opens a link to a server.
func openTo(t *testing.T, server *httptest.Server, spec link.Spec, l link.Link) (*streams, string) {
	t.Helper()
	s, at := openLink(t, netip.MustParseAddrPort(server.Listener.Addr().String()), spec, l)
	scheme, _, _ := strings.Cut(server.URL, "://")
	return s, scheme + "://" + at
}

// linkTo opens a link between two nodes.
func linkTo(t *testing.T, at netip.AddrPort, staged bool) (*streams, string) {
	t.Helper()
	return openLink(t, at, link.Spec{Links: []link.Link{{From: "c", To: "a"}, {From: "a", To: "b"}}}, link.Link{From: "a", To: "b", Staged: staged})
}

// openLink opens a link to a node; it has its own address and the node's port.
func openLink(t *testing.T, at netip.AddrPort, spec link.Spec, l link.Link) (*streams, string) {
	t.Helper()
	spec.Run, spec.Subnet = testRun, netip.MustParsePrefix("127.0.0.0/22")
	s := newStreams(spec, func(string, any) error { return nil })
	l.ID, l.Addr, l.Port, l.Node, l.Proxied = "a -> b", netip.MustParseAddr("127.0.0.77"), at.Port(), at.Addr(), true
	if err := s.open(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s, netip.AddrPortFrom(l.Addr, l.Port).String()
}

// opened is the same by TLS, which ends in the link and begins anew, and a client that
// trusts the authority of the link's certificate.
func opened(t *testing.T, h http.Handler) (*streams, string, *http.Transport) {
	t.Helper()
	ca, err := authority.New("test")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(h) // its certificate is by another authority
	t.Cleanup(server.Close)
	s, url := openTo(t, server, link.Spec{Authority: ca}, link.Link{To: "b", Name: "b", Opened: true})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ca.Certificate))
	return s, url, &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "b"}, MaxConnsPerHost: 1, ForceAttemptHTTP2: true}
}

// eachWay runs a test through a plain link, a staged one and an opened one, on one
// connection.
func eachWay(t *testing.T, h http.Handler, test func(t *testing.T, s *streams, url string, c *http.Client)) {
	for name, through := range map[string]func(*testing.T, http.Handler) (*streams, string){"plain": throughProxy, "staged": throughStage} {
		t.Run(name, func(t *testing.T) {
			s, url := through(t, h)
			c := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
			defer c.CloseIdleConnections()
			test(t, s, url, c)
		})
	}
	t.Run("TLS", func(t *testing.T) {
		s, url, transport := opened(t, h)
		c := &http.Client{Transport: transport}
		defer c.CloseIdleConnections()
		test(t, s, url, c)
		if n := s.traffic()[0]; n.Connections != 1 || n.Requests == 0 {
			t.Errorf("%+v: want one connection, whose requests were read", n)
		}
	})
}

func ask(t *testing.T, c *http.Client, method, url, body string, users bool) (status int, injected bool, text string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if users {
		r.Header.Set("traceparent", "00-"+testRun+"0000000000000001-0000000000000001-01")
	}
	a, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, a.Header.Get(link.FaultHeader) != "", string(b)
}

// Without a fault every kind of message goes through, on one connection.
func TestStreamPassesVerbatim(t *testing.T) {
	big := strings.Repeat("0123456789", 50_000)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/chunked":
			for i := range 3 {
				fmt.Fprintf(w, "part %d;", i)
				w.(http.Flusher).Flush()
			}
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/long":
			w.Header().Set("X-Long", strings.Repeat("h", 20_000))
			fmt.Fprint(w, "long")
		case "/big":
			_, _ = io.WriteString(w, big)
		default:
			fmt.Fprintf(w, "%s %s %d", r.Method, r.URL.Path, len(b))
		}
	})
	eachWay(t, h, func(t *testing.T, _ *streams, url string, c *http.Client) {
		for range 3 {
			for _, x := range []struct {
				method, path, body string
				status             int
				want               string
			}{
				{"GET", "/a", "", 200, "GET /a 0"},
				{"POST", "/b", big, 200, "POST /b 500000"},
				{"HEAD", "/b", "", 200, ""},
				{"GET", "/chunked", "", 200, "part 0;part 1;part 2;"},
				{"DELETE", "/none", "", 204, ""},
				{"GET", "/big", "", 200, big},
				{"GET", "/long", "", 200, "long"},
			} {
				status, injected, text := ask(t, c, x.method, url+x.path, x.body, true)
				if status != x.status || injected || text != x.want {
					t.Errorf("%s %s: have %d %.40q", x.method, x.path, status, text)
				}
			}
		}
	})
}

// A share is drawn per request, also on connections kept alive; what clients
// saw and what was counted agree exactly, users apart from checks.
func TestHTTPStatusCountsExactly(t *testing.T) {
	var served atomic.Int64
	s, url := throughStage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { served.Add(1) }))
	if _, err := s.apply(link.Rule{Name: "bad", Links: []string{"a -> b"},
		Select:     link.Selection{Spare: []string{"/health"}},
		HTTPStatus: &link.HTTPStatus{Code: 503, Share: 0.3}}); err != nil {
		t.Fatal(err)
	}
	var users, checks, asked atomic.Int64
	var busy sync.WaitGroup
	for i := range 16 {
		busy.Go(func() {
			c := &http.Client{Transport: &http.Transport{}}
			defer c.CloseIdleConnections()
			for range 250 {
				asked.Add(1)
				status, injected, _ := ask(t, c, "POST", url+"/", "body", i%2 == 0)
				if injected != (status == 503) {
					t.Errorf("status %d, injected %v", status, injected)
				}
				if injected && i%2 == 0 {
					users.Add(1)
				} else if injected {
					checks.Add(1)
				}
			}
			if status, _, _ := ask(t, c, "GET", url+"/health", "", false); status != 200 {
				t.Errorf("spared path: %d", status)
			}
		})
	}
	busy.Wait()
	c, ok, _ := s.count("bad")
	if !ok || c.Users != uint64(users.Load()) || c.Checks != uint64(checks.Load()) || c.Total != c.Users+c.Checks || c.First == 0 || !c.Active {
		t.Errorf("have %+v, want %d users, %d checks", c, users.Load(), checks.Load())
	}
	if n := asked.Load(); served.Load() != n-int64(c.Total)+16 {
		t.Errorf("the node served %d of %d, %d were answered for it", served.Load(), n, c.Total)
	}
	// Binomial, beyond it once in a million times: z = 4.9.
	n := float64(asked.Load())
	if d := math.Abs(float64(c.Total) - 0.3*n); d > 4.9*math.Sqrt(n*0.3*0.7) {
		t.Errorf("%d of %.0f: beyond the interval around 30%%", c.Total, n)
	}
	for range 2 {
		if _, err := s.lift("bad"); err != nil {
			t.Fatal(err)
		}
	}
	if after, _, _ := s.count("bad"); after.Active || after.Total != c.Total || len(leftIn(t, s)) != 0 {
		t.Errorf("after the lift: %+v, left %q", after, leftIn(t, s))
	}
}

// An injected answer keeps its turn behind the answer before it.
func TestPipelinedOrder(t *testing.T) {
	s, url := throughStage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		fmt.Fprint(w, "node")
	}))
	if _, err := s.apply(link.Rule{Name: "bad", Links: []string{"a -> b"},
		Select:     link.Selection{Spare: []string{"/ok*"}},
		HTTPStatus: &link.HTTPStatus{Code: 500, Share: 1}}); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET /ok1 HTTP/1.1\r\nHost: x\r\n\r\nGET /bad HTTP/1.1\r\nHost: x\r\n\r\nGET /ok2 HTTP/1.1\r\nHost: x\r\n\r\n")
	r := bufio.NewReader(conn)
	for _, want := range []int{200, 500, 200} {
		a, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, a.Body)
		if a.StatusCode != want {
			t.Errorf("have %d, want %d", a.StatusCode, want)
		}
	}
}

// Latency delays answers while it is on, counts them, and lets go at the lift.
func TestLatency(t *testing.T) {
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	ask(t, c, "GET", url, "", true)
	if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"}, Latency: &link.Latency{Delay: 100 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	ask(t, c, "GET", url, "", true)
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("took %s", took)
	}
	if n, _, _ := s.count("slow"); n.Users != 1 || n.First == 0 {
		t.Errorf("have %+v", n)
	}
	if _, err := s.lift("slow"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.apply(link.Rule{Name: "stuck", Links: []string{"a -> b"}, Latency: &link.Latency{Delay: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	go func() { _, _, text := ask(t, c, "GET", url, "", true); got <- text }()
	for {
		if n, _, _ := s.count("stuck"); n.Users == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := s.lift("stuck"); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "hello" { // an hour would be the test's own time-out
		t.Errorf("have %q", text)
	}
}

// An answer that ends its connection comes late, and whole.
func TestLatencyOfTheLastAnswer(t *testing.T) {
	const late = 200 * time.Millisecond
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		fmt.Fprint(w, "hello")
	})
	eachWay(t, h, func(t *testing.T, s *streams, url string, c *http.Client) {
		if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
			Latency: &link.Latency{Delay: late}}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, _, text := ask(t, c, "GET", url, "", true); text != "hello" ||
			time.Since(began) < late {
			t.Errorf("have %q after %s", text, time.Since(began))
		}
	})
}

// A spared path's answers are not counted as late, beside others' on the same
// connection.
func TestLatencySpares(t *testing.T) {
	const late = 300 * time.Millisecond
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	eachWay(t, h, func(t *testing.T, s *streams, url string, c *http.Client) {
		if _, err := s.apply(link.Rule{Name: "slow", Links: []string{"a -> b"},
			Select:  link.Selection{Spare: []string{"/health"}},
			Latency: &link.Latency{Delay: late}}); err != nil {
			t.Fatal(err)
		}
		for i, path := range []string{"/health", "/a", "/health", "/b"} {
			began := time.Now()
			ask(t, c, "GET", url+path, "", true)
			if took := time.Since(began); path != "/health" && took < late {
				t.Errorf("%s took %s", path, took)
			}
			if n, _, _ := s.count("slow"); n.Users != uint64(i+1)/2 {
				t.Errorf("after %s: %+v", path, n)
			}
		}
	})
}

// A node that flaps is bad for its part of each period, from the apply on, and
// what clients saw is what was counted.
func TestFlap(t *testing.T) {
	f := statusKind{Period: 4 * time.Second, Bad: time.Second}
	for after, want := range map[time.Duration]bool{0: true, 999 * time.Millisecond: true, time.Second: false, 3 * time.Second: false, 4 * time.Second: true, 9 * time.Second: false} {
		if f.bad(after) != want {
			t.Errorf("bad after %s: want %v", after, want)
		}
	}
	s, url := throughStage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	if _, err := s.apply(link.Rule{Name: "flap", Links: []string{"a -> b"}, HTTPStatus: &link.HTTPStatus{Code: 503, Share: 1, Period: 200 * time.Millisecond, Bad: 100 * time.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	var bad, turns uint64
	last := 200
	for turns < 7 {
		status, _, _ := ask(t, c, "GET", url, "", true)
		if status == 503 {
			bad++
		}
		if status != last {
			turns++
		}
		last = status
	}
	if n, _, _ := s.count("flap"); n.Users != bad {
		t.Errorf("%d bad answers in %d turns, counted %+v", bad, turns, n)
	}
}

// An answer is reset behind exactly so many bytes, all of which arrive; one that
// is no longer stays whole.
func TestResetAfterBytes(t *testing.T) {
	const after = 100_000
	s, url := throughProxy(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/big" {
			_, _ = io.WriteString(w, strings.Repeat("0123456789", 50_000))
		}
	}))
	if _, err := s.apply(link.Rule{Name: "cut", Links: []string{"a -> b"}, Reset: &link.Reset{After: after}}); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n")
	if a, err := http.ReadResponse(in, nil); err != nil || a.StatusCode != 200 {
		t.Fatal(a, err)
	}
	fmt.Fprint(conn, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
	if n, err := io.Copy(io.Discard, in); n != after || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read %d bytes, then %v", n, err)
	}
	if n, _, _ := s.count("cut"); n.Total != 1 {
		t.Errorf("one answer was cut, counted %+v", n)
	}
}

// Modes change under traffic without a byte lost.
func TestSwitchUnderTraffic(t *testing.T) {
	s, url := throughStage(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "whole") }))
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for range 8 {
		busy.Go(func() {
			c := &http.Client{Transport: &http.Transport{}}
			defer c.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if status, injected, text := ask(t, c, "GET", url, "", true); !injected && text != "whole" {
					t.Errorf("have %d %q", status, text)
				}
			}
		})
	}
	for i := range 200 {
		name := fmt.Sprint(i)
		r := link.Rule{Name: name, Links: []string{"a -> b"}, HTTPStatus: &link.HTTPStatus{Code: 503, Share: 0.5}}
		if i%2 == 0 {
			r.HTTPStatus, r.Latency = nil, &link.Latency{Delay: time.Millisecond, Jitter: time.Millisecond}
		}
		if _, err := s.apply(r); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		if _, err := s.lift(name); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	busy.Wait()
}

func TestStreamRefusesWrongRules(t *testing.T) {
	s, _ := throughStage(t, http.NotFoundHandler())
	ok := link.Rule{Name: "one", Links: []string{"a -> b"}, HTTPStatus: &link.HTTPStatus{Code: 503, Share: 1}}
	if _, err := s.apply(ok); err != nil {
		t.Fatal(err)
	}
	again := ok
	again.Name = "two"
	nowhere := ok
	nowhere.Name, nowhere.Links = "three", []string{"a -> c"}
	for _, r := range []link.Rule{ok, again, nowhere} {
		if _, err := s.apply(r); err == nil {
			t.Errorf("%s is taken", r.Name)
		}
	}
	if b, err := s.lift("never"); err != nil || b.Before == 0 {
		t.Errorf("lift of an unknown rule: %v, %v", b, err)
	}
}

func FuzzFraming(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
	f.Add("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n")
	f.Add("\x16\x03\x01\x02\x00")
	f.Fuzz(func(t *testing.T, text string) {
		in := bufio.NewReaderSize(strings.NewReader(text), maxHead)
		head, err := readHead(in)
		if !strings.Contains(text, string(head)) {
			t.Fatalf("head %q is not of %q", head, text)
		}
		if err != nil {
			return
		}
		var b strings.Builder
		_ = copyChunks(&b, in)
		if !strings.Contains(text, b.String()) {
			t.Fatalf("body %q is not of %q", b.String(), text)
		}
	})
}

// A client that gives up is gone for the node too, at once, though nothing reads from a
// client while the node is waited for.
func TestClientThatLeaves(t *testing.T) {
	left := make(chan struct{})
	_, url := throughProxy(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(left)
	}))
	c := &http.Client{Timeout: 50 * time.Millisecond, Transport: &http.Transport{}}
	defer c.CloseIdleConnections()
	if a, err := c.Get(url); err == nil {
		a.Body.Close()
		t.Fatalf("answered: %s", a.Status)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Error("the node still waits for a client that has left")
	}
}

// Requests that say they are users' are counted by themselves: a node asks for others, too.
func TestUsersRequestsAreCounted(t *testing.T) {
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	eachWay(t, h, func(t *testing.T, s *streams, url string, c *http.Client) {
		for _, users := range []bool{true, false, false, true, false} {
			ask(t, c, http.MethodGet, url, "", users)
		}
		if n := s.traffic()[0]; n.Requests != 5 || n.Users != 2 || n.Untraced || n.Unread != "" {
			t.Errorf("have %+v, want 2 users' requests of 5", n)
		}
	})
}
