//go:build linux

package switchboard

import (
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
)

// Of several links that are to stall, either all get their listener or none.
func TestStallHalfWay(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	first, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	var links []path
	for _, l := range []net.Listener{first, taken} {
		at := netip.MustParseAddrPort(l.Addr().String())
		links = append(links, path{Link: link.Link{ID: at.String(), Addr: at.Addr(),
			Port: at.Port()}})
	}
	c := &cut{rule: link.Rule{AcceptStall: &link.AcceptStall{Backlog: 4}}}
	if err := c.openStall(links); err == nil {
		t.Fatalf("listens on %s, which is in use already", taken.Addr())
	}
	if len(c.stalls) > 0 {
		t.Errorf("left: %+v", c.stalls)
	}
	free, err := net.Listen("tcp4", fmt.Sprint(first.Addr()))
	if err != nil {
		t.Fatalf("the first link's listener is still there: %v", err)
	}
	_ = free.Close()
}
