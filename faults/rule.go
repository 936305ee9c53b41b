package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
)

// ruleInjection is the Injection of every fault that is one rule of the
// switchboard.
type ruleInjection struct {
	board Switchboard
	rule  link.Rule
}

func (i ruleInjection) Inject(ctx context.Context) (link.Bracket, error) {
	return i.board.Apply(ctx, i.rule)
}

func (i ruleInjection) Lift(ctx context.Context) (link.Bracket, error) {
	return i.board.Lift(ctx, i.rule.Name)
}

// liftAfter undoes what was done outside the switchboard, and then lifts, whatever
// failed before. The bracket spans both, for what was undone first was gone first.
func (i ruleInjection) liftAfter(ctx context.Context, undo func() error) (link.Bracket, error) {
	now, errCount := i.board.Count(ctx, i.rule.Name)
	errUndo := undo()
	b, err := i.Lift(ctx)
	b.Before = now.Read().Before
	return b, errors.Join(errCount, errUndo, err)
}

func (i ruleInjection) Proof(ctx context.Context) (link.Count, error) {
	return i.board.Count(ctx, i.rule.Name)
}

// onLinks gives the ids of the site's links for a rule. Kernel faults behind a
// proxied link would never be seen by the client, and a stream fault on a
// kernel link has nowhere to stand: both are errors.
func onLinks(site Site, proxied bool) ([]string, error) {
	if len(site.Links) == 0 {
		return nil, errors.New("it hits no link")
	}
	var ids, wrong []string
	for _, l := range site.Links {
		ids = append(ids, l.ID)
		if l.Proxied != proxied {
			wrong = append(wrong, l.ID)
		}
	}
	switch {
	case len(wrong) == 0:
		return ids, nil
	case proxied:
		return nil, fmt.Errorf("needs a proxy in the link, and there is none in %s",
			strings.Join(wrong, ", "))
	default:
		return nil, &ProxiedError{wrong}
	}
}

// ProxiedError is of a fault that needs links without a proxy, for one completes handshakes
// itself and hides a dead target: another fault of the drill puts one into Links.
type ProxiedError struct{ Links []string }

func (e *ProxiedError) Error() string {
	return "needs links without a proxy, and there is one in " + strings.Join(e.Links, ", ")
}
