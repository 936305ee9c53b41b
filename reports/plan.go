package reports

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// Plan prints what a drill will do, for a person to read before it does it.
func Plan(w io.Writer, p *plan.Plan) error {
	b := &planText{p: p}
	b.head()
	b.containers()
	b.files()
	b.certificates()
	b.load()
	b.links()
	b.published()
	b.names()
	b.steps()
	b.faults()
	b.watchers()
	b.monitoring()
	b.steers()
	b.judged()
	b.walls()
	b.lines("NOT CONTAINED", p.Uncontained, "all that the drill does stays inside its network")
	if len(p.Notes) > 0 {
		b.lines("NOTES", p.Notes, "")
	}
	_, err := io.WriteString(w, Plain(b.out.String()))
	return err
}

// planText is a plan's text in the making. Writing to it cannot fail.
type planText struct {
	p   *plan.Plan
	out bytes.Buffer
}

func (b *planText) head() {
	p := b.p
	fmt.Fprintf(&b.out, "%s\n", p.Scenario.Name)
	if p.Scenario.Summary != "" {
		fmt.Fprintf(&b.out, "%s\n", oneLine.Replace(p.Scenario.Summary))
	}
	seed := "seed drawn as it is run"
	if p.Seed != 0 {
		seed = fmt.Sprintf("seed %d", p.Seed)
	}
	fmt.Fprintf(&b.out, "\nnetwork %s, %s, %s\n", p.Subnet, seed,
		p.Timeline[len(p.Timeline)-1].At)
}

// walls says how the network is closed. A plan is made without an engine, so it says what
// run wants of one.
func (b *planText) walls() {
	b.lines("CONTAINED, as run makes sure before the first target starts (else it ends with 4, "+
		"unless --uncontained)", []string{
		"no packet leaves " + b.p.Subnet.String() +
			": no masquerading, no address of the engine's machine in it, no IPv6",
		"what is sent elsewhere arrives at the switchboard, " + b.p.Gateway.String() +
			", which counts it, drops it and reports it",
		"the engine publishes no port, and a target cannot send packets past its routes",
		"stormdrill doctor says whether the engine can do it",
	}, "")
}

// table prints a section of aligned columns, a row per line, cells parted by tabs.
func (b *planText) table(title string, rows []string) {
	fmt.Fprintf(&b.out, "\n%s\n", title)
	t := &columns{to: &b.out}
	for _, r := range rows {
		fmt.Fprintf(t, "  %s\n", strings.ReplaceAll(r, "\n", " "))
	}
	t.Flush()
}

func (b *planText) lines(title string, all []string, none string) {
	fmt.Fprintf(&b.out, "\n%s\n", title)
	if len(all) == 0 {
		all = []string{none}
	}
	for _, l := range all {
		fmt.Fprintf(&b.out, "  %s\n", oneLine.Replace(l))
	}
}

func (b *planText) load() {
	var rows []string
	for i, g := range b.p.Load.Groups {
		how := "connections kept open"
		switch {
		case g.PerRequest:
			how = "a connection per request"
		case g.PerUser && g.Live > 0:
			how = fmt.Sprintf("a connection per user, living %s", g.Live)
		case g.PerUser:
			how = "a connection per user, kept open"
		case g.Live > 0:
			how = fmt.Sprintf("connections live %s", g.Live)
		}
		if g.KeepAlive > 0 {
			how += fmt.Sprintf(", probed when idle for %s", g.KeepAlive)
		}
		if w := g.Writes; w != nil {
			how += fmt.Sprintf(", acknowledged writes read back at %g/s", w.Rate)
		}
		if b.p.Header.Groups[i].Reference {
			how += ", reference"
		}
		from := "1 address"
		if n := len(g.Sources); n != 1 {
			from = fmt.Sprintf("%d addresses", n)
		}
		rows = append(rows, fmt.Sprintf("%s\t%s %s\t%g/s by %d users from %s\ttimeout %s, "+
			"slow from %s, %s\tgood: %s",
			g.Name, g.Method, g.URL, g.Rate, g.Users, from, g.Timeout, g.Slow, how, g.Expect))
	}
	b.table("LOAD, redirects not followed", rows)
}

func (b *planText) links() {
	var rows []string
	for _, l := range b.p.Switchboard.Links {
		rows = append(rows, fmt.Sprintf("%s\t%s:%d → %s:%d\t%s", l.ID, l.Addr, l.Port, l.Node,
			l.Port, b.kind(l)))
	}
	b.table("LINKS", rows)
}

// kind says what a link is, and which faults make it so.
func (b *planText) kind(l link.Link) string {
	if !l.Proxied {
		return "kernel"
	}
	var by []string
	for _, f := range b.p.Faults {
		hit := slices.ContainsFunc(f.Site.Links, func(m link.Link) bool { return m.ID == l.ID })
		if hit && f.Fault.Aim().Proxied {
			by = append(by, f.Name)
		}
	}
	how := "proxied"
	if l.Opened && l.Protocol == link.Encrypted {
		how += ", TLS ends in it and begins anew"
	}
	return how + ", for " + strings.Join(by, ", ")
}

