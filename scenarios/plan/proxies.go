package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
)

// proxied is the pass that marks the links which a fault of the byte stream hits, for a
// proxy to stand there, and opens those in which one reads what may be TLS. It gives the
// network's links and the faults with theirs so marked.
func proxied(d *diagnostics, net network, all []Fault) ([]link.Link, []Fault) {
	proxy, staged, read := map[string]bool{}, map[string]bool{}, map[string]bool{}
	fields := map[string][]string{}
	for _, f := range all {
		a := f.Fault.Aim()
		for _, l := range f.Site.Links {
			proxy[l.ID] = proxy[l.ID] || a.Proxied
			staged[l.ID] = staged[l.ID] || a.Staged
			read[l.ID] = read[l.ID] || a.Reads && l.Protocol != link.Plain
			fields[l.ID] = append(fields[l.ID], selection(f.Fault).Fields()...)
		}
	}
	mark := func(links []link.Link) []link.Link {
		links = slices.Clone(links)
		for i := range links {
			id := links[i].ID
			links[i].Proxied, links[i].Staged, links[i].Opened = proxy[id], staged[id], read[id]
			links[i].Fields = slices.Compact(slices.Sorted(slices.Values(fields[id])))
		}
		return links
	}
	links, marked := mark(net.links), slices.Clone(all)
	for i := range marked {
		marked[i].Site.Links = mark(marked[i].Site.Links)
	}
	return links, marked
}

// sayOpened names the clients that have to trust what an opened link shows: all of the
// drill's own do. Where nothing in the drill speaks TLS there is nothing to be trusted.
func sayOpened(d *diagnostics, nodes map[string]*Node, links []link.Link) {
	if !mayEncrypt(nodes, links) {
		return
	}
	opened := map[string][]string{} // links, by client
	for _, l := range links {
		if n := nodes[l.From]; l.Opened && n != nil && n.Spec.Lab == nil {
			opened[l.From] = append(opened[l.From], l.ID)
		}
	}
	for _, from := range sortedKeys(opened) {
		d.note("note-tls-opened",
			"link %s: where TLS is spoken there, it ends in the switchboard, which shows "+
				"a certificate of the drill's own authority and brings no client's certificate "+
				"along: "+
				"if %s checks certificates, give it drill:ca.pem among its files",
			"links", strings.Join(opened[from], ", "), "from", from)
	}
}

// mayEncrypt reports whether anything in the drill speaks TLS, as far as the scenario shows:
// a link or an embedded target that does, a port that is usual for it, or a certificate.
func mayEncrypt(nodes map[string]*Node, links []link.Link) bool {
	for _, l := range links {
		if l.Protocol == link.Encrypted || l.Port == 443 || l.Port == 8443 {
			return true
		}
	}
	for _, n := range nodes {
		if n.Spec.Lab != nil && n.Spec.Lab.TLS {
			return true
		}
		for inside, beside := range n.Spec.Files {
			if ofTLS(inside) || ofTLS(beside) {
				return true
			}
		}
	}
	return false
}

// ofTLS reports whether a file is one of certificates or keys, by its name.
func ofTLS(file string) bool {
	return slices.Contains([]string{".pem", ".crt", ".cer", ".key", ".p12", ".pfx", ".jks"},
		path.Ext(file))
}
