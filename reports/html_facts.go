package reports

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// tile is one answer of the page's head: what was asked, the answer, and what it rests on.
type tile struct {
	Asked, Answer string
	Class         string // met, missed, undecided, or empty
	More          []string
}

// fact is a row of two cells.
type fact struct{ Name, Value string }

// facts are rows in the making; one without a value is left out.
type facts []fact

func (f *facts) add(name, value string) {
	if value != "" {
		*f = append(*f, fact{name, value})
	}
}

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

// Instant writes seconds from the start of the run; a dash where there are none.
func (p *page) Instant(f sla.Number) string {
	if f < 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f s", float64(f))
}

// tiles are what the page answers before anything is read further down.
func (p *page) tiles() []tile {
	return []tile{p.broke(), p.suffered(), p.noticed(), p.passed(), p.believed()}
}

// broke says what went wrong, and that it did.
func (p *page) broke() tile {
	t := tile{Asked: p.Say("what broke"), Answer: p.Say("nothing broke")}
	var names []string
	for _, f := range p.Card.Faults {
		names = append(names, f.Name)
		what := f.What + " · " + f.Link
		if len(p.Card.Faults) > 1 {
			what = f.Name + ": " + what
		}
		t.More = append(t.More, what)
		switch {
		case f.Inject < 0:
			t.More = append(t.More, "✗ "+p.Say("never injected"))
		case f.Proof.Gone:
			t.More = append(t.More, fmt.Sprintf("✓ %s %s, %s", count(f.Proof.Total), f.Proof.Unit,
				p.Say("proven gone")))
		default:
			t.More = append(t.More, fmt.Sprintf("✗ %s %s, %s", count(f.Proof.Total), f.Proof.Unit,
				p.Say("not proven gone")))
		}
	}
	if len(names) > 0 {
		t.Answer = strings.Join(names, p.Say("comma"))
	}
	return t
}

// suffered says how long users did, and how much.
func (p *page) suffered() tile {
	r := p.Card.Requests
	t := tile{Asked: p.Say("how long"), Answer: p.Say("no outage")}
	if o := p.Card.Times.Outage; o != nil {
		t.Answer = p.Time(o)
	} else if len(p.Card.Outages) > 0 || 2*r.Failed > r.Sent {
		t.Answer = p.Say("no outage of it")
	}
	if r.Sent == 0 {
		t.Answer = p.Say("none sent")
		return t
	}
	t.More = append(t.More, p.say("failed of", count(r.Failed), count(r.Sent),
		p.Share(r.Availability)))
	if i := p.Card.Impact; i.UsersHit > 0 {
		t.More = append(t.More, p.say("users hit", count(i.UsersHit), count(i.Users)))
	}
	for i, k := range p.Card.Classes {
		if i == mostLatencies {
			t.More = append(t.More, "…")
			break
		}
		t.More = append(t.More, k.Name+" × "+count(k.Count))
	}
	return t
}

// noticed says who knew, and how soon after the users were hurt.
func (p *page) noticed() tile {
	t := tile{Asked: p.Say("who noticed"), Answer: p.Say("nobody was to")}
	if d := p.Card.Times.Detect; d != nil && d.Censored {
		t.Answer = p.Say("nobody")
	} else if d != nil {
		t.Answer = p.say("after", d.By, p.Time(d))
	}
	for _, w := range p.Card.Watchers {
		if len(p.Card.Watchers) == 1 && w.Detect != nil && !w.Detect.Censored {
			break // it is the answer
		}
		t.More = append(t.More, w.Name+": "+p.heard(w))
	}
	if i := p.Card.Times.Ideal; i != nil {
		t.More = append(t.More, p.say("ideal", p.Time(i)))
	}
	return t
}

// heard says in a few words what a watcher did.
func (p *page) heard(w sla.Watcher) string {
	switch {
	case w.Detect == nil && len(w.Unmet) > 0:
		return p.say("cannot meet", strings.Join(w.Unmet, p.Say("comma")))
	case w.Detect == nil:
		return p.Say("nothing to notice")
	case w.Detect.Censored && p.Card.Spared(w):
		return p.Say("content, none hurt")
	case w.Detect.Censored && p.Card.Slowed(w):
		return p.Say("content, slower")
	case w.Detect.Censored:
		return p.say("never", p.Time(w.Detect))
	}
	return p.Time(w.Detect)
}

