package plan

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// lookalikes checks faults that answer by themselves.
type lookalikes struct {
	*diagnostics
	groups    groups
	consumers consumers
	checks    []load.Check
}

// fooled refuses a fault whose answer users would take for a good one: they would be
// served a foreign page, and nothing would be seen of it. Of a check that does, as a
// monitor does that looks at the status alone, the plan says so.
func (p lookalikes) fooled(f *Fault, groups []string, keys []string) {
	answering, ok := f.Fault.(faults.Answering)
	if !ok {
		return
	}
	a := answering.Answer(f.Name)
	for _, name := range groups {
		if g := p.groups[name]; takes(g.Expect, g.Method, a) {
			p.problem(keys, "fault %s: %s would take its answer, status %d, for a good one (%s), "+
				"and nothing would be seen of the fault: "+
				"give %s an assertion that this page fails, such as expect: {body: …}, or the "+
				"fault another status", f.Name, name, a.Code, g.Expect, family(name))
			return
		}
	}
	for _, c := range p.checks {
		if c.HTTP != nil && p.crosses(c, f.Site.Links) && takes(c.HTTP.Expect, c.HTTP.Method, a) {
			p.note("note-fooled",
				"fault %s: watcher %s takes its answer, status %d, for a good one (%s), and "+
					"will not notice it: expect: {body: …} has it look at the page",
				"fault", f.Name, "watcher", c.Name, "code", a.Code,
				"expect", c.HTTP.Expect)
		}
	}
}

// takes reports whether an expectation takes a fault's answer for a good one.
func takes(e load.Expect, method string, a link.Answer) bool {
	header := http.Header{}
	if a.Type != "" {
		header.Set("Content-Type", a.Type)
	}
	if a.RetryAfter > 0 {
		header.Set("Retry-After", strconv.FormatInt(a.RetryAfter, 10))
	}
	if method == http.MethodHead {
		a.Body = ""
	}
	return expect.Takes(e, a.Code, header, []byte(a.Body))
}

// crosses reports whether a check's own questions go by one of the links.
func (p lookalikes) crosses(c load.Check, links []link.Link) bool {
	return slices.ContainsFunc(links, func(l link.Link) bool {
		from := p.consumers[l.From]
		return from != nil && slices.Contains(from.addresses, c.Source)
	})
}
