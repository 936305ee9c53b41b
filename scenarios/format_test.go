package scenarios

import (
	"path/filepath"
	"testing"
)

// The format's own examples are accepted as they stand, and can be planned.
func TestFormat(t *testing.T) {
	files, err := filepath.Glob("../testdata/format/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("have %q, %v", files, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			s, err := Load(f)
			if err != nil {
				t.Fatal(err)
			}
			planned(t, s, Options{Seed: 1})
		})
	}
}

// A check of a name asks as those do whose names it is about; of a group that has
// cohorts, as one of them.
func TestDNSWatcher(t *testing.T) {
	s, err := Load("../testdata/format/dns-failure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := planned(t, s, Options{})
	c := p.Load.Checks[0]
	if c.DNS == nil || c.DNS.Name != "shop" || p.Switchboard.Clients[0].Name != "page/cached" ||
		p.Switchboard.Clients[0].Addresses[len(p.Switchboard.Clients[0].Addresses)-1] != c.Source {
		t.Errorf("check %+v, clients %+v", c, p.Switchboard.Clients)
	}
}