// Heard is heard, for the table of watchers.
func (p *page) Heard(w sla.Watcher) string { return p.heard(w) }

// Lag is how far a watcher was behind one that sees each request.
func (p *page) Lag(w sla.Watcher) string {
	if w.Behind != nil && w.Behind.Seconds < 0 {
		ahead := *w.Behind
		ahead.Seconds = -ahead.Seconds
		return "−" + p.Time(&ahead)
	}
	return p.Time(w.Behind)
}

// passed says how many objectives were met, and names those that were not.
func (p *page) passed() tile {
	t := tile{Asked: p.Say("did it pass"), Class: sla.Undecided}
	met := 0
	for _, o := range p.Card.Objectives {
		if o.Result == sla.Met {
			met++
			continue
		}
		t.More = append(t.More, resultSigns[o.Result]+" "+o.Name)
	}
	switch p.Card.Verdict {
	case sla.Pass:
		t.Class = sla.Met
	case sla.Fail, sla.Error:
		t.Class = sla.Missed
	}
	t.Answer = p.Say("verdict " + string(p.Card.Verdict))
	if n := len(p.Card.Objectives); n > 0 {
		t.Answer += p.say("met of", met, n)
	}
	return t
}

// believed says whether the numbers prove anything, and what they rest on.
func (p *page) believed() tile {
	c := p.Card
	t := tile{Asked: p.Say("believe"), Answer: p.Say("numbers hold"), Class: sla.Met}
	if c.Void || c.Verdict == sla.Error || c.Verdict == sla.Interrupted {
		t.Answer, t.Class = p.Say("numbers void"), sla.Undecided
	}
	g := c.Generator
	t.More = append(t.More, p.say("rates", g.RateAchieved, g.RateWanted),
		p.say("lag", words.Brief(g.LagP99)))
	if g.Unsent > 0 {
		t.More = append(t.More, p.say("unsent", count(g.Unsent)))
	}
	for _, f := range c.Faults {
		if f.Proof.Effective != "" && f.Proof.Effective != "yes" {
			t.More = append(t.More, f.Name+": "+p.Say("effective "+f.Proof.Effective))
		}
	}
	if n := len(c.Notes); n > 0 {
		t.More = append(t.More, p.say("notes", n))
	}
	return t
}

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
		return p.Say("absorbed")
	case f.Slower:
		return p.Say("slower")
	case f.Faint > 0:
		return p.say("faint", count(f.Faint))
	case f.During != "":
		return p.say("during", f.During)
	}
	return p.Time(f.Outage)
}

// Least is the share of requests that would have stood out, had they been bad.
func (p *page) Least(f sla.Fault) string {
	if f.Detectable == nil {
		return "–"
	}
	return atLeast(*f.Detectable)
}

// Cost is what the run took of data, budget and users.
func (p *page) Cost() facts {
	var f facts
	c := p.Card
	if d := c.Data; d != nil {
		f.add(p.Say("writes"), p.say("writes are", count(d.Acknowledged), count(d.There),
			count(d.Lost), count(d.Unknown)))
		if d.RPO != nil {
			f.add("RPO", p.Time(d.RPO))
		}
		if o := c.Times.Outage; o != nil {
			f.add("RTO", p.Time(o))
		}
	}
	if b := c.Budget; b != nil {
		f.add(p.Say("budget"), p.say("burnt", words.Brief(b.Seconds), words.Percent(b.Share),
			words.Brief(b.Allowed), words.Percent(b.Objective), lines{p.Language}.days(b.Window)))
	}
	if i := c.Impact; i.Level > 0 {
		level := strconv.Itoa(i.Level)
		switch {
		case i.Everyone:
			level += p.Say("everyone")
		case i.Straddles:
			level += p.Say("or lower")
		}
		f.add(p.Say("level"), level)
		f.add(p.Say("peak"), words.Percent(i.Peak))
		f.add(p.Say("hit"), p.say("hit of", count(i.UsersHit), count(i.Users)))
		if i.ByTime != nil {
			f.add(p.Say("degraded"), words.Brief(*i.Degraded))
			f.add(p.Say("full"), words.Brief(*i.Full))
			f.add(p.Say("by time"), words.Percent(*i.ByTime))
		}
	}
	if a := c.Alert; a != nil {
		l := lines{p.Language}
		f.add(p.Say("alert"), strings.Join([]string{cmp.Or(p.Line(a.Colour), a.Colour),
			p.Name(a.When), l.names(a.Failures), l.names(a.Teams)}, " · "))
		f.add(p.Say("clocks"), p.say("within", words.Brief(a.Respond), words.Brief(a.Repair)))
	}
	return f
}

