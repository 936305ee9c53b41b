package docker

import (
	"net/netip"
	"testing"
)

// A free subnet overlaps no other, is not always the same, and is found where
// there is but one.
func TestFreeOf(t *testing.T) {
	taken := []netip.Prefix{netip.MustParsePrefix("198.18.0.0/16"),
		netip.MustParsePrefix("198.19.0.0/24")}
	seen := map[netip.Prefix]bool{}
	for range 200 {
		p, err := freeOf(taken)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range taken {
			if p.Overlaps(o) {
				t.Fatalf("%s overlaps %s", p, o)
			}
		}
		seen[p] = true
	}
	if len(seen) < 20 {
		t.Errorf("%d subnets in 200 draws of 63", len(seen))
	}
	taken = append(taken, netip.MustParsePrefix("198.19.128.0/17"),
		netip.MustParsePrefix("198.19.64.0/18"), netip.MustParsePrefix("198.19.32.0/19"),
		netip.MustParsePrefix("198.19.16.0/20"), netip.MustParsePrefix("198.19.8.0/21"))
	if p, err := freeOf(taken); err != nil || p != netip.MustParsePrefix("198.19.4.0/22") {
		t.Errorf("the last one: %s, %v", p, err)
	}
	if p, err := freeOf(append(taken, netip.MustParsePrefix("198.19.4.0/22"))); err == nil {
		t.Errorf("none is free, and yet %s", p)
	}
}
