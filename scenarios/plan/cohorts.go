package plan

import (
	"math"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// cohorts gives the groups of users as they are run: a group by its name, and
// instead of one with cohorts, each of them as GROUP/COHORT.
func (p *planner) cohorts() {
	for _, name := range named(p, "load", p.s.Load) {
		g := p.s.Load[name]
		if len(g.Cohorts) == 0 {
			p.load[name] = g
			continue
		}
		p.divide(name, g)
	}
}

// divide splits a group's rate, users and sources by its cohorts' shares. Users
// are whole: what rounding takes from one cohort it gives to the next.
func (p *planner) divide(name string, g *scenarios.Group) {
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
		case !label.MatchString(cohort):
			p.problem(sub, "name %q: want lower case letters, digits, hyphens and underscores, at most 40",
				cohort)
		case c.Share <= 0:
			p.problem(append(sub, "share"), "cohort %s: want a share above zero, such as 30%%",
				cohort)
		case part.Users < 1:
			p.problem(append(sub, "share"),
				"cohort %s: %.4g%% of %d users is nobody: want more users, or a larger share",
				cohort, 100*float64(c.Share), users(g))
		}
		p.load[name+"/"+cohort] = &part
	}
	if math.Abs(sum-1) > 1e-9 {
		p.problem(keys, "cohorts of %s: their shares add up to %.4g%%: want 100%%", name, 100*sum)
	}
}

// upTo is how many of n users lie within the first share of them.
func upTo(n int, share float64) int { return int(math.Round(float64(n) * share)) }

// family is the group that a cohort belongs to; a group is its own.
func family(name string) string {
	group, _, _ := strings.Cut(name, "/")
	return group
}

// someCohort is the first cohort of a group that has any: where a check asks as
// the group, one place has to be chosen. Any other name is itself.
func (p *planner) someCohort(name string) string {
	g := p.s.Load[name]
	if g == nil || len(g.Cohorts) == 0 {
		return name
	}
	first := name + "/" + sortedKeys(g.Cohorts)[0]
	p.note("a watcher that asks as %s does so from the place of %s", name, first)
	return first
}
