package scenarios

import (
	"slices"
	"strings"
)

// ownAuthority begins what a target's files may hold in place of a file beside
// the scenario: material of the drill's own authority, for that target.
const ownAuthority = "drill:"

// Material is what the drill's own authority has for a target, PEM.
type Material string

// What Material may be. Certificate and key are one pair, made out for the
// node's names, another for each node.
const (
	CACertificate  Material = ownAuthority + "ca.pem" // of the authority itself
	OwnCertificate Material = ownAuthority + "cert.pem"
	OwnKey         Material = ownAuthority + "key.pem"
	OwnBoth        Material = ownAuthority + "both.pem" // certificate and key in one file, as HAProxy wants them
)

var materials = []string{string(CACertificate), string(OwnCertificate), string(OwnKey), string(OwnBoth)}

// MaterialOf tells whether a target's file is material of the drill's own
// authority, and which.
func MaterialOf(file string) (Material, bool) {
	return Material(file), strings.HasPrefix(file, ownAuthority)
}

// material checks what one of a target's files is to hold.
func (p *planner) material(keys []string, m Material) {
	if !slices.Contains(materials, string(m)) {
		p.problem(keys, "%q: the drill's own authority has no such thing: %s", m, listed(string(m), materials))
	}
}

// Names are those by which a node is asked, now or once they lead there, and for
// which its certificate is made out.
func (n Node) Names() (all []string) {
	for _, name := range append([]string{n.Name, n.Target}, n.Called...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}
