package reports

import (
	"fmt"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// connections says where new and established ones were served differently.
func connections(card sla.Scorecard) (all []string) {
	for _, g := range card.Groups {
		for _, p := range g.Phases {
			if c := p.Connections; c.Differ {
				all = append(all, fmt.Sprintf("%s, %s: %s good on new connections, %s on established ones",
					g.Name, p.Name, share(c.New.Success), share(c.Established.Success)))
			}
		}
	}
	return all
}
