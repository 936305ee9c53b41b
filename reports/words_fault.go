package reports

import (
	"math"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// fault says what a fault did, by its own count, and, where it is not the only
// one, which of the users' outage is its own.
func (l lines) fault(f sla.Fault, only bool) string {
	if f.Inject < 0 {
		return l.Line("never-injected", "fault", f.Name)
	}
	parts := []string{l.proof(f)}
	if f.Effect >= 0 {
		parts = append(parts, l.Line("effect", "time", l.took(&sla.Time{
			Seconds: max(0, float64(f.Effect-f.Inject)), Resolution: f.EffectResolution})))
	}
	switch {
	case f.Proof.Gone:
		parts = append(parts, l.Line("gone"))
	case f.Lift >= 0:
		parts = append(parts, l.Line("not-gone"))
	}
	if after := l.aftermath(f); after != "" && (f.Absorbed || f.Slower || f.Faint > 0 || !only) {
		parts = append(parts, after)
	}
	if calm := l.calm(f.Calm); calm != "" {
		parts = append(parts, calm)
	}
	if f.Detectable != nil && *f.Detectable < 1 { // else nothing came after it
		group := ""
		if f.DetectableGroup != nil {
			group = atLeast(*f.DetectableGroup)
		}
		parts = append(parts, l.Line("detectable", "share", atLeast(*f.Detectable),
			"group_share", group))
	}
	return l.Parts(parts)
}

// calm says when latency was as before; nothing where it always was.
func (l lines) calm(t *sla.Time) string {
	switch {
	case t == nil || !t.Censored && t.Seconds == 0:
		return ""
	case t.Said().Code == sla.TimeToEnd:
		return l.Line("calm-open")
	case t.Censored:
		return l.Line("not-calm", "time", l.took(t))
	}
	return l.Line("calm", "time", l.took(t))
}

// proof is a fault's own count.
func (l lines) proof(f sla.Fault) string {
	p := f.Proof
	values := []string{"fault", f.Name, "link", f.Link, "users", count(p.Users), "unit", l.Unit(p),
		"checks", count(p.Checks), "total", count(p.Total), "detail",
		l.Stated(p.Stated, string(p.Detail))}
	switch {
	case p.Blind && p.Untraced:
		return l.Line("proof-untraced", "proof", l.Line("proof-blind", values...))
	case p.Blind:
		return l.Line("proof-blind", values...)
	case p.Own:
		return l.Line("proof-own", values...)
	}
	return l.Line("proof", values...)
}

// atLeast writes a share in per cent, rounded up after two digits.
func atLeast(f float64) string { return words.Percent(math.Ceil(f*1e4) / 1e4) }

// aftermath says what a fault gave the users, by itself.
func (l lines) aftermath(f sla.Fault) string {
	switch {
	case f.Absorbed:
		return l.Line("absorbed")
	case f.Slower:
		return l.Line("slower")
	case f.Faint > 0:
		return l.Line("faint", "bad", count(f.Faint))
	case f.During != "":
		return l.Line("during", "fault", string(f.During))
	case f.Outage == nil:
		return ""
	}
	mitigated, recovered, open := "", "", ""
	switch {
	case f.Mitigate != nil && !f.Mitigate.Censored:
		mitigated = l.took(f.Mitigate)
	case f.Recover != nil && f.Recover.Censored:
		open = l.Line("not-recovered", "time", l.took(f.Recover))
	default:
		recovered = l.took(f.Recover)
	}
	return l.Line("fault-outage", "time", l.took(f.Outage), "mitigated", mitigated,
		"recovered", recovered, "open", open)
}

// unexplained says when an outage was that no fault explains.
func (l lines) unexplained(o sla.Outage) string {
	resolution, open := "", ""
	if o.Resolution > 0 {
		resolution = words.Brief(o.Resolution)
	}
	if o.Censored {
		open = l.Line("unexplained-open")
	}
	return l.Line("unexplained", "group", o.Group, "onset", at(2, o.Onset),
		"recovery", at(2, o.Recovery), "resolution", resolution, "open", open)
}
