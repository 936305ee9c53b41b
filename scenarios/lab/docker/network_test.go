package docker

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Every wall that is missing of a network is named.
func TestUnlike(t *testing.T) {
	subnet := netip.MustParsePrefix("198.18.0.0/22")
	gateway := netip.MustParseAddr("198.18.0.1")
	l := &Lab{Options: lab.Options{Plan: &plan.Plan{Run: "00000000000000b2", Subnet: subnet,
		Gateway:     gateway,
		Switchboard: link.Spec{Bridge: netip.MustParseAddr("198.18.0.3")}}}}
	for want, spoil := range map[string]func(*network.Network){
		"":                           func(*network.Network) {},
		"enable_ip_masquerade=false": func(n *network.Network) { delete(n.Options, optionMasquerade) },
		"inhibit_ipv4=true":          func(n *network.Network) { n.Options[optionInhibit] = "false" },
		"IPv6 is on":                 func(n *network.Network) { n.EnableIPv6 = true },
		"DefaultGatewayIPv4":         func(n *network.Network) { n.IPAM.Config[0].AuxAddress = nil },
		"driver":                     func(n *network.Network) { n.Driver = "macvlan" },
	} {
		o := l.closed()
		n := network.Network{Driver: o.Driver, Options: o.Options, IPAM: *o.IPAM}
		spoil(&n)
		have := strings.Join(unlike(l.closed(), n), "; ")
		if want == "" && have != "" || !strings.Contains(have, want) {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

// An engine that ignored what was asked for is reported, with the cure; where that is
// allowed it is kept as a fact.
func TestLabRefusesAnOpenNetwork(t *testing.T) {
	l := &Lab{}
	err := l.contain([]string{"the bridge answers"})
	var open *lab.UncontainedError
	if !errors.As(err, &open) || !strings.Contains(err.Error(), "the bridge answers") ||
		!strings.Contains(err.Error(), "--uncontained") {
		t.Errorf("have %v", err)
	}
	l.Uncontained = true
	if err := l.contain([]string{"the bridge answers"}); err != nil || len(l.lacks) != 1 {
		t.Errorf("have %v, %q", err, l.lacks)
	}
}

// engineThat answers as an engine would, having made of the network what make says.
func engineThat(t *testing.T, refuse func(network.CreateRequest) string,
	make func(network.CreateRequest) network.Inspect) *client.Client {
	var asked network.CreateRequest
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Api-Version", "1.41")
		switch {
		case strings.HasSuffix(r.URL.Path, "/networks/create"):
			asked = network.CreateRequest{}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
				t.Error(err)
			}
			if why := refuse(asked); why != "" {
				w.WriteHeader(http.StatusForbidden)
				_ = json.NewEncoder(w).Encode(map[string]string{"message": why})
				return
			}
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(network.CreateResponse{ID: "n1"})
		case strings.Contains(r.URL.Path, "/networks/"):
			_ = json.NewEncoder(w).Encode(make(asked))
		}
	}))
	t.Cleanup(s.Close)
	c, err := client.New(client.WithHost(strings.Replace(s.URL, "http://", "tcp://", 1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// An engine that does as asked is accepted; one that ignores a part, or refuses it, is not,
// unless that is allowed, and then what is lacking is recorded.
func TestNetworkOfAnEngine(t *testing.T) {
	asAsked := func(r network.CreateRequest) (n network.Inspect) {
		n.Driver, n.Options, n.IPAM = r.Driver, r.Options, *r.IPAM
		return n
	}
	deaf := func(r network.CreateRequest) (n network.Inspect) {
		n.Driver, n.IPAM = r.Driver, *r.IPAM
		return n
	}
	willing := func(network.CreateRequest) string { return "" }
	strict := func(r network.CreateRequest) string {
		if len(r.Options) > 0 {
			return "unknown option"
		}
		return ""
	}
	overlap := func(network.CreateRequest) string { return "Pool overlaps with other one on this address space" }
	for name, c := range map[string]struct {
		refuse  func(network.CreateRequest) string
		make    func(network.CreateRequest) network.Inspect
		allowed bool
		open    bool // an lab.UncontainedError
		err     string
		lacks   int
	}{
		"as asked": {refuse: willing, make: asAsked},
		"deaf": {refuse: willing, make: deaf, open: true,
			err: "enable_ip_masquerade=false"},
		"deaf, and allowed":   {refuse: willing, make: deaf, allowed: true, lacks: 2},
		"strict":              {refuse: strict, make: asAsked, err: "unknown option"},
		"strict, and allowed": {refuse: strict, make: deaf, allowed: true, lacks: 4},
		"taken":               {refuse: overlap, make: asAsked, err: lab.ErrSubnetTaken.Error()},
		"taken, though allowed": {refuse: overlap, make: asAsked, allowed: true,
			err: lab.ErrSubnetTaken.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			l := &Lab{engine: engineThat(t, c.refuse, c.make),
				Options: lab.Options{Dir: t.TempDir(), Uncontained: c.allowed,
					Plan: &plan.Plan{Run: "00000000000000b4",
						Subnet:      netip.MustParsePrefix("198.18.0.0/22"),
						Gateway:     netip.MustParseAddr("198.18.0.1"),
						Switchboard: link.Spec{Bridge: netip.MustParseAddr("198.18.0.3")}}}}
			err := l.startNetwork(t.Context())
			var open *lab.UncontainedError
			if errors.As(err, &open) != c.open || (err == nil) != (c.err == "") || err != nil &&
				!strings.Contains(err.Error(), c.err) {
				t.Errorf("have %v, want %q", err, c.err)
			}
			if len(l.lacks) != c.lacks {
				t.Errorf("lacks: have %q, want %d", l.lacks, c.lacks)
			}
		})
	}
}
