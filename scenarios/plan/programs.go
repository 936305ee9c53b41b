package plan

import (
	"os/exec"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// programs says what a reader should know of a fault that runs some: those that
// this machine lacks, where a run would not begin, and what hides what they do.
func programs(d *diagnostics, f *Fault) {
	own, ok := f.Fault.(faults.Commanding)
	if !ok {
		return
	}
	for _, c := range own.Commands() {
		if _, err := exec.LookPath(c.Program); err != nil {
			d.note("fault %s: this machine could not run it: %s: %v", f.Name, c.What, err)
		}
	}
	for _, l := range f.Site.Links {
		if l.Proxied {
			d.note("fault %s: another fault puts a proxy into %s, which completes handshakes "+
				"itself: a node that its commands take down would not look dead there",
				f.Name, l.ID)
		}
	}
}

// hidden checks that a flood's effect can be seen: a proxy in a link completes
// handshakes itself, and keeps users from meeting a full accept queue.
func hidden(d *diagnostics, f *Fault, affected []link.Link) {
	var behind []string
	for _, l := range affected {
		if l.Proxied {
			behind = append(behind, l.ID)
		}
	}
	if f.Fault.Aim().To == "" || len(behind) == 0 {
		return
	}
	if f.Fault.Traits().Counts == link.Requests {
		d.note("fault %s: another fault puts a proxy into %s, which completes handshakes itself: "+
			"where the flood fills the accept queue, users there wait for an answer, and not to "+
			"be connected", f.Name, strings.Join(behind, ", "))
		return
	}
	d.problem(at("faults", f.Name, f.Kind),
		"%s: cannot be told apart behind a proxy, which completes handshakes itself and hides a "+
			"full accept queue; "+
			"another fault of this scenario puts one into %s: give each a drill of its own", f.Kind,
		strings.Join(behind, ", "))
}
