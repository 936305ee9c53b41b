package scenarios

import "strings"

// ownAuthority begins what a target's files may hold in place of a file beside
// the scenario: material of the drill's own authority, or a list of its targets, for that target.
const ownAuthority = "drill:"

// Material is what the drill itself has for a target: of its own authority, PEM, but for the list.
type Material string

// What Material may be. Certificate and key are one pair, made out for the
// node's names, another for each node.
const (
	CACertificate  Material = ownAuthority + "ca.pem" // of the authority itself
	OwnCertificate Material = ownAuthority + "cert.pem"
	OwnKey         Material = ownAuthority + "key.pem"
	// OwnBoth is certificate and key in one file, as HAProxy wants them.
	OwnBoth Material = ownAuthority + "both.pem"
	// TargetList is what the target uses, for Prometheus's file_sd_configs.
	TargetList Material = ownAuthority + "targets.json"
)

// Materials are all of them.
var Materials = []string{string(CACertificate), string(OwnCertificate), string(OwnKey),
	string(OwnBoth), string(TargetList)}

// MaterialOf reports whether a target's file is material of the drill's own authority, and
// which.
func MaterialOf(file string) (Material, bool) {
	return Material(file), strings.HasPrefix(file, ownAuthority)
}
