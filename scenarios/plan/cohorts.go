package plan

import (
	"maps"
	"math"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// groups are the groups of users as they are run.
type groups map[string]*scenarios.Group

// cohorts is the pass that gives the groups as they are run: a group by its name, and
// instead of one with cohorts, each of them as GROUP/COHORT.
func cohorts(d *diagnostics, written map[string]*scenarios.Group) groups {
	out := groups{}
	for _, name := range named(d, "load", written) {
		g := written[name]
		if len(g.Cohorts) == 0 {
			out[name] = g
			continue
		}
		maps.Copy(out, divide(d, name, g))
	}
	return out
}

// divide splits a group's rate, users and sources by its cohorts' shares. Users
// are whole: what rounding takes from one cohort it gives to the next.
func divide(d *diagnostics, name string, g *scenarios.Group) groups {
	out := groups{}
	keys := at("load", name, "cohorts")
	sum := 0.0
	for _, cohort := range sortedKeys(g.Cohorts) {
		c := g.Cohorts[cohort]
		part := *g
		part.Cohorts = nil
		part.Rate *= quantity.Rate(c.Share)
		part.Users = upTo(users(g), sum+float64(c.Share)) - upTo(users(g), sum)
		part.Sources = max(1, int(math.Round(float64(g.Sources)*float64(c.Share))))
		if c.DNSCache != nil {
			part.DNSCache = c.DNSCache
		}
		sum += float64(c.Share)
		sub := append(keys[:len(keys):len(keys)], cohort)
		switch {
		case !isLabel(cohort):
			d.problem(sub, "name %s: want %s", scenarios.Shown(cohort), wantsLabel)
		case c.Share <= 0:
			d.problem(append(sub, "share"), "cohort %s: want a share above zero, such as 30%%",
				cohort)
		case part.Users < 1:
			d.problem(append(sub, "share"),
				"cohort %s: %.4g%% of %d users is nobody: want more users, or a larger share",
				cohort, 100*float64(c.Share), users(g))
		}
		out[name+"/"+cohort] = &part
	}
	if math.Abs(sum-1) > 1e-9 {
		d.problem(keys, "cohorts of %s: their shares add up to %.4g%%: want 100%%", name, 100*sum)
	}
	return out
}

// upTo is how many of n users lie within the first share of them.
func upTo(n int, share float64) int { return int(math.Round(float64(n) * share)) }

// family is the group that a cohort belongs to; a group is its own.
func family(name string) string {
	group, _, _ := strings.Cut(name, "/")
	return group
}
