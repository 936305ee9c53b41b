package plan

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
)

// programs says what a reader should know of a fault that runs some: those that
// this machine lacks, where a run would not begin, and what hides what they do.
func programs(d *diagnostics, f *Fault, all []Fault) {
	own, ok := f.Fault.(faults.Commanding)
	if !ok {
		return
	}
	for _, c := range own.Commands() {
		if _, err := exec.LookPath(c.Program); err != nil {
			d.note("note-no-program",
				"fault %s: this machine could not run it: %s: %v",
				"fault", f.Name, "command", c.What, "error", err)
		}
	}
	for _, l := range f.Site.Links {
		if l.Proxied {
			d.note("note-proxy-hides-node",
				"fault %s: %s, and a proxy completes handshakes itself: a node that its "+
					"commands take down would not look dead there",
				"fault", f.Name,
				"proxies", putProxies(all, []string{l.ID}, "a proxy"))
		}
	}
}

// hidden checks that a flood's effect can be seen: a proxy in a link completes
// handshakes itself, and keeps users from meeting a full accept queue.
func hidden(d *diagnostics, f *Fault, affected []link.Link, all []Fault) {
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
		d.note("note-proxy-hides-queue",
			"fault %s: %s, and a proxy completes handshakes itself: where the flood fills the "+
				"accept queue, users there wait for an answer, and not to be connected",
			"fault", f.Name, "proxies", putProxies(all, behind, "a proxy"))
		return
	}
	d.problem(at("faults", f.Name, f.Kind), "%s: %s", f.Kind, needsNoProxy(f, all, behind))
}

// needsNoProxy says why a fault cannot be in one drill with those that put a proxy into some
// links: what it does would not be seen behind it.
func needsNoProxy(f *Fault, all []Fault, links []string) string {
	needs := "needs links"
	if f.Fault.Aim().Link != "" {
		needs = "is a packet fault, and needs a link"
	}
	return fmt.Sprintf("%s without a proxy, which would complete handshakes itself; %s: use two "+
		"drills, or other links", needs, putProxies(all, links, "one"))
}

// putProxies names the faults that put a proxy into some links: fault bad (http-status) puts
// one into lb -> app-1:8080.
func putProxies(all []Fault, links []string, proxy string) string {
	var say []string
	for _, f := range all {
		var into []string
		for _, l := range f.Site.Links {
			if f.Fault.Aim().Proxied && slices.Contains(links, l.ID) {
				into = append(into, l.ID)
			}
		}
		if len(into) > 0 {
			say = append(say, fmt.Sprintf("fault %s (%s) puts %s into %s", f.Name, f.Kind, proxy,
				strings.Join(into, ", ")))
		}
	}
	return strings.Join(say, ", and ")
}
