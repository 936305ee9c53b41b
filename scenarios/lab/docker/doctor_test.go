package docker

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A busy machine is told with its figure, the limit, and what follows; it keeps no drill
// from running.
func TestLoadOfMachine(t *testing.T) {
	waited := 0.6
	for _, c := range []struct {
		p    load.Pressure
		ok   bool
		want string // of the detail
	}{
		{load.Pressure{Load: 0.4, Cores: 2}, true, "0.2 runnable tasks a core"},
		{load.Pressure{Load: 2, Cores: 2}, true, "1.0 runnable tasks a core"},
		{load.Pressure{Load: 13.3, Cores: 2, CPU: &waited}, false,
			"6.7 runnable tasks a core over the last minute, at most 1 is quiet; some task waited for CPU 60 %"},
		{load.Pressure{Load: 13.3, Cores: 64}, true, "0.2 runnable tasks a core"},
		{load.Pressure{Cores: 2}, true, "does not say"},
	} {
		f := loadOf(c.p)
		if f.OK != c.ok || f.Needed || (f.Cure == "") != c.ok || !strings.Contains(f.Detail, c.want) {
			t.Errorf("%+v: have %+v", c.p, f)
		}
	}
}
