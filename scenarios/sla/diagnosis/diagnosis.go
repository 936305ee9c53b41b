// Package diagnosis names, from what users saw of an outage and from nothing else, what it
// looks like, what the likely cause is, and where to look first. It depends on no fault and
// no scenario. Symptoms are in symptom.go, causes in cause.go; rules.go leads from the one
// to the other.
package diagnosis

import (
	"time"

	"gonum.org/v1/gonum/mathext"
)

// Share is how many of how many.
type Share struct{ Count, Of int }

// Add counts one more.
func (s *Share) Add(yes bool) {
	s.Of++
	if yes {
		s.Count++
	}
}

// Mostly reports whether more than half are, with 95 % confidence (one-sided
// Clopper-Pearson bound): five of five are, four of four are not.
func (s Share) Mostly() bool { return s.low() > 0.5 }

// Hardly reports whether fewer than one in twenty are, the share from which on a second
// counts as degraded. Of none it is false: nothing was seen.
func (s Share) Hardly() bool { return s.Of > 0 && 20*s.Count < s.Of }

// low is the bound that the share is above with 95 % confidence.
func (s Share) low() float64 {
	if s.Count <= 0 || s.Count > s.Of {
		return 0
	}
	return mathext.InvRegIncBeta(float64(s.Count), float64(s.Of-s.Count+1), 1-confidence)
}

// high is the bound that it is below.
func (s Share) high() float64 {
	if s.Count >= s.Of {
		return 1
	}
	return mathext.InvRegIncBeta(float64(s.Count+1), float64(s.Of-s.Count), confidence)
}

const confidence = 0.95

// Least is how many requests show something that one or two may be by chance: as many as a
// fault has to touch to count as effective.
const Least = 5

// Seen is what the users of one group saw in an outage: counts of the requests that were due
// while it lasted, those that were never sent left out.
type Seen struct {
	Bad      Share           // of all
	Symptoms map[Symptom]int // of the bad ones, each has one
	Statuses map[uint16]int  // of the bad ones, of those that got an answer

	New         Share // bad, of those on a connection of their own
	Established Share // bad, of those on one that stood already

	Lookups  Share // failed, of the lookups made
	Connects Share // unanswered, of the handshakes tried
	Resent   int   // handshakes that succeeded, and only with a SYN sent again
	Silent   int   // requests on a connection that opened at once, and got no answer in time
	TLS      Share // failed, of the TLS handshakes tried

	// Nodes are those that answered in the baseline, where some answers name the node;
	// Strange counts bad answers by others: a gateway's own, say.
	Nodes   []Node
	Strange int

	// Late are the requests that were answered too late, shortest first. Parts is in how many
	// of Tenths equal parts of the outage an answer came.
	Late  []time.Duration
	Parts int

	// Others are the requests of the same time of other groups that the same nodes answered
	// before, and of the same group's other cohorts: how many were good. Of those on
	// connections of their own OthersNew were bad, and OthersLookups asked for a name.
	Others        Share
	OthersNew     Share
	OthersLookups Share

	// Users are those who had a bad request, of those who had any.
	Users Share
}

// Tenths is how many parts an outage is looked at in.
const Tenths = 10

// Node is one that answers.
type Node struct {
	Name   string
	Before Share // its answers, of all requests of the baseline
	Now    int   // its answers in the outage
	Bad    int   // the bad ones of them
}

// Scope is which users an outage hit.
type Scope string

// Scopes.
const (
	Everyone    Scope = "scope-everyone"    // most requests, or all
	Cohort      Scope = "scope-cohort"      // one group, while others of the same nodes were served
	OneNode     Scope = "scope-node"        // those sent to one of several nodes
	Established Scope = "scope-established" // requests on connections that stood already
	Part        Scope = "scope-part"        // a part of the requests, by nothing that was seen
)

// Finding is what an outage looks like, and what it likely is.
type Finding struct {
	Symptom Symptom
	Cause   Cause
	// Also are others that look the same from here, the likelier first. Of an undetermined one
	// they are those that it lies between; none: it may be any.
	Also  []Cause
	Scope Scope
	Nodes []string // suspected, of several
}

// Missing reports whether a node gave less than half of its usual part of all nodes' answers,
// with 95 % confidence. That others get fewer requests answered, too, is no reason.
func (s *Seen) Missing(n Node) bool {
	before, now := 0, 0
	for _, o := range s.Nodes {
		before, now = before+o.Before.Count, now+o.Now
	}
	return Share{n.Now, now}.high() < float64(n.Before.Count)/float64(max(1, before))/2
}

// missing are the names of those nodes.
func (s *Seen) missing() (names []string) {
	for _, n := range s.Nodes {
		if s.Missing(n) {
			names = append(names, n.Name)
		}
	}
	return names
}

// gone reports whether hardly an answer came from any of the nodes.
func (s *Seen) gone() bool {
	answers := Share{Of: s.Bad.Of}
	for _, n := range s.Nodes {
		answers.Count += n.Now
	}
	return len(s.Nodes) > 0 && answers.Hardly()
}

// single is the one of several nodes with bad answers, while those of the others were
// good; empty where there is none.
func (s *Seen) single() string {
	name, bad, rest := "", 0, Share{}
	for _, n := range s.Nodes {
		if n.Bad > bad {
			name, bad = n.Name, n.Bad
		}
	}
	for _, n := range s.Nodes {
		if n.Name != name {
			rest.Count, rest.Of = rest.Count+n.Bad, rest.Of+n.Now
		}
	}
	if (Share{bad, s.Bad.Count}).Mostly() && rest.Hardly() {
		return name
	}
	return ""
}

// of is how many of the bad ones had any of some symptoms.
func (s *Seen) of(some ...Symptom) Share {
	n := 0
	for _, x := range some {
		n += s.Symptoms[x]
	}
	return Share{n, s.Bad.Count}
}

// alone reports whether others were served by the same nodes at the same time.
func (s *Seen) alone() bool { return s.Others.Mostly() }

// asking compares which users asked the DNS: 1 where these did for most of their connections and
// the others hardly, −1 where it was the other way round, else 0.
func (s *Seen) asking() int {
	own := Share{s.Lookups.Of, s.New.Of}
	switch {
	case !s.alone():
	case own.Mostly() && s.OthersLookups.Hardly():
		return 1
	case s.OthersLookups.Mostly() && own.Hardly():
		return -1
	}
	return 0
}

// aged reports whether bad requests were on connections that stood already, while new ones to
// the same nodes were served, or, where these users opened none, others were.
func (s *Seen) aged() bool {
	fresh := Share{s.New.Count + s.OthersNew.Count, s.New.Of + s.OthersNew.Of}
	return Share{s.Established.Count, s.Bad.Count}.Mostly() &&
		(fresh.Of >= Least && fresh.Hardly() || s.New.Of < Least && s.alone())
}
