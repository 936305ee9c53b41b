//go:build drill

package faults_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// What glibc's getent and curl say of each answer, in a mount namespace whose
// resolv.conf names the switchboard: exit status 2 of getent is "not found"; of
// curl, 6 is "could not resolve host", 7 "could not connect".
func TestDNSInTheClientsWords(t *testing.T) {
	t.Parallel()
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "nameserver %s\noptions timeout:1 attempts:1\n",
		boardAddr), 0o644); err != nil {
		t.Fatal(err)
	}
	// Programs ask from their host's first address, which is a check's here.
	const well, moved = "198.18.2.8", "198.18.2.9"
	s := spec(false)
	s.Links = append(s.Links, link.Link{ID: "watch -> app:8080", From: "watch", To: "app",
		Name: "app",
		Addr: netip.MustParseAddr(well), Port: 8080, Node: appAddr},
		link.Link{ID: "watch -> app-new:8080", From: "watch", To: "app-new", Name: "app-new",
			Addr: netip.MustParseAddr(moved), Port: 8080, Node: appAddr})
	old, to := s.Links[len(s.Links)-2:len(s.Links)-1], s.Links[len(s.Links)-1:]
	for _, c := range []struct {
		fault  faults.DNS
		getent int
		says   string // getent's address
		curl   int
		cached int // curl, with the address in a cache
	}{
		{faults.DNS{Answer: "nxdomain"}, 2, "", 6, 0},
		{faults.DNS{Answer: "servfail"}, 2, "", 6, 0},
		{faults.DNS{Answer: "refused"}, 2, "", 6, 0},
		{faults.DNS{Answer: "empty"}, 2, "", 6, 0},
		{faults.DNS{Answer: "none"}, 2, "", 6, 0},
		{faults.DNS{Answer: "slow", Delay: 400 * time.Millisecond}, 0, well, 0, 0},
		{faults.DNS{Answer: "slow", Delay: 6 * time.Second}, 2, "", 6, 0}, // getent waits for 1 s
		{faults.DNS{Answer: "truncated"}, 0, well, 0, 0},                  // asked again over TCP
		{faults.DNS{Answer: "wrong"}, 0, "192.0.2.1", 7, 0},
		{faults.DNS{Answer: "stale", Names: []string{"app"}, To: "app-new"}, 0, moved, 0, 7},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			l := newLab(t, s)
			ask := func(program string) (r ran) {
				script := fmt.Sprintf("mount --bind %s /etc/resolv.conf && exec %s", conf, program)
				l.call(l.client, "run", []string{"unshare", "-m", "sh", "-c", script}, &r)
				return r
			}
			const getent, curl = "getent ahostsv4 app.",
				"curl -sS -o /dev/null --max-time 5 http://app.:8080/"
			const cached = curl + " --resolve app.:8080:" + well
			if r := ask(getent); r.Exit != 0 || !strings.HasPrefix(r.Output, well) {
				t.Fatalf("before: %+v", r)
			}
			c.fault.From = "watch"
			in, err := c.fault.Bind("names",
				faults.Site{Askers: []string{"watch"}, Links: old, Moved: to, Switchboard: l})
			l.must(err)
			_, err = in.Inject(t.Context())
			l.must(err)
			g, u, k := ask(getent), ask(curl), ask(cached)
			if g.Exit != c.getent || !strings.HasPrefix(g.Output, c.says) {
				t.Errorf("getent: %+v, want exit %d, %q", g, c.getent, c.says)
			}
			if u.Exit != c.curl {
				t.Errorf("curl: %+v, want exit %d", u, c.curl)
			}
			if k.Exit != c.cached {
				t.Errorf("curl with the address in a cache: %+v, want exit %d", k, c.cached)
			}
			t.Logf("getent %d %.40q, curl %d %.80q, cached %d %.80q", g.Exit, g.Output, u.Exit,
				u.Output, k.Exit, k.Output)
			if n := l.proof(in); n.Total == 0 || n.Checks != n.Total {
				t.Errorf("proof %+v", n)
			}
			_, err = in.Lift(t.Context())
			l.must(err)
			if r := ask(getent); r.Exit != 0 || !strings.HasPrefix(r.Output, well) {
				t.Errorf("after: %+v", r)
			}
			l.clean()
		})
	}
}

