package reports

import (
	"encoding/json"
	"io"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// JSON writes the scorecard's contract, docs/scorecard.md: the same scorecard
// gives the same bytes.
func JSON(w io.Writer, card sla.Scorecard) error {
	card = plainly(card)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(card)
}