// Trust is what the numbers rest on.
func (p *page) Trust() facts {
	var f facts
	c, g := p.Card, p.Card.Generator
	f.add(p.Say("load"), p.say("rates", g.RateAchieved, g.RateWanted))
	f.add(p.Say("late"), words.Brief(g.LagP99))
	f.add(p.Say("never sent"), count(g.Unsent))
	if c.Requests.Replayed > 0 {
		f.add(p.Say("replayed"), count(c.Requests.Replayed))
	}
	if m := g.Machine; m != nil {
		f.add(p.Say("machine"), p.machine(m))
	}
	if k := c.Clock; k != nil && !k.Own() {
		f.add(p.Say("clock"), p.say("clock is", fmt.Sprintf("%+.6f s", k.Shift),
			words.Brief(k.Bound), k.Measured, words.Brief(k.Drift)))
	} else if k != nil {
		f.add(p.Say("clock"), p.say("clock is one", words.Brief(k.Bound)))
	}
	if c.StraysDropped > 0 || len(c.Uncontained) > 0 {
		f.add(p.Say("strays"), p.say("strays are", count(c.StraysDropped)))
	}
	for _, n := range p.Texts(c.Notes) {
		f.add(p.Say("note"), n)
	}
	f.add(p.Say("one"), p.Say("one run"))
	return f
}

// machine is how busy the load's machine was at worst.
func (p *page) machine(m *sla.Machine) string {
	s := p.say("pressure", m.Load)
	for _, w := range []struct {
		key   string
		share *float64
	}{{"waited cpu", m.CPU}, {"waited memory", m.Memory}, {"waited io", m.IO}} {
		if w.share != nil {
			s += p.Say("comma") + p.say(w.key, words.Percent(*w.share))
		}
	}
	return s
}

// Diagnosed are what the outages looked like, what is likely behind each, and by what.
func (p *page) Diagnosed() facts {
	var f facts
	l := lines{p.Language}
	for _, d := range p.Card.Diagnosis {
		f.add(l.Line("diagnosis"), l.diagnosis(d))
		f.add("", l.look(d))
		f.add("", l.Parts(l.Texts(d.Evidence)))
	}
	return f
}

// Steered are the defences by name: when they led users elsewhere.
func (p *page) Steered() facts {
	var f facts
	for _, x := range p.Card.Steers {
		var moves []string
		for _, m := range x.Moves {
			moves = append(moves, p.say("moved", p.Instant(sla.Number(m.At)), p.Instant(m.Back),
				count(m.Answers)))
		}
		if len(moves) == 0 {
			moves = []string{p.Say("never moved")}
		}
		f.add(x.Name+" · "+x.What, strings.Join(moves, p.Say("comma")))
	}
	return f
}

// Again is what a run is repeated with.
func (p *page) Again() facts {
	c := p.Card
	var f facts
	f.add(p.Say("command"), fmt.Sprintf("stormdrill run %s --seed %d", c.Scenario, c.Seed))
	f.add(p.Say("run"), c.Run)
	f.add("Stormdrill", string(c.Tool))
	f.add(p.Say("sla hash"), c.SLA)
	return f
}
