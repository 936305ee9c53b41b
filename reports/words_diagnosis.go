package reports

import (
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

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
	whom := l.Line("whom", "scope", l.Name(d.Scope), "hit", count(d.UsersHit),
		"users", count(d.Users), "groups", l.List(d.Groups))
	if d.Scope == sla.Code(diagnosis.Everyone) && d.UsersHit == d.Users {
		whom = l.Line("whom-all", "users", count(d.Users), "groups", l.List(d.Groups))
	}
	return l.Line("looked", "symptom", l.Name(d.Symptom), "nodes", l.List(d.Nodes), "whom", whom,
		"from", at(1, d.From), "until", at(1, d.Until), "cause", cause, "also", l.List(also))
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
		"commands", strings.Join(d.Commands, "; ")) // to be copied into a shell
}
