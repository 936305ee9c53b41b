package run

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// A target that asks for another one without using it is named, by its name, with what would help;
// a name that is no target's is only told.
func TestUnknownNamesAreToldWithWhatHelps(t *testing.T) {
	nodes := []plan.Node{{Name: "app-1", Target: "app", Addr: netip.MustParseAddr("10.0.0.2")},
		{Name: "app-2", Target: "app", Addr: netip.MustParseAddr("10.0.0.3")},
		{Name: "lb", Target: "lb", Addr: netip.MustParseAddr("10.0.0.4")}}
	for asker, want := range map[string]string{
		"10.0.0.4 app-1": `lb asked for "app-1", which none of its uses declares: NXDOMAIN; to have ` +
			"it resolved, add uses: [app] to targets.lb",
		"app-2 lb":       "add uses: [lb] to targets.app",
		"lb example.org": `lb asked for "example.org", which none of its uses declares: NXDOMAIN`,
		"10.0.0.9 app":   `10.0.0.9 asked for "app", which none of its uses declares: NXDOMAIN`,
	} {
		from, name, _ := strings.Cut(asker, " ")
		have := unknownName(1, link.Unknown{Asker: from, Name: name}, nodes)
		if !strings.HasSuffix(have.Text, want) {
			t.Errorf("%s: have %q, want %q", asker, have.Text, want)
		}
	}
}
