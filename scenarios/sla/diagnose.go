package sla

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// episode is an outage of a group as its users had it: no fault's instant cuts it.
type episode struct {
	stream   *stream
	from, to int64 // due of its first and its last bad request
}

// diagnose names what each outage looked like. It is given before the outages are put down
// to faults, and looks at the users' requests alone: at no mark, proof or kind of a fault, and
// not at which answers a fault made.
func (s *scorer) diagnose(outages []outage) {
	s.card.Diagnosis = []Diagnosis{}
	var parts [][]episode // of each of them
	for _, o := range outages {
		x := episode{o.stream, o.onset, o.due}
		found := diagnosis.Diagnose(s.seen([]episode{x}))
		d := Diagnosis{Symptom: Code(found.Symptom), Cause: Code(found.Cause),
			Also: codesOf(found.Also), Scope: Code(found.Scope),
			Nodes: append([]string{}, found.Nodes...), Look: Word(found.Cause.Place()),
			Commands: append([]string{}, found.Cause.Commands()...)}
		i := slices.IndexFunc(s.card.Diagnosis, d.same)
		if i < 0 {
			i = len(s.card.Diagnosis)
			s.card.Diagnosis, parts = append(s.card.Diagnosis, d), append(parts, nil)
		}
		parts[i] = append(parts[i], x)
	}
	for i := range s.card.Diagnosis {
		s.card.Diagnosis[i].measure(s, parts[i])
	}
}

// same reports whether two outages look the same.
func (d Diagnosis) same(o Diagnosis) bool {
	return d.Symptom == o.Symptom && d.Cause == o.Cause && d.Scope == o.Scope &&
		slices.Equal(d.Nodes, o.Nodes)
}

// measure says when it was, which users had it, and what was counted.
func (d *Diagnosis) measure(s *scorer, all []episode) {
	d.Groups = []string{}
	d.From, d.Until = s.course.at(all[0].from), s.course.at(all[0].to)
	for _, x := range all {
		if !slices.Contains(d.Groups, x.stream.group.Name) {
			d.Groups = append(d.Groups, x.stream.group.Name)
		}
		d.From = min(d.From, s.course.at(x.from))
		d.Until = max(d.Until, s.course.at(x.to))
	}
	seen := s.seen(all)
	d.UsersHit, d.Users = uint64(seen.Users.Count), uint64(seen.Users.Of)
	d.Evidence = evidence(seen, diagnosis.Symptom(d.Symptom))
}

// evidence are the fractions that show a symptom.
func evidence(seen *diagnosis.Seen, symptom diagnosis.Symptom) []Said {
	all := []Said{}
	add := func(code Code, s diagnosis.Share, names ...any) {
		if s.Of > 0 {
			all = append(all, Say(code, append([]any{s.Count, s.Of}, names...)...))
		}
	}
	add(SeenBad, seen.Bad)
	for _, x := range sortedByCount(seen.Symptoms) {
		look := Say(Code(x))
		add(SeenSymptom, diagnosis.Share{Count: seen.Symptoms[x], Of: seen.Bad.Count}, &look)
	}
	for _, status := range sortedByCount(seen.Statuses) {
		add(SeenStatus, diagnosis.Share{Count: seen.Statuses[status], Of: seen.Bad.Count},
			float64(status))
	}
	add(SeenNew, seen.New)
	add(SeenEstablished, seen.Established)
	if seen.Connects.Count+seen.Resent > 0 {
		add(SeenUnanswered, seen.Connects)
		add(SeenResent, diagnosis.Share{Count: seen.Resent, Of: seen.Connects.Of})
		add(SeenSilent, diagnosis.Share{Count: seen.Silent, Of: seen.New.Of})
	}
	if seen.Lookups.Count > 0 {
		add(SeenLookups, seen.Lookups)
	}
	if seen.TLS.Count > 0 {
		add(SeenTLS, seen.TLS)
	}
	if n := len(seen.Late); symptom == diagnosis.Late && n > 0 {
		all = append(all, Say(SeenLate, n, seen.Late[n/4].Seconds(), seen.Late[n-1-n/4].Seconds()))
		add(SeenParts, diagnosis.Share{Count: seen.Parts, Of: diagnosis.Tenths})
	}
	for _, n := range seen.Nodes {
		if n.Bad > 0 || seen.Missing(n) {
			add(SeenNode, diagnosis.Share{Count: n.Bad, Of: n.Now}, n.Name,
				float64(n.Before.Count)/float64(max(1, n.Before.Of)),
				float64(n.Now)/float64(max(1, seen.Bad.Of)))
		}
	}
	add(SeenOthers, seen.Others)
	return all
}

// mostOthers is how many other groups are compared with; more would cost time and show no
// more.
const mostOthers = 16

