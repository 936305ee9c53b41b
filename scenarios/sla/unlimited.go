package sla

import (
	"slices"
	"strings"
)

// unlimited notes which groups of several the faults hurt while no objective limits how many of
// their requests fail with a fault on: a run passes, and they are not told of. Of one group the
// outage itself says so.
func (s *scorer) unlimited() {
	// These limit how long each fault may hurt anybody.
	bounded := s.wanted.Mitigate != nil || s.wanted.Outage != nil || s.card.Alert != nil
	if bounded || len(s.card.Groups) < 2 {
		return
	}
	for _, g := range s.card.Groups {
		hurt := func(o Outage) bool { return o.Group == g.Name && len(o.By) > 0 }
		limits := func(k Keep) bool { return k.limitsFailures() && k.covers(g) }
		if !slices.ContainsFunc(s.card.Outages, hurt) || slices.ContainsFunc(s.kept(), limits) {
			continue
		}
		for _, p := range g.Phases {
			if p.Name == "fault" && p.Failed > 0 {
				s.card.Notes = append(s.card.Notes, Say(HurtUnlimited, g.Name, p.Failed, p.Sent,
					round(float64(p.Failed)/float64(p.Sent))))
			}
		}
	}
}

// covers reports whether a threshold is about a group's failures: it names the group, or is over
// all of which this one keeps it, too. Of a few users who are down altogether an average over many
// says nothing.
func (k Keep) covers(g Group) bool {
	if k.Of != "" || k.Relative {
		return k.About(g.Name)
	}
	allowed := 1 - k.Value
	if k.Metric != "success" {
		allowed = 1 - k.quantile()
	}
	failed, sent := uint64(0), uint64(0)
	for _, p := range g.Phases {
		if p.Name == k.Phase || k.Phase == "run" && (p.Name == "fault" || p.Name == "recovery") {
			failed, sent = failed+p.Failed, sent+p.Sent
		}
	}
	return float64(failed) <= allowed*float64(sent)
}

// limitsFailures reports whether a threshold bounds how many of a group's requests fail while
// faults are on: their share, or a percentile in which a failed one has no end. Failures that are
// wanted are not bounded by that, and connections that stood are those that a fault of handshakes
// leaves alone.
func (k Keep) limitsFailures() bool {
	bounds := k.Metric == "success" && k.Op == ">=" ||
		strings.HasPrefix(k.Metric, "p") && !k.Good && k.Op == "<="
	return bounds && k.Node == "" && !k.OfEstablished() && (k.Phase == "fault" || k.Phase == "run")
}
