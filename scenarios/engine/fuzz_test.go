package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLedger holds that a ledger, whatever a crash left of it, names no file but a lift
// beside it.
func FuzzLedger(f *testing.F) {
	f.Add([]byte("{\"fault\":\"bad\",\"what\":\"inject\",\"lift\":\"lift-bad.sh\"}\n{\"fault\":\"bad\",\"what\":\"lifted\"}\n"))
	f.Add([]byte("{\"fault\":\"../x\",\"what\":\"inject\",\"lift\":\"lift-../x.sh\"}\n{"))
	f.Add([]byte("{\"fault\":\"a/../../x\",\"what\":\"inject\",\"lift\":\"lift-a/../../x.sh\"}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "ledger.jsonl")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		all, err := InForce(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if !strings.HasPrefix(e.Lift, filepath.Dir(path)+"/") {
				t.Errorf("%q lies elsewhere", e.Lift)
			}
		}
	})
}

// FuzzParseCondition holds that what is read can be written and read again.
func FuzzParseCondition(f *testing.F) {
	f.Add("success < 50% for 10s")
	f.Add("success < % for")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCondition(s)
		if err != nil {
			return
		}
		if again, err := ParseCondition(c.String()); err != nil || again.For != c.For {
			t.Errorf("%q: %v, %v", s, again, err)
		}
	})
}
