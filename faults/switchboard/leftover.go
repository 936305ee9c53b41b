//go:build linux

package switchboard

import (
	"fmt"
	"slices"
	"strings"
)

// leftover names every fault rule, fault counter and memory of flows in the kernel,
// also those of rules in force: a switchboard without a fault has none.
func (p *packets) leftover() ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rules, err := p.rules.faultRules()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rules {
		out = append(out, fmt.Sprintf("rule %q in chain %s", r.UserData, r.Chain.Name))
	}
	counters, err := p.rules.counters()
	if err != nil {
		return nil, err
	}
	for name := range counters {
		if strings.HasPrefix(name, "cut ") {
			out = append(out, fmt.Sprintf("counter %q", name))
		}
	}
	sets, err := p.rules.conn.GetSets(p.rules.table) // of ARP there are none but those that stand
	if err != nil {
		return nil, fmt.Errorf("nftables: sets: %w", err)
	}
	for _, s := range sets {
		if s.Name != aliasMap && s.Name != straySet {
			out = append(out, fmt.Sprintf("set %q", s.Name))
		}
	}
	slices.Sort(out)
	tables, err := p.rules.tables()
	for _, name := range tables {
		if name != p.rules.table.Name && !slices.Contains(p.rules.before, name) {
			out = append(out, fmt.Sprintf("table %q", name))
		}
	}
	return out, err
}
