package lab

import (
	"slices"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/scenarios"
)

// certificate is what an embedded target shows, for the names by which it is
// asked; nil where it does not speak TLS.
func (l *Lab) certificate(n scenarios.Node) (*authority.Pair, error) {
	if !n.Spec.Lab.TLS {
		return nil, nil
	}
	p, err := l.authority.Issue(authority.Current(), slices.Compact([]string{n.Name, n.Target})...)
	return &p, err
}
