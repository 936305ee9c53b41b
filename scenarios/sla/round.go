package sla

import (
	"maps"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
)

// ways are the links by what opens connections on them, with what the switchboard
// counted over its whole life: it is there before any target is, so a connection
// that it did not count did not go over it.
type ways map[string][]way

type way struct {
	link, to string
	taken    bool // it carried a connection
}

func waysOf(all []link.Traffic) ways {
	w := ways{}
	for _, t := range all {
		if from, to, ok := splitLink(t.Link); ok {
			w[from] = append(w[from], way{t.Link, to, t.Connections > 0})
		}
	}
	return w
}

// splitLink parts a link's name, such as "lb -> app-2:8080", into its two ends, without the port.
func splitLink(name string) (from, to string, ok bool) {
	from, to, ok = strings.Cut(name, " -> ")
	i := strings.LastIndexByte(to, ':')
	return from, to[:max(i, 0)], ok && i > 0
}

// from are those that a group reached by links that carried connections, hop by
// hop, and the group itself. What checks and floods reached they reached by links
// of their own.
func (w ways) from(group string) map[string]bool {
	return w.walk(group, func(x way) bool { return x.taken })
}

// leads reports whether any links, used or not, lead from one to another.
func (w ways) leads(from, to string) bool {
	return w.walk(from, func(way) bool { return true })[to]
}

func (w ways) walk(from string, along func(way) bool) map[string]bool {
	met, todo := map[string]bool{from: true}, []string{from}
	for len(todo) > 0 {
		for _, x := range w[todo[0]] {
			if along(x) && !met[x.to] {
				met[x.to] = true
				todo = append(todo, x.to)
			}
		}
		todo = todo[1:]
	}
	return met
}

// node reports whether a name is one that links lead to. An answer may name anything.
func (w ways) node(name string) bool {
	for _, all := range w {
		if slices.ContainsFunc(all, func(x way) bool { return x.to == name }) {
			return true
		}
	}
	return false
}

// passedBy are the links that a request must have gone round, by what opens them:
// those that none took, from what was reached to what was not and is or leads to
// the node that answered.
func (w ways) passedBy(reached map[string]bool, node string) (links, clients []string) {
	for _, from := range slices.Sorted(maps.Keys(reached)) {
		for _, x := range w[from] {
			if !x.taken && !reached[x.to] && w.leads(x.to, node) {
				links, clients = append(links, x.link), append(clients, from)
			}
		}
	}
	return links, slices.Compact(clients)
}

// tunnelled reports whether a node opened a connection to one of those reached. Then
// that one may have asked it over this connection, which is how a worker fetches its
// work.
func (w ways) tunnelled(reached map[string]bool, node string) bool {
	return slices.ContainsFunc(w[node], func(x way) bool { return x.taken && reached[x.to] })
}

// wentRound says where requests were answered by a node to which no link carried a
// connection, at whichever hop: a fault on a link that traffic goes round bites
// none, and what is measured is not what is rehearsed. A connection that stood all
// the time was counted when it was opened.
func (s *scorer) wentRound() (reasons []Said) {
	w := waysOf(s.record.Traffic)
	answered, passed, from := map[string]float64{}, map[string][]string{}, map[string][]string{}
	for _, st := range s.sent() {
		reached := w.from(st.group.Name)
		if len(reached) == 1 {
			if st.answered && len(w[st.group.Name]) > 0 {
				reasons = append(reasons, Say(WentRound, st.group.Name))
			}
			continue
		}
		for name, by := range st.by.of {
			if reached[name] || !w.node(name) {
				continue
			}
			links, clients := w.passedBy(reached, name)
			if len(links) == 0 && w.tunnelled(reached, name) {
				continue
			}
			answered[name] += by.in[0]
			passed[name] = append(passed[name], links...)
			from[name] = append(from[name], clients...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(answered)) {
		said := Say(WentRoundUnlinked, name, answered[name])
		if links := distinct(passed[name]); len(links) > 0 {
			said = Say(WentRoundNode, name, answered[name], links, distinct(from[name]))
		}
		reasons = append(reasons, said)
	}
	return reasons
}

func distinct(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }
