package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// chainTitle names a chain, by its faults where there are several chains.
func (l lines) chainTitle(c sla.Scorecard, x sla.Chain) string {
	if len(c.Chains) == 1 {
		return l.Line("chain")
	}
	return l.Line("chain-of", "faults", l.List(x.Faults))
}

// chain are the rows of a chain's table, its head first. How far each step is from what could
// have been known comes last of all but its teller, and only if asked.
func (l lines) chain(x sla.Chain, ideal bool) [][]string {
	row := func(name, after, behind string, cost *sla.Cost, over, by string) []string {
		failed, users := l.cost(cost)
		cells := []string{name, after, failed, users, over}
		if ideal {
			cells = append(cells, behind)
		}
		return append(cells, by)
	}
	head := []string{l.Line("chain-step"), l.Line("chain-after"), l.Line("chain-failed"),
		l.Line("chain-users"), l.Line("chain-over")}
	if ideal {
		head = append(head, l.Line("chain-behind"))
	}
	impact := "–"
	if x.Impact.Known() {
		doubt := "" // either way: nothing was taken
		if x.Resolution > 0 {
			doubt = words.Brief(x.Resolution)
		}
		impact = l.Line("chain-origin", "doubt", doubt)
	}
	rows := [][]string{append(head, l.Line("chain-by")),
		row(l.Line("chain-impact"), impact, "", nil, l.took(x.Well), "")}
	if x.Ideal != nil {
		rows = append(rows, row(l.Line("chain-ideal"), l.took(x.Ideal), "", x.IdealCost, "", ""))
	}
	for _, s := range x.Steps {
		rows = append(rows, row(l.Line("step-"+s.Step), l.stepAfter(s), l.lag(s.Behind), s.Cost,
			l.took(s.Clear), l.teller(s)))
	}
	return rows
}

// stepAfter is when a step came, or that it is not known.
func (l lines) stepAfter(s sla.ChainStep) string {
	switch {
	case s.Time != nil:
		return l.took(s.Time)
	case len(s.Watchers) == 0:
		return l.Line("chain-untold")
	}
	return l.Line("chain-open")
}

// teller is the watcher that reported a step, and what its own clock says of it.
func (l lines) teller(s sla.ChainStep) string {
	switch {
	case s.Time == nil:
		return l.List(s.Watchers)
	case s.Stamped == nil:
		return string(s.Time.By)
	}
	return l.Line("chain-stamped", "watcher", string(s.Time.By), "at", at(3, *s.Stamped))
}

// lag is how much later than the ideal observer something was, or earlier: the ideal observer
// sees users' requests alone, and a check of a backend may fail before one of them does.
func (l lines) lag(t *sla.Time) string {
	switch {
	case t == nil:
		return ""
	case eitherWay(t):
		return l.Line("lag-within", "time", words.AtMost(math.Abs(t.Seconds)+t.Resolution))
	case t.Seconds < 0:
		return l.Line("lag-early", "time", l.took(&sla.Time{Seconds: -t.Seconds,
			Resolution: t.Resolution}))
	}
	return l.Line("lag-late", "time", l.took(t))
}

// eitherWay reports whether a difference is known to ± more than itself, so that which of the two
// came first is not.
func eitherWay(t *sla.Time) bool { return !t.Censored && t.Resolution > math.Abs(t.Seconds) }

// cost is what users had until a step.
func (l lines) cost(c *sla.Cost) (failed, users string) {
	switch {
	case c == nil:
		return "", ""
	case c.AtLeast:
		return l.Line("chain-least", "count", count(c.Failed)),
			l.Line("chain-least", "count", count(c.Users))
	}
	return count(c.Failed), count(c.Users)
}

// falsely says what watchers cried that no fault explains, or said more often than they had
// to, a line each.
func (l lines) falsely(c sla.Scorecard) (all []string) {
	for _, w := range c.Watchers {
		if what := l.falseBy(w.FalseBy); what != "" {
			all = append(all, l.Line("falsely", "watcher", w.Name, "what", what))
		}
	}
	return all
}

// falseBy counts it by kind; empty where there was none.
func (l lines) falseBy(f sla.False) string {
	var parts []string
	for _, k := range []struct {
		line string
		n    int
	}{{"false-before", f.Before}, {"false-control", f.Control}, {"false-outlived", f.Outlived},
		{"false-elsewhere", f.Elsewhere}, {"false-target", f.WrongTarget}, {"false-flaps", f.Flaps},
		{"false-duplicates", f.Duplicates}} {
		if k.n > 0 {
			parts = append(parts, l.Line(k.line, "count", strconv.Itoa(k.n)))
		}
	}
	return l.List(parts)
}

// notifications says how many came that no watcher took; empty where all were.
func (l lines) notifications(c sla.Scorecard) string {
	n := c.Notifications
	if n == nil || n.Unmatched+n.Unaddressed == 0 {
		return ""
	}
	return l.Line("notifications", "received", strconv.Itoa(n.Received),
		"unmatched", counted(uint64(n.Unmatched)), "unaddressed", counted(uint64(n.Unaddressed)))
}

// chains writes each chain's table.
func (t *text) chains(card sla.Scorecard) {
	for _, x := range card.Chains {
		fmt.Fprintf(t, "\n  %s\n", t.chainTitle(card, x))
		for _, row := range aligned(t.chain(x, t.Verbose)) {
			t.WriteString("    " + row + "\n")
		}
		t.WriteByte('\n')
	}
}

// chainTable is a chain's table in Markdown.
func (l lines) chainTable(b *strings.Builder, card sla.Scorecard, x sla.Chain) {
	b.WriteString("**" + cell(l.chainTitle(card, x)) + "**\n\n")
	markdownTable(b, l.chain(x, true))
}

// pageChain is a chain's table on the page.
type pageChain struct {
	Title string
	Head  []string
	Rows  [][]string
}

// Chains are the chains' tables.
func (p *page) Chains() (all []pageChain) {
	l := lines{p.Language}
	for _, x := range p.Card.Chains {
		rows := l.chain(x, true)
		all = append(all, pageChain{l.chainTitle(p.Card, x), rows[0], rows[1:]})
	}
	return all
}

// Falsely counts by kind what a watcher cried falsely.
func (p *page) Falsely(w sla.Watcher) string { return lines{p.Language}.falseBy(w.FalseBy) }

// Unheard says how many notifications no watcher took.
func (p *page) Unheard() string { return lines{p.Language}.notifications(p.Card) }
