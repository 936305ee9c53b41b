package reports

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Of a run that ended in an error before its first request the reason is first, above notes that
// may say more of it, and nothing is said that was never measured; one that had begun is reported in full.
func TestTextOfARunThatNeverBegan(t *testing.T) {
	card := whole()
	card.Verdict, card.Reasons = sla.Error, []sla.Said{sla.Say(sla.FaultNotInjected, "bad-node")}
	card.Notes = []sla.Said{sla.Noted(timeline.Noted(1, "unknown-name",
		"lb asked for \"app\", …: add uses: [app] to targets.lb"))}
	begun := textOf(t, card)
	card.Requests.Sent = 0
	have := textOf(t, card)
	first := strings.Split(have, "\n")[2]
	if !strings.Contains(first, "was never injected") || strings.Count(have, "\n") > 8 ||
		!strings.Contains(have, "add uses") {
		t.Errorf("have\n%s", have)
	}
	if !strings.Contains(begun, "generator") || strings.Contains(have, "generator") {
		t.Errorf("begun\n%s\nnot begun\n%s", begun, have)
	}
}

func textOf(t *testing.T, card sla.Scorecard) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, card, TextOptions{Evidence: "stormdrill-out/x"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
