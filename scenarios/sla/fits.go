package sla

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Fits reports, as an error, what objectives ask for that a record of that
// header cannot tell: a watcher or a load group that it does not have.
func Fits(o timeline.Objectives, h timeline.Header) error {
	var watchers, groups []string
	for _, w := range h.Watch {
		watchers = append(watchers, w.Name)
	}
	for _, g := range h.Groups {
		if !g.Reference {
			groups = append(groups, g.Name)
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(o.Detect)), slices.Sorted(maps.Keys(o.Restore))) {
		if !slices.Contains(watchers, name) {
			return fmt.Errorf("sla: the record has no watcher %q: it has %s", name, strings.Join(watchers, ", "))
		}
	}
	if ledger := func(g timeline.Group) bool { return g.Ledger }; (o.Lose != nil || o.RPO != nil) && !slices.ContainsFunc(h.Groups, ledger) {
		return fmt.Errorf("sla: lose and rpo: no load group of the record keeps a ledger of its writes")
	}
	for _, text := range o.Keep {
		k, err := ParseKeep(text)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(groups, k.About) && k.Of != "" {
			return fmt.Errorf("sla: keep %q: the record has no load group %q: it has %s", text, k.Of, strings.Join(groups, ", "))
		}
	}
	return nil
}
