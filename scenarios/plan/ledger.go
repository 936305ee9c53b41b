package plan

import (
	"net/http"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Reading a ledger back.
const (
	// DefaultReadRate is at how many per second acknowledged writes are read back.
	DefaultReadRate quantity.Rate = 500
	// mostReading bounds how long that lasts after the recovery phase, if each is answered
	// about at once.
	mostReading = 60 * time.Second
)

// writes makes a group's ledger; nil where it keeps none.
func (p userLoad) writes(name string, g *scenarios.Group, c *consumer) *load.Writes {
	w := g.Writes
	if w == nil {
		return nil
	}
	keys := at("load", family(name), "writes")
	sub := func(key string) []string { return append(at("load", family(name), "writes"), key) }
	if !strings.Contains(string(g.To+g.Body), load.IDMark) {
		p.problem(keys, "writes: every write needs an id of its own: put {id} into to or body, "+
			"such as to: http://db:8080/write?id={id}")
	}
	if m := strings.ToUpper(g.Method); m == http.MethodGet || m == http.MethodHead {
		p.problem(at("load", family(name), "method"),
			"method %s: a request of that method writes nothing: want POST or PUT", m)
	}
	end, ok := p.endpoints.endpoint(sub("read"), w.Read)
	if ok && !strings.Contains(string(w.Read), load.IDMark) {
		p.problem(sub("read"), "read %q: want the URL of one write, with {id} in it", w.Read)
	}
	if ok {
		c.reach(p.endpoints.nodesOf(end.host), end.port)
	}
	checkStatuses(p.diagnostics, sub("missing"), w.Missing)
	rate := orElse(w.Rate, DefaultReadRate)
	if rate > MostRate {
		p.problem(sub("rate"), "rate %s: one load node keeps its schedule up to %s", rate, MostRate)
	}
	f := p.phases
	if took := seconds(float64(g.Rate) * (f.Baseline + f.Hold +
		f.Recovery).Seconds() / float64(rate)); took > mostReading {
		p.problem(sub("rate"), "rate %s: reading back up to %.0f writes would take %s, want at "+
			"most %s: want a higher rate, fewer writes or shorter phases",
			rate, float64(g.Rate)*(f.Baseline+f.Hold+f.Recovery).Seconds(), ceil(took), mostReading)
	}
	missing := w.Missing
	if len(missing) == 0 {
		missing = []int{http.StatusNotFound}
	}
	return &load.Writes{Read: w.Read, Missing: missing, Rate: float64(rate)}
}

// ledgerLimits is the pass that checks the objectives about writes.
func ledgerLimits(d *diagnostics, s scenarios.SLA, load []load.Group) {
	if s.Lose != nil && *s.Lose < 0 {
		d.problem(at("sla", "max-lost-writes"),
			"sla.max-lost-writes: want a number of writes, 0 or above")
	}
	gap, kept := writeGap(load), false
	for _, g := range load {
		kept = kept || g.Writes != nil
	}
	for _, o := range []struct {
		key string
		set bool
	}{{"max-lost-writes", s.Lose != nil}, {"rpo", s.RPO != nil}} {
		if o.set && !kept {
			d.problem(at("sla", o.key), "sla.%s: no load group keeps a ledger of its writes: "+
				"give one writes: {read: …}", o.key)
		}
	}
	if s.RPO != nil && *s.RPO > 0 && *s.RPO < gap {
		d.problem(at("sla", "rpo"), "sla.rpo: %s is finer than the writes can resolve, one every "+
			"%s: want a higher rate, a limit of %s, or 0s for none lost", *s.RPO, gap, gap)
	}
}

// writeGap is the longest time between two writes of one ledger; 0 where none is kept.
func writeGap(groups []load.Group) (longest time.Duration) {
	for _, g := range groups {
		if g.Writes != nil {
			longest = max(longest, seconds(1/g.Rate))
		}
	}
	return longest
}