// An answer that is later than glibc waits before it asks again is taken all the same, as long
// as it asks: each question counts.
func TestDNSLaterThanAskedAgain(t *testing.T) {
	t.Parallel()
	const late = 5300 * time.Millisecond
	for _, c := range []struct {
		options string
		exit    int
		asked   uint64
		least   time.Duration
	}{
		{"timeout:10 attempts:1", 0, 1, late},
		{"timeout:5 attempts:2", 0, 2, late}, // the default
		{"timeout:2 attempts:2", 2, 2, 4 * time.Second},
	} {
		t.Run(c.options, func(t *testing.T) {
			t.Parallel()
			conf := filepath.Join(t.TempDir(), "resolv.conf")
			if err := os.WriteFile(conf, fmt.Appendf(nil, "nameserver %s\noptions %s\n", boardAddr,
				c.options), 0o644); err != nil {
				t.Fatal(err)
			}
			s := spec(false)
			s.Links = append(s.Links, link.Link{ID: "watch -> app:8080", From: "watch", To: "app",
				Name: "app", Addr: netip.MustParseAddr("198.18.2.8"), Port: 8080, Node: appAddr})
			l := newLab(t, s)
			in, err := (&faults.DNS{From: "watch", Answer: "slow", Delay: late}).Bind("names",
				faults.Site{Askers: []string{"watch"}, Switchboard: l})
			l.must(err)
			_, err = in.Inject(t.Context())
			l.must(err)
			var r ran
			began := time.Now()
			l.call(l.client, "run", []string{"unshare", "-m", "sh", "-c", fmt.Sprintf(
				"mount --bind %s /etc/resolv.conf && exec getent ahostsv4 app.", conf)}, &r)
			took, n := time.Since(began), l.proof(in)
			if r.Exit != c.exit || took < c.least || n.Total != c.asked {
				t.Errorf("%+v after %s, counted %+v, want exit %d, %d questions", r, took, n, c.exit,
					c.asked)
			}
			l.wantLifted(in)
		})
	}
}

// Of a share of lookups getent finds nothing, and of the others the address: as many as are
// counted.
func TestDNSShareInGetentsWords(t *testing.T) {
	t.Parallel()
	const asked = 40 // all alike but once in 10¹¹ runs
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "nameserver %s\n", boardAddr), 0o644); err != nil {
		t.Fatal(err)
	}
	s := spec(false)
	s.Links = append(s.Links, link.Link{ID: "watch -> app:8080", From: "watch", To: "app",
		Name: "app", Addr: netip.MustParseAddr("198.18.2.8"), Port: 8080, Node: appAddr})
	l := newLab(t, s)
	in, err := (&faults.DNS{From: "watch", Answer: "nxdomain", Share: share(0.5)}).Bind("names",
		faults.Site{Askers: []string{"watch"}, Switchboard: l})
	l.must(err)
	_, err = in.Inject(t.Context())
	l.must(err)
	var r ran
	l.call(l.client, "run", []string{"unshare", "-m", "sh", "-c", fmt.Sprintf("mount --bind %s"+
		" /etc/resolv.conf; for i in $(seq %d); do getent ahostsv4 app. >/dev/null; echo exit $?; done",
		conf, asked)}, &r)
	none, found := strings.Count(r.Output, "exit 2\n"), strings.Count(r.Output, "exit 0\n")
	if n := l.proof(in); none+found != asked || none == 0 || found == 0 || n.Total != uint64(none) {
		t.Errorf("%d found nothing and %d the address, counted %+v: %+v", none, found, n, r)
	}
	l.wantLifted(in)
}
