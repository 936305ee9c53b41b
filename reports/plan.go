package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Plan prints what a drill will do, for a person to read before it does it. The language nil is
// English.
func Plan(w io.Writer, p *plan.Plan, in *words.Language) error {
	b := &planText{p: p, lines: lines{cmp.Or(in, words.English)}}
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
	b.section(b.Line("plan-uncontained"), b.toldAll(p.Uncontained), b.Line("plan-all-inside"))
	if len(p.Notes) > 0 {
		b.section(b.Line("plan-notes"), b.toldAll(p.Notes), "")
	}
	_, err := io.WriteString(w, Plain(b.out.String()))
	return err
}

// planText is a plan's text in the making. Writing to it cannot fail.
type planText struct {
	p *plan.Plan
	lines
	out bytes.Buffer
}

// toldAll are texts in the language.
func (b *planText) toldAll(all []link.Text) (texts []string) {
	for _, t := range all {
		texts = append(texts, b.Told(t))
	}
	return texts
}

func (b *planText) head() {
	p := b.p
	fmt.Fprintf(&b.out, "%s\n", p.Scenario.Name)
	if p.Scenario.Summary != "" {
		fmt.Fprintf(&b.out, "%s\n", oneLine.Replace(p.Scenario.Summary))
	}
	seed := b.Line("plan-seed-drawn")
	if p.Seed != 0 {
		seed = b.Line("plan-seed", "seed", strconv.FormatUint(p.Seed, 10))
	}
	fmt.Fprintf(&b.out, "\n%s\n", b.Line("plan-head", "subnet", p.Subnet.String(), "seed", seed,
		"length", p.Timeline[len(p.Timeline)-1].At.String()))
}

// walls says how the network is closed. A plan is made without an engine, so it says what
// run wants of one.
func (b *planText) walls() {
	b.section(b.Line("plan-contained"), []string{
		b.Line("plan-no-way-out", "subnet", b.p.Subnet.String()),
		b.Line("plan-strays", "gateway", b.p.Gateway.String()),
		b.Line("plan-no-ports"),
		b.Line("plan-ask-doctor"),
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

func (b *planText) section(title string, all []string, none string) {
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
		live := ""
		if g.Live > 0 {
			live = g.Live.String()
		}
		how := b.Line("plan-kept-open")
		switch {
		case g.PerRequest:
			how = b.Line("plan-per-request")
		case g.PerUser && g.Live > 0:
			how = b.Line("plan-per-user-live", "live", live)
		case g.PerUser:
			how = b.Line("plan-per-user")
		case g.Live > 0:
			how = b.Line("plan-live", "live", live)
		}
		more := []string{how}
		if g.KeepAlive > 0 {
			more = append(more, b.Line("plan-keepalive", "idle", g.KeepAlive.String()))
		}
		if w := g.Writes; w != nil {
			more = append(more, b.Line("plan-writes", "rate", fmt.Sprintf("%g", w.Rate)))
		}
		if b.p.Header.Groups[i].Reference {
			more = append(more, b.Line("plan-reference"))
		}
		from := b.Line("plan-address")
		if n := len(g.Sources); n != 1 {
			from = b.Line("plan-addresses", "addresses", strconv.Itoa(n))
		}
		rows = append(rows, fmt.Sprintf("%s\t%s %s\t%s\t%s\t%s", g.Name, g.Method, g.URL,
			b.Line("plan-rate", "rate", fmt.Sprintf("%g", g.Rate), "users",
				strconv.Itoa(int(g.Users)), "from", from),
			b.Line("plan-limits", "timeout", g.Timeout.String(), "slow", g.Slow.String(),
				"how", b.List(more)),
			b.Line("plan-good", "expect", g.Expect.String())))
	}
	b.table(b.Line("plan-load"), rows)
}

func (b *planText) links() {
	var rows []string
	for _, l := range b.p.Switchboard.Links {
		rows = append(rows, fmt.Sprintf("%s\t%s:%d → %s:%d\t%s", l.ID, l.Addr, l.Port, l.Node,
			l.Port, b.kind(l)))
	}
	b.table(b.Line("plan-links"), rows)
}

// kind says what a link is, and which faults make it so.
func (b *planText) kind(l link.Link) string {
	if !l.Proxied {
		return b.Line("plan-kernel")
	}
	var by []string
	for _, f := range b.p.Faults {
		hit := slices.ContainsFunc(f.Site.Links, func(m link.Link) bool { return m.ID == l.ID })
		if hit && f.Fault.Aim().Proxied {
			by = append(by, f.Name)
		}
	}
	if l.Opened && l.Protocol == link.Encrypted {
		return b.Line("plan-proxied-tls", "faults", b.List(by))
	}
	return b.Line("plan-proxied", "faults", b.List(by))
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
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", b.Line("plan-everybody"), name,
			b.p.Switchboard.Names[name]))
	}
	b.table(b.Line("plan-names"), rows)
}

