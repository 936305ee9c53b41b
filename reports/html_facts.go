package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// fact is a row: what it is of, and what there is to be said, a line each.
type fact struct {
	Name   string
	Values []string
}

// facts are rows in the making; one without a value is left out.
type facts []fact

func (f *facts) add(name string, values ...string) {
	said := slices.DeleteFunc(values, func(s string) bool { return s == "" })
	if len(said) > 0 {
		*f = append(*f, fact{name, said})
	}
}

// Phase names one of a run.
func (p *page) Phase(name string) string { return lines{p.Language}.phase(name) }

// Count writes a number with commas.
func (p *page) Count(n uint64) string { return count(n) }

// Time writes a duration with its resolution; a dash where there is none.
func (p *page) Time(t *sla.Time) string {
	if t == nil {
		return "–"
	}
	return p.Text(t.Said())
}

// Latency writes seconds that have no end where there are none.
func (p *page) Latency(s *float64) string { return endless(s) }

// Share writes a share in per cent.
func (p *page) Share(f sla.Number) string {
	if f == sla.None {
		return "–"
	}
	return words.Percent(float64(f))
}

// Answerer names a node that answered.
func (p *page) Answerer(n sla.Node) string { return lines{p.Language}.answerer(n) }

// Part writes a node's share of the answers in per cent.
func (p *page) Part(f float64) string { return words.Percent(f) }

// Bit says when a fault first bit, and what its users had of it.
func (p *page) Bit(f sla.Fault) string {
	if f.Effect < 0 || f.Inject < 0 {
		return "–"
	}
	return p.Time(&sla.Time{Seconds: max(0, float64(f.Effect-f.Inject)),
		Resolution: f.EffectResolution})
}

// Felt says what users had of a fault.
func (p *page) Felt(f sla.Fault) string {
	switch {
	case f.Absorbed:
		return p.Line("page-absorbed")
	case f.Slower:
		return p.Line("page-slower")
	case f.Faint > 0:
		return p.Line("page-faint", "bad", count(f.Faint))
	case f.During != "":
		return p.Line("page-during", "fault", string(f.During))
	}
	return p.Time(f.Outage)
}

// Least is a share of requests that would have stood out, had they been bad.
func (p *page) Least(share *float64) string {
	if share == nil {
		return "–"
	}
	return atLeast(*share)
}

// Injected reports whether any fault was.
func (p *page) Injected() bool {
	return slices.ContainsFunc(p.Card.Faults, func(f sla.Fault) bool { return f.Inject.Known() })
}

// Gone says whether a fault was read back as gone; a dash where it was not lifted.
func (p *page) Gone(f sla.Fault) string {
	switch {
	case f.Proof.Gone:
		return "✓ " + p.Line("gone")
	case f.Lift < 0:
		return "–"
	}
	return "✗ " + p.Line("not-gone")
}

// Tool is the version that judged the run, in words.
func (p *page) Tool() string { return lines{p.Language}.tool(p.Card.Tool) }

// Served is what the users had, over the whole run, and how long what took.
func (p *page) Served() facts {
	var f facts
	c, l := p.Card, lines{p.Language}
	f.add(l.Line("users"), l.users(c), l.detection(c))
	stretches := []string{l.outages(c)}
	for _, o := range c.Outages {
		if len(o.By) == 0 {
			stretches = append(stretches, l.unexplained(o))
		}
	}
	f.add(l.Line("outages"), stretches...)
	t := c.Times
	f.add(p.Line("page-outage"), l.took(t.Outage))
	if t.Detect != nil {
		f.add(p.Line("page-noticed-after"), l.took(t.Detect), string(t.Detect.By))
	}
	f.add(p.Line("chain-ideal"), l.took(t.Ideal))
	f.add(p.Line("page-mitigated"), l.took(t.Mitigate))
	f.add(p.Line("page-recovered"), l.took(t.Recover))
	f.add(p.Line("page-calm"), l.took(t.Calm))
	f.add(p.Line("page-content-after"), l.took(t.Restore))
	return f
}

// Linked is where new connections fared otherwise than standing ones, and how many requests
// each of a user's made on a link.
func (p *page) Linked() facts {
	var f facts
	l := lines{p.Language}
	f.add(p.Line("page-connections"), l.connections(p.Card)...)
	f.add(p.Line("links"), l.amplified(p.Card)...)
	return f
}

