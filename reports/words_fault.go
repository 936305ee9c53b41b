package reports

import (
	"fmt"
	"math"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// fault says what a fault did, by its own count, and, where it is not the only
// one, which of the users' outage is its own.
func fault(f sla.Fault, only bool) string {
	p := f.Proof
	if f.Inject < 0 {
		return f.Name + ": never injected"
	}
	s := fmt.Sprintf("%s on %s: %s %s for users, %s for checks", f.Name, f.Link, count(p.Users),
		p.Unit, count(p.Checks))
	if p.Own {
		s = fmt.Sprintf("%s on %s: %s %s, beside the users' own (%s)", f.Name, f.Link,
			count(p.Total), p.Unit, p.Detail)
	}
	if p.Blind {
		s = fmt.Sprintf("%s on %s: %s %s, users' and checks' together", f.Name, f.Link,
			count(p.Total), p.Unit)
		if p.Untraced {
			s += ", as no request there carries the traceparent of a user's: forwarded, it would tell them apart"
		}
	}
	if f.Effect >= 0 {
		s += fmt.Sprintf("; %s after the injection",
			took(&sla.Time{Seconds: max(0, float64(f.Effect-f.Inject)),
				Resolution: f.EffectResolution}))
	}
	switch {
	case p.Gone:
		s += "; proven gone"
	case f.Lift >= 0:
		s += "; not proven gone"
	}
	if f.Absorbed || f.Slower || f.Faint > 0 || !only {
		s += aftermath(f)
	}
	if f.Calm != nil && (f.Calm.Censored || f.Calm.Seconds > 0) {
		s += "; latency as before " + took(f.Calm) + " after it was gone"
	}
	if f.Detectable != nil {
		bad := "been bad"
		if f.Outage != nil {
			bad = "stayed bad"
		}
		s += fmt.Sprintf("; had %s of their requests %s to the end, it would have stood out",
			atLeast(*f.Detectable), bad)
		if f.DetectableGroup != nil {
			s += fmt.Sprintf("; of one group alone, %s", atLeast(*f.DetectableGroup))
		}
	}
	return s
}

// atLeast writes a share in per cent, rounded up after two digits.
func atLeast(f float64) string { return words.Percent(math.Ceil(f*1e4) / 1e4) }

// aftermath says what a fault gave the users, by itself.
func aftermath(f sla.Fault) (s string) {
	switch {
	case f.Absorbed:
		return "; absorbed: no user's outage followed"
	case f.Slower:
		return "; no outage: users were answered, more slowly than before"
	case f.Faint > 0:
		return fmt.Sprintf("; users had %s bad requests of it, too few for an outage to stand out",
			count(f.Faint))
	case f.During != "":
		return fmt.Sprintf("; it was on in the outage of %s, and so not shown to be absorbed",
			f.During)
	case f.Outage == nil:
		return ""
	}
	s = "; outage of " + took(f.Outage)
	if f.Mitigate != nil && !f.Mitigate.Censored {
		s += ", mitigated after " + took(f.Mitigate)
	} else if f.Recover != nil {
		s += ", well again " + took(f.Recover) + " after it was gone"
	}
	return s
}

// unexplained says when an outage was that is nobody's.
func unexplained(o sla.Outage) string {
	s := fmt.Sprintf("an unexplained outage of %s from %.2f s to %.2f s", o.Group, o.Onset,
		o.Recovery)
	if o.Resolution > 0 {
		s += ", each ± " + words.Brief(o.Resolution)
	}
	if o.Censored {
		s += ", not known to be over when the run ended"
	}
	return s
}