func (b *planText) steps() {
	var rows []string
	for _, s := range b.p.Timeline {
		rows = append(rows, fmt.Sprintf("%s\t%s", clock(s.At), b.Told(s.What)))
	}
	b.table(b.Line("plan-timeline"), rows)
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
	fmt.Fprintf(&b.out, "\n%s\n", b.Line("plan-faults"))
	if len(b.p.Faults) == 0 {
		fmt.Fprintf(&b.out, "  %s\n", b.Line("plan-no-faults"))
	}
	part := func(label, text string) {
		fmt.Fprintf(&b.out, "    %s %s\n", words.Pad(label, 6), text)
	}
	for _, f := range b.p.Faults {
		what := sla.Fault{Kind: f.Kind, What: fmt.Sprint(f.Fault)}
		for key, value := range scenarios.Settings(f.Fault) {
			what.Settings = append(what.Settings, sla.Value{Name: key, Is: value})
		}
		fmt.Fprintf(&b.out, "  %s\n", b.Line("plan-fault", "fault", f.Name, "kind", f.Kind,
			"what", oneLine.Replace(b.Fault(what)), "length", b.length(f)))
		if len(f.Site.Targets) > 0 {
			part(b.Line("plan-of-target"), b.List(f.Site.Targets))
		}
		for _, l := range f.Site.Links {
			part(b.Line("plan-of-link"), l.ID)
		}
		if own, ok := f.Fault.(faults.Commanding); ok {
			for _, c := range own.Commands() {
				part(c.What, strings.ReplaceAll(c.Shell, "\n", "\n           "))
			}
		}
		part(b.Line("plan-of-users"),
			b.Line("plan-share", "share", fmt.Sprintf("%.0f%%", 100*f.Share)))
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
		can := b.Line("plan-meets", "faults", b.List(met), "others", b.List(w.Unmet))
		switch {
		case len(met) == 0 && len(b.p.Faults) > 0:
			can = b.Line("plan-meets-none")
		case len(met) == 0:
			can = b.Line("plan-none-to-meet")
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", w.Name, b.Told(b.p.Asks[w.Name]), can))
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-watchers"), rows)
	}
}

// monitoring says how long word of a fault may take to each watcher, and of what that is made.
func (b *planText) monitoring() {
	var rows []string
	for _, m := range b.p.Monitoring {
		if m.Unknown != "" {
			rows = append(rows, fmt.Sprintf("%s\t%s\t\t%s", m.Watcher, b.Line("plan-not-known"),
				b.Quote(m.Unknown)))
			continue
		}
		of := b.Quote(m.Detect.String())
		if m.Looks > 0 {
			of = b.Line("plan-looks-back", "of", of, "time", m.Looks.String())
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s\t%s", m.Watcher,
			b.Line("plan-notices", "time", m.Detect.Total().String()),
			limited("detect", m.DetectLimit), of))
		if m.Clear != nil {
			rows = append(rows, fmt.Sprintf("\t%s\t%s\t%s",
				b.Line("plan-content", "time", m.Clear.Total().String()),
				limited("alert-clear", m.ClearLimit), b.Quote(m.Clear.String())))
		}
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-monitoring"), rows)
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
		led := sla.Say(sla.LedElsewhere, s.String(), s.Askers, s.To, s.Names)
		rows = append(rows, fmt.Sprintf("%s\t%s", s.Name, b.Line("plan-steer", "watcher", s.When,
			"what", b.Text(led), "time", s.TTL.String())))
	}
	if len(rows) > 0 {
		b.table(b.Line("plan-steering"), rows)
	}
}

// length says how long a fault is on.
func (b *planText) length(f plan.Fault) string {
	if faults.IsInstant(f.Fault) {
		return b.Line("plan-at-once")
	}
	return b.Line("plan-for", "time", f.For.String())
}

func (b *planText) judged() {
	var rows []string
	for _, o := range b.p.Objectives() {
		limit := "≤ " + o.Limit.String()
		if o.Limit == 0 {
			limit = ""
		}
		row := fmt.Sprintf("%s\t%s", b.limitOf(o.Name), limit)
		if o.Resolution > 0 {
			row += fmt.Sprintf("\t± %s", o.Resolution.Round(time.Millisecond))
		}
		if by := b.judgedBy(o); by != "" {
			row += "\t" + by
		}
		rows = append(rows, row)
	}
	b.table(b.Line("plan-judged"), rows)
}

// judgedBy is what measures an objective. The handbook's are by the alert that the plan amounts to.
func (b *planText) judgedBy(o plan.Objective) string {
	a := sla.AlertOf(b.p.Header.Faults)
	handbook := a != nil && b.p.Header.Objectives.Profile == sla.Handbook
	switch {
	case handbook && o.Name == "respond":
		line := "plan-alert"
		if slices.ContainsFunc(b.p.Header.Watch,
			func(w timeline.Watcher) bool { return w.Person }) {
			line = "plan-alert-person"
		}
		return b.Line(line, "colour", cmp.Or(b.Line(a.Colour), a.Colour), "when", b.Name(a.When))
	case handbook && o.Name == "repair":
		return b.lines.names(a.Teams)
	}
	return b.Told(o.By)
}

// limitOf is the name of what is judged, which of a threshold has its limit, too.
func (b *planText) limitOf(name string) string {
	for _, op := range []string{"<=", ">="} {
		if of, limit, ok := strings.Cut(name, " "+op+" "); ok {
			if said := b.Objective(of); said != of {
				return b.Line("plan-threshold", "objective", said, "op", op, "limit", limit)
			}
		}
	}
	return b.Objective(name)
}