// seen counts what users saw in some stretches of one kind.
func (s *scorer) seen(all []episode) *diagnosis.Seen {
	seen := &diagnosis.Seen{Symptoms: map[diagnosis.Symptom]int{}, Statuses: map[uint16]int{}}
	c := witness{Seen: seen, users: map[userOf]bool{}, nodes: map[string]int{}}
	own := map[*stream]bool{}
	for _, x := range all {
		if !own[x.stream] {
			own[x.stream] = true
			c.usual(x.stream)
		}
		c.from, c.to = x.from, x.to
		c.parts = [diagnosis.Tenths]bool{}
		for r := range x.within() {
			c.add(r, x.stream)
		}
		for _, came := range c.parts {
			seen.Parts += int(one(came))
		}
	}
	seen.Parts /= len(all)
	slices.Sort(seen.Late)
	others := 0
	for _, st := range s.streams {
		if own[st] || others == mostOthers || !all[0].stream.shares(st) {
			continue
		}
		others++
		for _, x := range all {
			c.other(episode{st, x.from, x.to})
		}
	}
	for _, bad := range c.users {
		seen.Users.Of++
		seen.Users.Count += int(one(bad))
	}
	return seen
}

// within are the requests due in a stretch.
func (x episode) within() iter.Seq[*load.Request] {
	return x.stream.all.Between(x.stream.all.First(x.from), x.stream.all.First(x.to+1))
}

// shares reports whether two groups are cohorts of one, or were answered by the same node.
func (s *stream) shares(o *stream) bool {
	own, _, _ := strings.Cut(s.group.Name, "/")
	other, _, _ := strings.Cut(o.group.Name, "/")
	if own == other {
		return true
	}
	for name, by := range s.before.of {
		if named(name) && by.in[0] > 0 && o.before.of[name] != nil {
			return true
		}
	}
	return false
}

// named reports whether it is a node's own name that answered.
func named(by string) bool { return by != "none" && by != "unnamed" && by != "switchboard" }

type userOf struct {
	group  *stream
	number uint32
}

// witness counts what users saw.
type witness struct {
	*diagnosis.Seen
	users    map[userOf]bool // whether they had a bad request
	nodes    map[string]int  // places in Nodes
	before   int             // requests of the baseline
	from, to int64
	parts    [diagnosis.Tenths]bool
}

// usual takes in the nodes that answered a group in the baseline. One that gave less than a
// hundredth of the answers is none of its nodes: a gateway now and then answers by itself.
func (c *witness) usual(st *stream) {
	for name, by := range st.before.of {
		if !named(name) || 100*by.in[0] < st.before.total[0] {
			continue
		}
		i, known := c.nodes[name]
		if !known {
			i = len(c.Nodes)
			c.nodes[name], c.Nodes = i, append(c.Nodes, diagnosis.Node{Name: name})
		}
		c.Nodes[i].Before.Count += int(by.in[0])
	}
	slices.SortFunc(c.Nodes, func(a, b diagnosis.Node) int { return cmp.Compare(a.Name, b.Name) })
	c.before += int(st.before.total[0])
	for i := range c.Nodes {
		c.nodes[c.Nodes[i].Name], c.Nodes[i].Before.Of = i, c.before
	}
}

// looksBad reports whether a request looked bad to its sender. That a fault marked an
// answer is known to scoring, and not to users.
func looksBad(r *load.Request, slow time.Duration) bool {
	return r.Class != load.OK || r.Latency() > slow
}

func (c *witness) add(r *load.Request, st *stream) {
	if r.Unsent {
		return
	}
	bad := looksBad(r, st.group.Slow)
	c.Bad.Add(bad)
	user := userOf{st, r.User}
	c.users[user] = c.users[user] || bad
	if r.Reused {
		c.Established.Add(bad)
	} else {
		c.New.Add(bad)
	}
	c.steps(r)
	i, known := c.nodes[r.Node]
	if known {
		c.Nodes[i].Now++
		c.Nodes[i].Bad += int(one(bad))
	}
	if r.Status != 0 && r.Done >= c.from && r.Done < c.to {
		c.parts[int64(len(c.parts))*(r.Done-c.from)/(c.to-c.from)] = true
	}
	if !bad {
		return
	}
	c.Symptoms[diagnosis.Of(r)]++
	if r.Class == load.Status {
		c.Statuses[r.Status]++
	}
	if r.Class == load.OK {
		c.Late = append(c.Late, took(r))
	}
	if !known && r.Status != 0 {
		c.Strange++
	}
}

// steps takes in how the request's connection came about.
func (c *witness) steps(r *load.Request) {
	if r.Lookup.Tried() {
		c.Lookups.Add(!r.Lookup.OK())
	}
	if r.Handshake.Tried() {
		c.Connects.Add(r.Class == load.DialTimeout)
		c.Resent += int(one(diagnosis.Resent(r.Handshake)))
	}
	if r.TLS.Tried() {
		c.TLS.Add(!r.TLS.OK())
	}
	if !r.Reused && r.Class == load.Timeout && r.Handshake.OK() && !diagnosis.Resent(r.Handshake) {
		c.Silent++
	}
}

// other takes in the requests of users who are not those of the outage.
func (c *witness) other(x episode) {
	for r := range x.within() {
		if r.Unsent {
			continue
		}
		bad := looksBad(r, x.stream.group.Slow)
		c.Others.Add(!bad)
		if !r.Reused {
			c.OthersNew.Add(bad)
			c.OthersLookups.Add(r.Lookup.Tried())
		}
	}
}

func codesOf(all []diagnosis.Cause) []Code {
	codes := []Code{}
	for _, c := range all {
		codes = append(codes, Code(c))
	}
	return codes
}

// sortedByCount are the keys, the most frequent first.
func sortedByCount[K cmp.Ordered](counts map[K]int) []K {
	return slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
