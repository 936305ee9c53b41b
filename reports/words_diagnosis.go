package reports

import "github.com/stormdrill/stormdrill/scenarios/sla"

// diagnosis says what outages looked like, and what is likely behind them.
func (l lines) diagnosis(d sla.Diagnosis) string {
	also, cause := []string{}, l.Name(d.Cause)
	if d.Look != "" {
		cause = l.Line("likely", "cause", cause)
	}
	for _, c := range d.Also {
		also = append(also, l.Name(c))
	}
	if among(d) {
		cause, also = l.Line("between", "causes", l.Parts(also)), nil
	}
	return l.Line("looked", "symptom", l.Name(d.Symptom), "scope", l.Name(d.Scope),
		"nodes", l.List(d.Nodes), "hit", count(d.UsersHit), "users", count(d.Users),
		"groups", l.List(d.Groups), "from", at(1, d.From), "until", at(1, d.Until),
		"cause", cause, "also", l.List(also))
}

// among reports whether it is known between which causes a diagnosis lies, and no more.
func among(d sla.Diagnosis) bool { return d.Look == "" && len(d.Also) > 0 }

// look says where to look first, and with which commands, or what would show it; empty
// where nothing is known.
func (l lines) look(d sla.Diagnosis) string {
	switch {
	case among(d):
		return l.Line("would-tell")
	case d.Look == "":
		return ""
	}
	return l.Line("look-first", "place", l.Name(sla.Code(d.Look)),
		"commands", l.Parts(d.Commands))
}
