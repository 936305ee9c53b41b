package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

// TLS answers the TLS handshakes on a link as does a server of which certificate or
// versions are wrong. Established connections go on. A client that takes what it
// is shown is passed on to the node, by TLS, as a middlebox would.
type TLS struct {
	Link string `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	// As is expired, wrong-host, unknown-authority or incomplete-chain (its intermediate
	// certificate is not shown), which is what is wrong with the certificate; old-version,
	// where only TLS 1.0 and 1.1 are spoken; or no-answer.
	As string `yaml:"as" jsonschema:"required"`
}

// Aim is the link, with a proxy in it.
func (f *TLS) Aim() Aim { return Aim{Link: f.Link, Proxied: true, Staged: true} }

// Traits: it counts connections.
func (f *TLS) Traits() link.Traits {
	unit := link.Unit{Code: "handshakes-badly-certified"}
	switch f.As {
	case link.NoAnswer:
		unit.Code = "handshakes-held"
	case link.OldVersion:
		unit.Code = "handshakes-in-old-version"
	}
	return link.Traits{Counts: link.Connections, Cause: link.Server, New: true,
		Unit: unit}
}

// Bite is the mode switch: one handshake's time.
func (f *TLS) Bite() time.Duration { return 20 * time.Millisecond }

func (f *TLS) String() string {
	return map[string]string{
		link.Expired:          "shows an expired certificate",
		link.WrongHost:        "shows a certificate for another host",
		link.UnknownAuthority: "shows a certificate by an unknown authority",
		link.IncompleteChain:  "shows a certificate without its intermediate one",
		link.OldVersion:       "speaks no TLS after 1.1",
		link.NoAnswer:         "does not answer TLS handshakes",
	}[f.As]
}

// Bind checks that there is a handshake to answer.
func (f *TLS) Bind(name string, site Site) (Injection, error) {
	if !slices.Contains(link.TLSAnswers, f.As) {
		return nil, setting("as", "as %q: want one of %s", f.As,
			strings.Join(link.TLSAnswers, ", "))
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	var plain []string
	for _, l := range site.Links {
		if l.Protocol == link.Plain {
			plain = append(plain, l.ID)
		}
	}
	if len(plain) > 0 {
		return nil, setting("link", "link %s speaks plain HTTP, so there is no TLS handshake to "+
			"answer: give the target's lab tls: true, or an image of yours drill:both.pem among "+
			"its files, and ask by https://", strings.Join(plain, ", "))
	}
	return ruleInjection{site.Switchboard,
		link.Rule{Name: name, Links: ids, TLS: &link.TLS{As: f.As}}}, nil
}
