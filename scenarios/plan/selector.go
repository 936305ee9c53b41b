package plan

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios"
)

// selector is a fault's aim as written: "FROM -> TO[:port]", both sides globs.
type selector struct {
	from, to string
	port     uint16 // 0: all
}

// parseSelector reads the text form.
func parseSelector(text string) (selector, error) {
	if text == "" {
		return selector{}, errors.New("link is missing: want FROM -> TO or FROM -> TO:PORT, such " +
			"as lb -> app-2")
	}
	from, to, ok := strings.Cut(text, "->")
	s := selector{from: strings.TrimSpace(from), to: strings.TrimSpace(to)}
	if host, port, has := strings.Cut(s.to, ":"); has {
		n, err := strconv.ParseUint(strings.TrimSpace(port), 10, 16)
		if err != nil || n == 0 {
			return s, fmt.Errorf("link %q: port %q: want 1 to 65535", text, port)
		}
		s.to, s.port = strings.TrimSpace(host), uint16(n)
	}
	if !ok || s.from == "" || s.to == "" {
		return s, fmt.Errorf("link %q: want FROM -> TO or FROM -> TO:PORT, such as lb -> app-2",
			text)
	}
	for _, glob := range []string{s.from, s.to} {
		if _, err := path.Match(glob, ""); err != nil {
			return s, fmt.Errorf("link %q: %q is no pattern", text, glob)
		}
	}
	return s, nil
}

func glob(pattern string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		ok, _ := path.Match(pattern, n) // its only error is a bad pattern, checked before
		return ok
	})
}

// errUnknown is the error of a name that nothing has.
type errUnknown struct{ error }

// matched finds the links that a selector means, watchers' own among them: a link of
// everything is theirs, too. Those that ask for readiness, and floods', never are.
func (n network) matched(text string) ([]link.Link, error) {
	s, err := parseSelector(text)
	if err != nil {
		return nil, err
	}
	var froms, tos, pairs []string
	var hit []link.Link
	for _, l := range n.links {
		c := n.consumers[l.From]
		if c.kind == kindReady || c.kind == kindFlood {
			continue
		}
		fits := [2]bool{glob(s.from, l.From, orElse(c.of, l.From)), glob(s.to, l.To, l.Name)}
		froms = append(froms, l.From, orElse(c.of, l.From))
		tos = append(tos, l.To, l.Name)
		pairs = append(pairs, l.ID)
		if fits[0] && fits[1] && (s.port == 0 || s.port == l.Port) {
			hit = append(hit, l)
		}
	}
	switch {
	case len(hit) > 0:
		return hit, nil
	case !glob(s.from, froms...):
		return nil, errUnknown{fmt.Errorf("link %q: %s", text, cmp.Or(n.noReplica(s.from),
			n.noUses(s.from, s.to), fmt.Sprintf("nothing that opens connections is named %q: %s",
				s.from, scenarios.Listed(s.from, froms))))}
	case !glob(s.to, tos...):
		return nil, errUnknown{fmt.Errorf("link %q: %s", text, cmp.Or(n.noReplica(s.to),
			n.noPorts(s.to), fmt.Sprintf("nothing that is connected to is named %q: %s", s.to,
				scenarios.Listed(s.to, tos))))}
	}
	return nil, errUnknown{fmt.Errorf("link %q: there is no such link: %s; %s", text,
		scenarios.Listed("", pairs), orElse(n.notUsed(s),
			"a link is made by a group's `to` or a target's `uses`"))}
}

// aimed finds the nodes that a target's name or glob means, and all links that
// end there.
func (n network) aimed(text string) (nodes []string, links []link.Link, err error) {
	if _, bad := path.Match(text, ""); bad != nil || text == "" {
		return nil, nil, fmt.Errorf("target %q: want the name of a target or replica, such as "+
			"app-2", text)
	}
	var names []string
	for _, name := range n.order {
		one := n.nodes[name]
		names = append(names, one.Name, one.Target)
		if glob(text, one.Name, one.Target) {
			nodes = append(nodes, one.Name)
		}
	}
	if len(nodes) == 0 {
		return nil, nil, errUnknown{fmt.Errorf("no target or replica is named %q: %s", text,
			orElse(n.noReplica(text), scenarios.Listed(text, names)))}
	}
	for _, l := range n.links {
		if slices.Contains(nodes, l.To) {
			links = append(links, l)
		}
	}
	return nodes, links, nil
}

// resolving finds what asks the resolver by that name or glob, and its links with the names
// (all, where none is given) that are asked for.
func (n network) resolving(text string, names []string) (clients []string, links []link.Link,
	key string, err error) {
	if _, bad := path.Match(text, ""); bad != nil || text == "" {
		return nil, nil, "from", fmt.Errorf("from %q: want a load group, a target or a replica, "+
			"such as shoppers", text)
	}
	var known, asked []string
	for _, l := range n.links {
		c := n.consumers[l.From]
		if c.kind == kindReady || c.kind == kindFlood || c.kind == kindHost { // a host asks no name
			continue
		}
		known = append(known, l.From, orElse(c.of, l.From))
		if !glob(text, l.From, orElse(c.of, l.From)) {
			continue
		}
		asked = append(asked, l.Name, l.To)
		if len(names) > 0 && !slices.Contains(names, l.Name) && !slices.Contains(names, l.To) {
			continue
		}
		if links = append(links, l); !slices.Contains(clients, l.From) {
			clients = append(clients, l.From)
		}
	}
	if !glob(text, known...) {
		return nil, nil, "from", errUnknown{fmt.Errorf("from %q: %s", text, orElse(
			n.noUses(text, ""), "nothing that asks names is called so: "+
				scenarios.Listed(text, known)))}
	}
	for _, name := range names {
		if !slices.Contains(asked, name) {
			return nil, nil, "names", errUnknown{fmt.Errorf("names: %s does not ask for %q: %s",
				text, name, scenarios.Listed(name, asked))}
		}
	}
	return clients, links, "", nil
}
