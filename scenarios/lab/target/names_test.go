//go:build linux

package target

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"testing"
)

// zone is a DNS of fixed answers; what it lacks does not exist.
type zone map[string][]string

func (z zone) lookup(_ context.Context, _, host string) ([]netip.Addr, error) {
	if z[host] == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var all []netip.Addr
	for _, a := range z[host] {
		all = append(all, netip.MustParseAddr(a))
	}
	return all, nil
}

func TestBackendsAreNamedAsTheDrillNamesThem(t *testing.T) {
	for _, c := range []struct {
		what, host string
		zone       zone
		want       []backend
	}{
		{"replicas, records in any order", "app",
			zone{"app": {"198.18.2.4", "198.18.2.2", "198.18.2.3"}, "app-1": {"198.18.2.3"},
				"app-2": {"198.18.2.2"}, "app-3": {"198.18.2.4"}},
			[]backend{{"app-2", netip.MustParseAddr("198.18.2.2")},
				{"app-1", netip.MustParseAddr("198.18.2.3")},
				{"app-3", netip.MustParseAddr("198.18.2.4")}}},
		{"one, called like its target", "app", zone{"app": {"198.18.2.2"}},
			[]backend{{"app", netip.MustParseAddr("198.18.2.2")}}},
		{"another target's name", "app", zone{"app": {"198.18.2.2", "198.18.2.3"}},
			[]backend{{"198.18.2.2", netip.MustParseAddr("198.18.2.2")},
				{"198.18.2.3", netip.MustParseAddr("198.18.2.3")}}},
		{"in a domain, of another script", "库.corp",
			zone{"xn--dxt.corp": {"198.18.2.2", "198.18.2.3"},
				"xn---1-j82d.corp": {"198.18.2.2"}, "xn---2-j82d.corp": {"198.18.2.3"}},
			[]backend{{"库-1.corp", netip.MustParseAddr("198.18.2.2")},
				{"库-2.corp", netip.MustParseAddr("198.18.2.3")}}},
	} {
		l := lookup(c.zone.lookup)
		addrs, err := l.addresses(t.Context(), c.host)
		if err != nil {
			t.Fatal(err)
		}
		have, err := l.backends(t.Context(), c.host, addrs)
		if err != nil || !slices.Equal(have, c.want) {
			t.Errorf("%s: have %v, %v, want %v", c.what, have, err, c.want)
		}
	}
}

func TestBackendsAskNoNameThatDoesNotExist(t *testing.T) {
	z := zone{"app": {"198.18.2.2", "198.18.2.3"}, "app-1": {"198.18.2.2"}, "app-2": {"198.18.2.3"}}
	l := lookup(func(ctx context.Context, network, host string) ([]netip.Addr, error) {
		if z[host] == nil {
			t.Errorf("asked %s, which the drill would report as undeclared", host)
		}
		return z.lookup(ctx, network, host)
	})
	addrs, err := l.addresses(t.Context(), "app")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.backends(t.Context(), "app", addrs); err != nil {
		t.Fatal(err)
	}
}