// Cost is what the run took of data, budget and users.
func (p *page) Cost() facts {
	var f facts
	c, l := p.Card, lines{p.Language}
	f.add(p.Line("data"), l.data(c))
	f.add(p.Line("page-budget"), l.budget(c))
	if i := c.Impact; i.Level > 0 {
		level := strconv.Itoa(i.Level)
		switch {
		case i.Everyone:
			level = p.Line("page-level-of", "level", level, "who", p.Line("everyone"))
		case i.LevelUncertain:
			level = p.Line("page-level-of", "level", level, "who", p.Line("uncertain"))
		}
		f.add(p.Line("page-level"), level)
		f.add(p.Line("page-peak"), words.Percent(i.Peak))
		f.add(p.Line("page-hit"), p.Line("page-hit-of", "hit", count(i.UsersHit),
			"users", count(i.Users)))
		if i.ByTime != nil {
			f.add(p.Line("page-degraded"), words.Brief(*i.Degraded))
			f.add(p.Line("page-full"), words.Brief(*i.Full))
			f.add(p.Line("page-by-time"), words.Percent(*i.ByTime))
		} else {
			f.add(p.Line("page-degraded"), p.Line("impact-untold"))
		}
	}
	if a := c.Alert; a != nil {
		f.add(p.Line("alert"), strings.Join([]string{cmp.Or(p.Line(a.Colour), a.Colour),
			p.Name(a.When), l.names(a.Failures), l.names(a.Teams)}, " · "))
		f.add(p.Line("page-clocks"), p.Line("page-within", "respond", words.Brief(a.Respond),
			"repair", words.Brief(a.Repair)))
	}
	return f
}

// Trust is what the numbers rest on.
func (p *page) Trust() facts {
	var f facts
	c, g := p.Card, p.Card.Generator
	f.add(p.Line("page-load"), p.rates(g))
	f.add(p.Line("page-late"), words.Brief(g.LagP99))
	f.add(p.Line("page-never-sent"), count(g.Unsent))
	if c.Requests.Replayed > 0 {
		f.add(p.Line("page-replayed"), count(c.Requests.Replayed))
	}
	if m := g.Machine; m != nil {
		f.add(p.Line("page-machine"), p.machine(m))
	}
	if k := c.Clock; k != nil && !k.Own() {
		f.add(p.Line("page-clock"), p.Line("page-clock-is",
			"shift", fmt.Sprintf("%+.6f s", k.Shift), "bound", words.Brief(k.Bound),
			"times", strconv.Itoa(k.Measured), "drift", words.Brief(k.Drift)))
	} else if k != nil {
		f.add(p.Line("page-clock"), p.Line("page-clock-is-one", "bound", words.Brief(k.Bound)))
	}
	if c.StraysDropped > 0 || len(c.Strays) > 0 {
		strays := []string{p.Line("page-strays-are", "packets", count(c.StraysDropped))}
		for _, x := range c.Strays {
			strays = append(strays, p.Text(x.Said()))
		}
		f.add(p.Line("page-strays"), strays...)
	}
	var open []string
	for _, lack := range c.Uncontained {
		open = append(open, p.Text(sla.Say(sla.NotContained, lack)))
	}
	f.add(p.Line("page-uncontained"), open...)
	f.add(p.Line("note"), p.Texts(c.Notes)...)
	f.add(p.Line("page-one"), p.Line("page-one-run"))
	return f
}

// machine is how busy the load's machine was at worst.
func (p *page) machine(m *sla.Machine) string {
	all := []string{p.Line("page-pressure", "load", fmt.Sprintf("%.3g", m.Load))}
	for _, w := range []struct {
		line  string
		share *float64
	}{{"page-waited-cpu", m.CPU}, {"page-waited-memory", m.Memory}, {"page-waited-io", m.IO}} {
		if w.share != nil {
			all = append(all, p.Line(w.line, "share", words.Percent(*w.share)))
		}
	}
	return p.List(all)
}

// rates are what was sent a second, and what was to be.
func (p *page) rates(g sla.Generator) string {
	return p.Line("page-rates", "sent", fmt.Sprintf("%.4g", g.RateAchieved),
		"wanted", fmt.Sprintf("%.4g", g.RateWanted))
}

// Diagnosed are what the outages looked like, what is likely behind each, and by what.
func (p *page) Diagnosed() facts {
	var f facts
	l := lines{p.Language}
	for _, d := range p.Card.Diagnosis {
		f.add(l.Line("diagnosis"), l.diagnosis(d), l.look(d), l.Parts(l.Texts(d.Evidence)))
	}
	return f
}

// Steered are the defences by name: when they led users elsewhere, and what came of it.
func (p *page) Steered() facts {
	var f facts
	var all []string
	for _, x := range p.Card.Steers {
		all = append(all, lines{p.Language}.steer(x))
	}
	f.add(p.Line("steered"), all...)
	return f
}

// Again is what a run is repeated with.
func (p *page) Again() facts {
	c := p.Card
	var f facts
	f.add(p.Line("page-command"), cmp.Or(p.Command,
		fmt.Sprintf("stormdrill run %s --seed %d", c.Scenario, c.Seed)))
	if len(p.Beside) > 0 {
		f.add(p.Line("page-beside"), p.Line("page-beside-are", "files", p.List(p.Beside)))
	}
	f.add(p.Line("page-run"), c.Run)
	f.add("Stormdrill", p.Tool())
	f.add(p.Line("page-sla-hash"), c.SLA)
	for _, i := range p.Images {
		f.add(p.Line("page-image-of", "nodes", p.List(i.Nodes)),
			p.List(append([]string{i.Name, i.ID}, i.Digests...)))
	}
	return f
}

// Detail is what else is to be said of a fault's count.
func (p *page) Detail(of sla.Proof) string { return p.Stated(of.Stated, string(of.Detail)) }
