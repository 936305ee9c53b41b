//go:build linux

package switchboard

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// The switchboard dials nothing that is not the drill's.
func TestWithin(t *testing.T) {
	stays := within(netip.MustParsePrefix("198.18.4.0/22"))
	for address, ok := range map[string]bool{
		"198.18.4.10:8080": true, "198.18.7.254:1": true, "198.18.8.1:80": false, "203.0.113.7:443": false, "127.0.0.1:80": false, "nowhere": false,
	} {
		if err := stays("tcp", address, nil); (err == nil) != ok || err != nil &&
			!errors.Is(err, errOutside) {
			t.Errorf("%s: have %v", address, err)
		}
	}
}

// Announcements of an address and questions whether it is free are no neighbour's.
func TestNeighboursThatAreNone(t *testing.T) {
	for key, ok := range map[string]bool{
		"\xc6\x12\x00\x0a\xc6\x12\x00\x0b": true, "\xc6\x12\x00\x0a\xc6\x12\x00\x0a": false, "\x00\x00\x00\x00\xc6\x12\x00\x0b": false, "short": false,
	} {
		if _, have := neighbourOf(nftables.SetElement{Key: []byte(key),
			Counter: &expr.Counter{Packets: 1}}); have != ok {
			t.Errorf("%x: have %t", key, have)
		}
	}
}
