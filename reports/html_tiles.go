package reports

import (
	"cmp"
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

// tiles are what the page answers before anything is read further down.
func (p *page) tiles() []tile {
	return []tile{p.broke(), p.suffered(), p.noticed(), p.passed(), p.believed()}
}

// broke says what went wrong, and that it did.
func (p *page) broke() tile {
	t := tile{Asked: p.Line("page-what-broke"), Answer: p.Line("page-nothing-broke")}
	var names []string
	for _, f := range p.Card.Faults {
		names = append(names, lines{p.Language}.aimed(f))
		what := p.Fault(f)
		if len(p.Card.Faults) > 1 {
			what = p.Line("named", "name", f.Name, "what", what)
		}
		t.More = append(t.More, what)
		switch {
		case f.Inject < 0:
			t.More = append(t.More, "✗ "+p.Line("page-never-injected"))
		case f.Proof.Gone && f.Proof.Effective == "no":
			t.More = append(t.More, "✗ "+p.Line("page-hit-nothing", "users", count(f.Proof.Users),
				"unit", p.Unit(f.Proof)))
		case f.Proof.Gone:
			t.More = append(t.More, "✓ "+p.counted(f, "gone"))
		default:
			t.More = append(t.More, "✗ "+p.counted(f, "not-gone"))
		}
	}
	if len(names) > 0 {
		t.Answer = p.List(names)
	}
	return t
}

// suffered says how long users did, and how much.
func (p *page) suffered() tile {
	r := p.Card.Requests
	t := tile{Asked: p.Line("page-how-long"), Answer: p.Line("no-outage")}
	if o := p.Card.Times.Outage; o != nil {
		t.Answer = p.Time(o)
		if several, unwell := (lines{p.Language}).unwell(p.Card); several != "" {
			t.More = append(t.More, p.Line("page-unwell", "several", several, "unwell", unwell))
		}
	} else if len(p.Card.Outages) > 0 || 2*r.Failed > r.Sent {
		t.Answer = p.Line("no-outage-of-fault")
	}
	if r.Sent == 0 {
		t.Answer = p.Line("page-none-sent")
		return t
	}
	t.More = append(t.More, p.Line("page-failed-of", "failed", count(r.Failed),
		"sent", count(r.Sent), "good", p.Share(r.Availability), "over", over(r)))
	t.More = append(t.More, (lines{p.Language}).unlimited(p.Card)...)
	if lost := (lines{p.Language}).lostWrites(p.Card); lost != "" {
		t.More = append(t.More, lost)
	}
	if i := p.Card.Impact; i.UsersHit > 0 {
		t.More = append(t.More, p.Line("page-users-hit", "hit", count(i.UsersHit),
			"users", count(i.Users)))
	}
	for i, k := range p.Card.Classes {
		if i == mostLatencies {
			t.More = append(t.More, "…")
			break
		}
		t.More = append(t.More, p.Failure(k.Name)+" × "+count(k.Count))
	}
	return t
}

// counted is what a fault counted in all, and whether it is gone.
func (p *page) counted(f sla.Fault, gone string) string {
	return p.Line("counted-gone", "total", count(f.Proof.Total), "unit", p.Unit(f.Proof),
		"gone", p.Line(gone))
}

// Failure is how requests failed, in words.
func (p *page) Failure(name string) string { return lines{p.Language}.failure(name) }

// noticed says who knew, and how soon after the users were hurt.
func (p *page) noticed() tile {
	t := tile{Asked: p.Line("page-who-noticed"), Answer: lines{p.Language}.unasked(p.Card,
		falseAlarms(p.Card))}
	if d := p.Card.Times.Detect; d != nil && d.Censored {
		t.Answer = p.Line("page-nobody")
	} else if d != nil {
		t.Answer = p.Line("page-after", "watcher", string(d.By), "time", p.Time(d))
	}
	for _, w := range p.Card.Watchers {
		if len(p.Card.Watchers) == 1 && w.Detect != nil && !w.Detect.Censored {
			break // it is the answer
		}
		name := w.Name
		if of := meant(p.Card, w); len(of) > 0 && !noticedAll(p.Card, w.Name) {
			name = p.Line("page-watcher-of", "watcher", w.Name, "faults", p.List(of))
		}
		t.More = append(t.More, p.Line("named", "name", name, "what", p.heard(w)))
	}
	if still := (lines{p.Language}).still(p.Card); still != "" {
		t.More = append(t.More, still)
	}
	if i := p.Card.Times.Ideal; i != nil {
		t.More = append(t.More, p.Line("page-ideal", "time", p.Time(i)))
	}
	return t
}

// heard says in a few words what a watcher did.
func (p *page) heard(w sla.Watcher) string {
	switch {
	case w.Detect == nil && len(w.Unmet) > 0:
		return p.Line("page-cannot-meet", "faults", p.List(w.Unmet))
	case w.Detect == nil && p.Card.Unheard(w):
		return p.Line("no-answer", "detail", p.Card.NoAnswer(w))
	case w.Detect == nil:
		return lines{p.Language}.unasked(p.Card, w.FalseAlarms)
	case w.Detect.Censored && p.Card.Spared(w):
		return p.Line("page-content-none-hurt")
	case w.Detect.Censored && p.Card.Slowed(w):
		return p.Line("page-content-slower")
	case w.Detect.Censored:
		return p.Line("page-never", "time", p.Time(w.Detect))
	}
	return p.Time(w.Detect)
}

// Heard is heard, for the table of watchers.
func (p *page) Heard(w sla.Watcher) string { return p.heard(w) }

// Lag is how much later, or earlier, a watcher was than one that sees each request.
func (p *page) Lag(w sla.Watcher) string {
	return cmp.Or(lines{p.Language}.lag(w.Behind), "–")
}

// Early says at which instant a watcher was content again before the fault was gone.
func (p *page) Early(w sla.Watcher) string { return lines{p.Language}.contentEarly(p.Card, w) }

// passed says how many objectives were met, and names those that were not.
func (p *page) passed() tile {
	t := tile{Asked: p.Line("page-did-it-pass"), Class: sla.Undecided}
	for _, o := range p.Card.Objectives {
		if o.Result != sla.Met {
			t.More = append(t.More, resultSigns[o.Result]+" "+p.Objective(o.Name))
		}
	}
	switch p.Card.Verdict {
	case sla.Pass:
		t.Class = sla.Met
	case sla.Fail, sla.Error:
		t.Class = sla.Missed
	}
	t.Answer = strings.ToLower(lines{p.Language}.verdict(p.Card.Verdict))
	if n := len(p.Card.Objectives); n > 0 {
		t.Answer = p.Line("page-passed", "verdict", t.Answer, "met",
			strconv.Itoa(metOf(p.Card)), "all", strconv.Itoa(n))
	}
	return t
}

// believed says whether the numbers prove anything, and what they rest on.
func (p *page) believed() tile {
	c := p.Card
	t := tile{Asked: p.Line("page-believe"), Answer: p.Line("page-numbers-hold"), Class: sla.Met}
	switch {
	case untouched(c):
		t.Answer, t.Class = p.Line("page-numbers-untouched"), sla.Undecided
	case void(c):
		t.Answer, t.Class = p.Line("page-numbers-void"), sla.Undecided
	}
	g := c.Generator
	t.More = append(t.More, p.rates(g), p.Line("page-lag", "lag", words.Brief(g.LagP99)))
	if g.Unsent > 0 {
		t.More = append(t.More, p.Line("page-unsent", "unsent", count(g.Unsent)))
	}
	l := lines{p.Language}
	if short := l.short(c); short != "" {
		t.More = append(t.More, short)
		if t.Class == sla.Met {
			t.Answer, t.Class = p.Line("page-numbers-busy"), sla.Undecided
		}
	}
	for _, n := range c.Notes {
		if n.Code == sla.CountsFromPause {
			t.More = append(t.More, p.Text(n))
		}
	}
	if coarse := l.coarse(c); coarse != "" {
		t.More = append(t.More, p.Line("page-coarse", "what", coarse))
	}
	for _, f := range c.Faults {
		if f.Proof.Effective != "" && f.Proof.Effective != "yes" {
			t.More = append(t.More, p.Line("named", "name", f.Name, "what",
				p.Line("page-effective-"+strings.ReplaceAll(f.Proof.Effective, " ", "-"))))
		}
	}
	if n := len(c.Notes); n > 0 {
		t.More = append(t.More, p.Line("page-notes", "notes", strconv.Itoa(n)))
	}
	return t
}
