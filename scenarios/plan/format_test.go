package plan

import (
	"path/filepath"
	"testing"
)

// The format's own examples are accepted as they stand, and can be planned; so can
// what the drills on real servers run, which is checked here before an engine is needed.
func TestFormat(t *testing.T) {
	t.Setenv("TOKEN", "secret")
	t.Setenv("MARK", "marker-of-16-and-more")
	t.Setenv("OTHER", "other")
	t.Setenv("PAGER_TOKEN", "marker-of-16-and-more")
	for folder, least := range map[string]int{"format": 3, "live": 15} {
		files, err := filepath.Glob("../../testdata/" + folder + "/*.yaml")
		if err != nil || len(files) < least {
			t.Fatalf("have %q, %v", files, err)
		}
		for _, f := range files {
			t.Run(folder+"/"+filepath.Base(f), func(t *testing.T) {
				s, err := Load(f)
				if err != nil {
					t.Fatal(err)
				}
				planned(t, s, Options{Seed: 1})
			})
		}
	}
}

// A check of a name asks as the clients do whose name it is; of a group that has cohorts,
// as one of them.
func TestDNSWatcher(t *testing.T) {
	s, err := Load("../../testdata/format/dns-failure.yaml")
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
