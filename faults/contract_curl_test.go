//go:build drill

package faults_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
)

// curled is what curl says of one transfer.
type curled struct {
	status, sent int           // of the answer; bytes of a body
	connects     int           // connections that it had to open
	connect      time.Duration // from the start until it was connected
	took         time.Duration // from the start to the end
}

// curl asks the app as a user does, by the users' link. It gives all transfers, and what curl
// said besides.
func (l *lab) curl(path string, more ...string) (all []curled, r ran) {
	l.t.Helper()
	const form = "curled %{http_code} %{size_upload} %{num_connects} %{time_connect} %{time_total}\n"
	file := filepath.Join(l.t.TempDir(), "page") // no device: what is asked for again is cut first
	l.call(l.client, "run", append([]string{"curl", "-sS", "--noproxy", "*", "--interface",
		userAddr.String(), "-H", fmt.Sprintf("traceparent: 00-%s%016x-%016x-01", run, 1, 1), "-o",
		file, "-w", form, fmt.Sprintf("http://%s%s", userLink, path)}, more...), &r)
	for line := range strings.Lines(r.Output) {
		var c curled
		var connect, took float64
		n, _ := fmt.Sscanf(line, "curled %d %d %d %g %g", &c.status, &c.sent, &c.connects, &connect,
			&took)
		if n == 5 {
			c.connect = time.Duration(connect * float64(time.Second))
			c.took = time.Duration(took * float64(time.Second))
			all = append(all, c)
		}
	}
	return all, r
}

// curlOnce is curl of one transfer.
func (l *lab) curlOnce(path string, more ...string) (curled, ran) {
	l.t.Helper()
	all, r := l.curl(path, more...)
	if len(all) != 1 {
		l.t.Fatalf("curl %s %v: %+v", path, more, r)
	}
	return all[0], r
}

// injected is a fault in a lab of its own, in force.
func injected(t *testing.T, f faults.Fault) (*lab, faults.Injection) {
	t.Helper()
	r := row{name: "peer", fault: f}
	l, in := r.lab(t)
	_, err := in.Inject(t.Context())
	l.must(err)
	return l, in
}

// Which of curl's requests are selected by path, by method and by header, and which not.
func TestCurlIsChosen(t *testing.T) {
	t.Parallel()
	l, in := injected(t, &faults.HTTPStatus{Link: userPath, Code: 503,
		Selection: faults.Selection{Spare: []string{"/api/health"}, Only: &faults.Only{
			Paths: []string{"/api/*"}, Methods: []string{"POST"},
			Headers: map[string]string{"X-Tenant": "a*"}}}})
	tenant := []string{"-H", "X-Tenant: acme"}
	post := append([]string{"-d", "an order"}, tenant...)
	for _, c := range []struct {
		path   string
		more   []string
		status int
	}{
		{"/api/orders", post, 503},
		{"/api/orders?by=card", post, 503},
		{"/api/orders", tenant, 200},
		{"/pages", post, 200},
		{"/api/health", post, 200},
		{"/api/orders", []string{"-d", "an order"}, 200},
		{"/api/orders", []string{"-d", "an order", "-H", "X-Tenant: bcme"}, 200},
	} {
		if got, r := l.curlOnce(c.path, c.more...); r.Exit != 0 || got.status != c.status {
			t.Errorf("%s %q: %+v, want %d", c.path, c.more, r, c.status)
		}
	}
	if c := l.proof(in); c.Users != 2 || c.Total != 2 {
		t.Errorf("counted %+v, want two", c)
	}
	l.wantLifted(in)
	if got, r := l.curlOnce("/api/orders", post...); got.status != 200 {
		t.Errorf("after the lift: %+v", r)
	}
}

// A client that honours Retry-After stays away for so long: curl waits for a second by
// itself.
func TestCurlComesAgain(t *testing.T) {
	t.Parallel()
	const after = 3 * time.Second
	for _, code := range []int{429, 503} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			l, in := injected(t, &faults.HTTPStatus{Link: userPath, Code: code, RetryAfter: after})
			began := time.Now()
			_, r := l.curl("/", "--retry", "1")
			if took := time.Since(began); took < after || !strings.Contains(r.Output,
				fmt.Sprintf("curled %d ", code)) {
				t.Errorf("after %s: %+v, want it to come again after %s", took, r, after)
			}
			if c := l.proof(in); c.Users != 2 {
				t.Errorf("counted %+v, want two", c)
			}
			l.wantLifted(in)
		})
	}
}

