package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/switchboard"
)

// TLS answers the TLS handshakes on a link as a server does whose certificate or
// versions are wrong. Established connections go on. A client that takes what it
// is shown is passed on to the node, by TLS, as a middlebox would.
type TLS struct {
	Link string `yaml:"link"`
	// As is expired, wrong-host or unknown-authority, which is what is wrong with
	// the certificate; old-version, where only TLS 1.0 and 1.1 are spoken; or
	// no-answer.
	As string `yaml:"as"`
}

// Aim is the link, with a proxy in it.
func (f *TLS) Aim() Aim { return Aim{Link: f.Link, Proxied: true} }

// Bite is the mode switch: one handshake's time.
func (f *TLS) Bite() time.Duration { return 20 * time.Millisecond }

func (f *TLS) String() string {
	return map[string]string{
		switchboard.Expired:          "shows an expired certificate",
		switchboard.WrongHost:        "shows a certificate for another host",
		switchboard.UnknownAuthority: "shows a certificate by an unknown authority",
		switchboard.OldVersion:       "speaks no TLS after 1.1",
		switchboard.NoAnswer:         "does not answer TLS handshakes",
	}[f.As]
}

// Bind checks that there is a handshake to answer.
func (f *TLS) Bind(name string, site Site) (Injection, error) {
	if !slices.Contains(switchboard.TLSAnswers, f.As) {
		return nil, fmt.Errorf("as %q: want one of %s", f.As, strings.Join(switchboard.TLSAnswers, ", "))
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	if plain := speaking(site, switchboard.Plain); len(plain) > 0 {
		return nil, fmt.Errorf("link %s speaks plain HTTP, so there is no TLS handshake to answer: give the target's lab tls: true, and ask by https://", strings.Join(plain, ", "))
	}
	return ruleInjection{site.Switchboard, switchboard.Rule{Name: name, Links: ids, TLS: &switchboard.TLS{As: f.As}}}, nil
}

// speaking lists the links that are known to speak a protocol.
func speaking(site Site, protocol string) (ids []string) {
	for _, l := range site.Links {
		if l.Protocol == protocol {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// onHTTP gives the ids of proxied links for a rule that reads HTTP, which it
// cannot where it is encrypted.
func onHTTP(site Site) ([]string, error) {
	if secret := speaking(site, switchboard.Encrypted); len(secret) > 0 {
		return nil, fmt.Errorf("link %s speaks TLS, and HTTP in it cannot be read: aim at a link behind the one who terminates TLS, or choose tls, or a fault of bytes or packets", strings.Join(secret, ", "))
	}
	return onLinks(site, true)
}
