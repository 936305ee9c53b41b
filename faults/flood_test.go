package faults_test

import (
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// What a load node is given to send is what the scenario says.
func TestFloodsSendWhatIsWritten(t *testing.T) {
	to, err := url.Parse("http://edge:8080/login")
	if err != nil {
		t.Fatal(err)
	}
	from := []netip.Addr{netip.MustParseAddr("198.18.1.1"), netip.MustParseAddr("198.18.1.2")}
	flood := faults.Flood{To: to.String(), Ramp: 3 * time.Second, Timeout: time.Second,
		Mix: []faults.Portion{{Get: "/a", Weight: 92}, {Get: "/b", Weight: 8}}}
	flood.Rate.Rate = 500
	g := flood.Sends(to, "198.18.2.1:8080", from).Flood
	if g.Rate != 500 || g.Ramp != 3*time.Second || g.Timeout != time.Second || g.Users != 2 ||
		len(g.Sources) != 2 || len(g.Mix) != 2 || g.Mix[0].Path != "/a" || g.Mix[0].Weight != 92 {
		t.Errorf("flood: have %+v", g)
	}
	open := faults.ConnectionFlood{To: to.String(), Connections: 700, Rate: quantity.Rate(50),
		Send: "partial"}
	w := open.Sends(to, "198.18.2.1:8080", from).Swarm
	if w.Rate != 50 || w.Connections != 700 || w.Address != "198.18.2.1:8080" ||
		len(w.Sources) != 2 || w.Begin != "GET /login HTTP/1.1\r\nHost: edge:8080\r\n" {
		t.Errorf("connections: have %+v", w)
	}
	slow := faults.SlowRequests{To: to.String(), Connections: 30, Rate: quantity.Rate(20),
		Every: 2 * time.Second}
	w = slow.Sends(to, "198.18.2.1:8080", from).Swarm
	if w.Rate != 20 || w.Connections != 30 || w.Every != 2*time.Second || w.Drip == 0 {
		t.Errorf("slow requests: have %+v", w)
	}
}