// names says what the switchboard's DNS answers each client.
func (b *planText) names() {
	answers := map[string]map[string][]string{} // client → name → addresses
	for _, l := range b.p.Switchboard.Links {
		if answers[l.From] == nil {
			answers[l.From] = map[string][]string{}
		}
		for _, name := range slices.Compact([]string{l.Name, l.To}) {
			if a := l.Addr.String(); !slices.Contains(answers[l.From][name], a) {
				answers[l.From][name] = append(answers[l.From][name], a)
			}
		}
	}
	var rows []string
	for _, c := range b.p.Switchboard.Clients {
		for _, name := range slices.Sorted(maps.Keys(answers[c.Name])) {
			rows = append(rows, fmt.Sprintf("%s\t%s\t%s", c.Name, name,
				strings.Join(answers[c.Name][name], " ")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.p.Switchboard.Names)) {
		rows = append(rows, fmt.Sprintf("everybody\t%s\t%s", name, b.p.Switchboard.Names[name]))
	}
	b.table("WHO RESOLVES WHAT (any other name is NXDOMAIN, and reported)", rows)
}

func (b *planText) steps() {
	var rows []string
	for _, s := range b.p.Timeline {
		rows = append(rows, fmt.Sprintf("%s\t%s", clock(s.At), s.What))
	}
	b.table("TIMELINE", rows)
}

// clock writes a duration as minutes and seconds, with a fraction only where
// there is one.
func clock(d time.Duration) string {
	s := fmt.Sprintf("%02d:%02d", d/time.Minute, d%time.Minute/time.Second)
	if part := d % time.Second; part > 0 {
		s += fmt.Sprintf(".%03d", part/time.Millisecond)
	}
	return s
}

func (b *planText) faults() {
	fmt.Fprintf(&b.out, "\nFAULTS\n")
	if len(b.p.Faults) == 0 {
		fmt.Fprintf(&b.out, "  none: a control run\n")
	}
	for _, f := range b.p.Faults {
		fmt.Fprintf(&b.out, "  %s (%s): %s, %s\n", f.Name, f.Kind,
			oneLine.Replace(fmt.Sprint(f.Fault)), length(f))
		if len(f.Site.Targets) > 0 {
			fmt.Fprintf(&b.out, "    target %s\n", strings.Join(f.Site.Targets, ", "))
		}
		for _, l := range f.Site.Links {
			fmt.Fprintf(&b.out, "    link   %s\n", l.ID)
		}
		if own, ok := f.Fault.(faults.Commanding); ok {
			for _, c := range own.Commands() {
				fmt.Fprintf(&b.out, "    %-6s %s\n", c.What,
					strings.ReplaceAll(c.Shell, "\n", "\n           "))
			}
		}
		fmt.Fprintf(&b.out, "    users  up to %.0f%% of requests can be hit\n", 100*f.Share)
	}
}

// watchers says of each which faults it can meet.
func (b *planText) watchers() {
	var rows []string
	for _, w := range b.p.Header.Watch {
		var met []string
		for _, f := range b.p.Faults {
			if !slices.Contains(w.Unmet, f.Name) {
				met = append(met, f.Name)
			}
		}
		can := "can meet " + strings.Join(met, ", ")
		switch {
		case len(met) == 0 && len(b.p.Faults) > 0:
			can = "cannot meet any fault"
		case len(w.Unmet) > 0:
			can += "; cannot meet " + strings.Join(w.Unmet, ", ")
		case len(met) == 0:
			can = "no fault to meet"
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", w.Name, w.What, can))
	}
	if len(rows) > 0 {
		b.table("WATCHERS", rows)
	}
}

// monitoring says how long word of a fault may take to each watcher, and of what that is made.
func (b *planText) monitoring() {
	var rows []string
	for _, m := range b.p.Monitoring {
		if m.Unknown != "" {
			rows = append(rows, fmt.Sprintf("%s\tnot known\t\t%s", m.Watcher, m.Unknown))
			continue
		}
		of := m.Detect.String()
		if m.Looks > 0 {
			of += fmt.Sprintf(", and what its expression needs of the %s that it looks back",
				m.Looks)
		}
		rows = append(rows, fmt.Sprintf("%s\tnotices within %s\t%s\t%s", m.Watcher,
			m.Detect.Total(), limited("detect", m.DetectLimit), of))
		if m.Clear != nil {
			rows = append(rows, fmt.Sprintf("\tis content within %s\t%s\t%s", m.Clear.Total(),
				limited("alert-clear", m.ClearLimit), m.Clear))
		}
	}
	if len(rows) > 0 {
		b.table("MONITORING, the longest that its own configuration lets it take", rows)
	}
}

// limited says what the SLA allows.
func limited(key string, limit time.Duration) string {
	if limit == 0 {
		return ""
	}
	return fmt.Sprintf("sla.%s ≤ %s", key, limit)
}

func (b *planText) steers() {
	var rows []string
	for _, s := range b.p.Steers {
		rows = append(rows, fmt.Sprintf("%s\twhile %s is not content, %s; answers may be kept "+
			"for %s", s.Name, s.When, s, s.TTL))
	}
	if len(rows) > 0 {
		b.table("STEERING (the defence that is rehearsed, and no fault)", rows)
	}
}

// length says how long a fault is on.
func length(f plan.Fault) string {
	if faults.IsInstant(f.Fault) {
		return "lifted at once"
	}
	return "for " + f.For.String()
}

func (b *planText) judged() {
	var rows []string
	for _, o := range b.p.Objectives() {
		limit := "≤ " + o.Limit.String()
		if o.Limit == 0 {
			limit = ""
		}
		row := fmt.Sprintf("%s\t%s", o.Name, limit)
		if o.Resolution > 0 {
			row += fmt.Sprintf("\t± %s", o.Resolution.Round(time.Millisecond))
		}
		if o.By != "" {
			row += "\t" + o.By
		}
		rows = append(rows, row)
	}
	b.table("JUDGED", rows)
}
