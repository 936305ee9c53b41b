package reports

import (
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Of a run that ended in an error before its first request the reason is last, and nothing is
// said that was never measured; one that had begun is reported in full.
func TestTextOfARunThatNeverBegan(t *testing.T) {
	card := whole()
	card.Verdict, card.Reasons = sla.Error, []sla.Said{sla.Say(sla.FaultNotInjected, "bad-node")}
	begun := textOf(t, card)
	card.Requests.Sent = 0
	have := textOf(t, card)
	last := have[strings.LastIndex(strings.TrimRight(have, "\n"), "\n"):]
	if !strings.Contains(last, "was never injected") || strings.Count(have, "\n") > 6 {
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
