package docker

import (
	"fmt"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// certificate is what an embedded target shows, for the names by which it is
// asked; nil where it has no TLS.
func (l *Lab) certificate(n plan.Node) (*authority.Pair, error) {
	if !n.Spec.Lab.TLS {
		return nil, nil
	}
	p, err := l.authority.Issue(authority.Current(), n.Hosts()...)
	return &p, err
}

// material is what a target gets of the drill's own authority: its key is that
// of its certificate. None of it is kept anywhere else.
func (l *Lab) material(m scenarios.Material, own authority.Pair) (string, error) {
	switch m {
	case scenarios.CACertificate:
		return l.authority.Certificate, nil
	case scenarios.OwnCertificate:
		return own.Certificate, nil
	case scenarios.OwnKey:
		return own.Key, nil
	case scenarios.OwnBoth:
		return own.Certificate + own.Key, nil
	}
	return "", fmt.Errorf("%q: the drill's own authority has no such thing", m)
}

// content gives what a target's files hold.
func (l *Lab) content(n plan.Node) (func(file string) ([]byte, error), error) {
	own, err := l.authority.Issue(authority.Current(), n.Hosts()...)
	if err != nil {
		return nil, err
	}
	return func(file string) ([]byte, error) {
		m, ours := scenarios.MaterialOf(file)
		if !ours {
			return l.Plan.Scenario.ReadFile(file)
		}
		if m == scenarios.TargetList {
			return l.Plan.Scraped(n.Name)
		}
		text, err := l.material(m, own)
		return []byte(text), err
	}, nil
}
