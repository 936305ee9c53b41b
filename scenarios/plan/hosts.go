package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/scenarios"
)

// How long a host name may be. What resolvers take is counted on the wire (RFC 1035, 2.3.4);
// what is written is also the name of a file, NAME.log.1, of 255 bytes.
const (
	mostHostPart    = 63
	mostHost        = 253
	mostWrittenHost = 240
)

// wantsHost is what is wanted of a target's name, for messages.
const wantsHost = "want a host name: lower case letters of any script, digits, hyphens and " +
	"underscores, a letter or a digit at both ends, and such parts with dots between them"

// addressLike is the last part of what programs take for an IPv4 address, whatever is before it
// (inet_aton(3), and the host parser of the URL standard).
var addressLike = regexp.MustCompile(`^([0-9]+|0x[0-9a-f]*)$`)

// wrongHost says why a target cannot have the name, and what to write; empty: it can. A name
// has one spelling, so that two that differ are never one host; all are those of the targets.
func wrongHost(name string, all []string) string {
	if usual := usualHost(name); usual != name && malformed(usual) == "" {
		if slices.Contains(all, usual) {
			return fmt.Sprintf("it is the same host name as target %q: choose another", usual)
		}
		return fmt.Sprintf("write that host name as %q", usual)
	}
	return malformed(name)
}

// usualHost is the one spelling of a host name: in lower case, other scripts' letters as such.
func usualHost(name string) string {
	host := strings.ToLower(hostname.Wire(strings.TrimSuffix(name, ".")))
	return hostname.Written(host)
}

// malformed says why a spelling cannot be a target's name; empty: it can.
func malformed(name string) string {
	parts := strings.Split(name, ".")
	last := parts[len(parts)-1]
	host, err := hostname.Encode(name)
	switch {
	case slices.ContainsFunc(parts, func(p string) bool { return !isWord(p) }):
		return wantsHost
	case host != name && strings.Contains(name, "_"):
		return "host names with letters beyond a to z have no underscores (IDNA): want hyphens"
	case err != nil:
		return fmt.Sprintf("resolvers know no such host name (%v): want letters and digits of "+
			"one script in each part, and no hyphens in the third and fourth place", err)
	case host == name && strings.Contains("."+name, ".xn--"):
		return "a part that begins with xn-- stands for letters of other scripts, and this one " +
			"for none: choose another"
	case addressLike.MatchString(last):
		return fmt.Sprintf("programs take it for an IPv4 address, as its last part is the "+
			"number %s: want a letter there", last)
	case last == "localhost":
		return "programs take it for their own machine (RFC 6761): choose another"
	}
	return tooLong(name, host)
}

// tooLong says what of a host name resolvers have no room for; empty: nothing.
func tooLong(name, host string) string {
	for i, part := range strings.Split(host, ".") {
		if len(part) > mostHostPart {
			return fmt.Sprintf("its part %s has %d octets on the wire, and resolvers have room "+
				"for %d: shorten it", scenarios.Shown(strings.Split(name, ".")[i]), len(part),
				mostHostPart)
		}
	}
	switch {
	case len(host) > mostHost:
		return fmt.Sprintf("it has %d octets on the wire, and resolvers have room for %d: "+
			"shorten it", len(host), mostHost)
	case len(name) > mostWrittenHost:
		return fmt.Sprintf("it has %d bytes, and the file of its log has room for %d: shorten it",
			len(name), mostWrittenHost)
	}
	return ""
}

// replicaNames is the pass's check of what a target's replicas are called.
func (p targets) replicaNames(name string, t *scenarios.Target) {
	if t.Replicas < 2 || malformed(name) != "" {
		return
	}
	longest := hostname.Replica(name, min(t.Replicas, mostNodesOfTargets))
	if wrong := malformed(longest); wrong != "" {
		p.problem(at("targets", name), "target %s: its replica %s: %s", scenarios.Shown(name),
			scenarios.Shown(longest), wrong)
	}
}

// variables is the pass that checks that commands on this machine can tell the nodes apart by
// the variables that they find them in.
func variables(d *diagnostics, faults map[string]*scenarios.Fault, t topology) {
	for _, name := range sortedKeys(faults) {
		if faults[name] == nil || faults[name].Exec == nil {
			continue
		}
		nodes := map[string]string{} // by variable
		for _, node := range sortedKeys(t.nodes) {
			v := hostname.Variable(node)
			if other, taken := nodes[v]; taken {
				d.problem(at("faults", name, "exec"), "its commands would find both %s and %s in "+
					"STORMDRILL_ADDRESS_%s: give one of them another name", other, node, v)
			}
			nodes[v] = node
		}
	}
}
