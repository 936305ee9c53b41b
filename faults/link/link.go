// Package link is what Stormdrill and a switchboard say to each other: the links of a
// drill, the rules on them, and what the rules did. It imports the standard
// library, and what a certificate is.
//
// The calls a switchboard answers:
//
//	prepare  Spec → null
//	apply    Rule → Bracket
//	lift     name → Bracket    after it returns, the rule is read back as gone
//	count    name → Count
//	traffic  null → []Traffic
//	requests null → []Traffic  of proxied links only, at no cost to what goes over them
//	leftover null → []string   addresses, rules and modes beyond what prepare made; empty is clean
//	clock    null → int64
//	contained null → []string  what the drill's network lacks of its walls; empty is closed
//	strays   null → Strays     what went by no link so far
//	examine  null → []Feature  what the kernel has of what faults need
//
// Its events: "touched" Touched, "unknown-name" Unknown, "trouble" Trouble, "expired"
// wire.Expired.
package link