// What curl sends is narrowed, and not what it fetches.
func TestCurlUploads(t *testing.T) {
	t.Parallel()
	const body, rate = 4 << 10, 2 << 10
	l, in := injected(t, &faults.Bandwidth{Link: userPath, Rate: rate, Direction: "upload"})
	got, r := l.curlOnce("/", "--data-binary", strings.Repeat("a", body))
	if r.Exit != 0 || got.status != 200 || got.sent != body || got.took < body/rate*time.Second {
		t.Errorf("%d bytes at %d a second: %+v", body, rate, r)
	}
	if c := l.proof(in); c.Users != 1 {
		t.Errorf("counted %+v, want one", c)
	}
	l.wantLifted(in)
	in = (&row{name: "both", fault: &faults.Bandwidth{Link: userPath, Rate: rate}}).bind(l)
	_, err := in.Inject(t.Context())
	l.must(err)
	got, r = l.curlOnce("/", "--data-binary", strings.Repeat("a", body))
	if least := time.Duration(len(page)) * time.Second / rate; r.Exit != 0 || got.took < least {
		t.Errorf("a page of %d bytes at %d a second: %+v", len(page), rate, r)
	}
	l.wantLifted(in)
}

// Of what curl asks for on one connection some is late, all that is counted, and not all.
func TestCurlMeetsAShareThatIsLate(t *testing.T) {
	t.Parallel()
	const asked, late = 20, 700 * time.Millisecond // all alike but twice in 10⁶ runs
	l, in := injected(t, &faults.Latency{Link: userPath, Delay: late, Share: share(0.5)})
	all, r := l.curl(fmt.Sprintf("/[1-%d]", asked))
	slow, opened := 0, 0
	for _, c := range all {
		opened += c.connects
		if c.took >= late {
			slow++
		}
	}
	if c := l.proof(in); len(all) != asked || opened != 1 || c.Users == 0 || c.Users == asked ||
		c.Users > uint64(slow) { // a machine that is busy makes others late, too
		t.Errorf("%d of %d were late, on %d connections, and %+v was counted: %+v", slow, len(all),
			opened, c, r)
	}
	l.wantLifted(in)
}

// Where long packets vanish, curl connects, and gets a head, but no page.
func TestCurlMeetsASmallMTU(t *testing.T) {
	t.Parallel()
	l, in := injected(t, &faults.Blackhole{Link: userPath, Above: 500})
	const timedOut = 28
	if got, r := l.curlOnce("/", "--max-time", "3"); r.Exit != timedOut || got.connect == 0 ||
		got.status != 0 {
		t.Errorf("a page: %+v, want a connection and a time-out", r)
	}
	if got, r := l.curlOnce("/", "--head"); r.Exit != 0 || got.status != 200 {
		t.Errorf("a head: %+v", r)
	}
	if c := l.proof(in); c.Users == 0 {
		t.Errorf("counted %+v", c)
	}
	l.wantLifted(in)
	if got, r := l.curlOnce("/"); got.status != 200 {
		t.Errorf("after the lift: %+v", r)
	}
}

// On a connection that a balancer has dropped from its table curl gets a reset, and asks
// again on a new one.
func TestCurlMeetsAnIdleReset(t *testing.T) {
	t.Parallel()
	l, in := injected(t, &faults.IdleDrop{Link: userPath, After: 2 * time.Second, As: "reset"})
	all, r := l.curl("/[1-2]", "-v", "--rate", "12/m") // one each 5 s
	if r.Exit != 0 || len(all) != 2 || all[1].status != 200 || all[1].connects != 1 ||
		!strings.Contains(r.Output, "Connection reset by peer") {
		t.Errorf("%+v, want a reset, and a second connection", r)
	}
	if c := l.proof(in); c.Users != 1 || c.Total != 1 {
		t.Errorf("counted %+v, want one", c)
	}
	l.wantLifted(in)
	all, r = l.curl("/[1-2]", "--rate", "12/m")
	if r.Exit != 0 || len(all) != 2 || all[1].connects != 0 {
		t.Errorf("after the lift: %+v, want one connection", r)
	}
}
