package diagnosis

// rule leads from what was seen to a cause. Each has its reason: the handbook's table, or what
// the protocol leaves possible.
type rule struct {
	symptom Symptom
	holds   func(*Seen) bool
	cause   Cause
	also    []Cause
}

// rules are tried in their order, and the first that holds is the finding. “Mostly” and
// “hardly” are Share's, and mean the bad requests wherever nothing else is said.
var rules = []rule{
	// What the load node did to itself says nothing of the service.
	{OwnFailure, is(OwnFailure), LoadGenerator, nil},

	// A line that loses packets loses SYNs and answers alike: some handshakes succeed at once
	// and some only with a SYN sent again, while some requests on connections that stand come
	// late. A filter or a full queue takes SYNs, and leaves those connections alone.
	{Loss, lossy, LossyPath, []Cause{Overload}},

	// The resolver says it itself.
	{NameAbsent, is(NameAbsent), DNS, nil},
	{NameFails, is(NameFails), DNS, nil},
	{NameSilent, is(NameSilent), DNS, []Cause{PathDrops}},
	{NameSlow, is(NameSlow), DNS, nil},

	// And so does a TLS handshake.
	{CertExpired, is(CertExpired), Certificate, nil},
	{CertHost, is(CertHost), Certificate, []Cause{WrongName}},
	{CertAuthority, is(CertAuthority), Certificate, []Cause{Intercepted}},
	{TLSVersion, is(TLSVersion), TLSVersions, nil},
	{TLSFails, is(TLSFails), Certificate, []Cause{TLSVersions, Intercepted}},

	// Cannot connect, while others are served by the same nodes, and what parts the two is
	// which users ask the DNS: the handbook's “users whose DNS cache is not updated”, or
	// the reverse.
	{Unreachable, and(is(Unreachable), asking(-1)), StaleName, nil},
	{Refused, and(is(Refused), asking(-1)), StaleName, nil},
	{SYNUnanswered, and(is(SYNUnanswered), asking(-1)), StaleName, nil},
	{Unreachable, and(is(Unreachable), asking(1)), WrongName, nil},
	{Refused, and(is(Refused), asking(1)), WrongName, nil},
	{SYNUnanswered, and(is(SYNUnanswered), asking(1)), WrongName, nil},

	// Silence. A kernel completes handshakes for a listener that does not accept until its
	// queue is full: some open at once and are then never answered. A filter on the way
	// leaves none. A dead host behind a router is reported by ICMP (RFC 1812, 4.3.3.1).
	{SYNUnanswered, and(is(SYNUnanswered), queued), Overload, []Cause{PathDrops}},
	{SYNUnanswered, and(is(SYNUnanswered), alone), NAT, []Cause{PathDrops}},
	{SYNUnanswered, is(SYNUnanswered), PathDrops, []Cause{ServerDown, Overload}},

	// Only a router or a firewall sends ICMP.
	{Unreachable, is(Unreachable), RuleRefuses, []Cause{ServerDown}},

	// RST to a SYN: nothing listens, or a rule answers so. Where others are served by the same
	// nodes, something listens. Else it is the handbook's “nothing reachable”.
	{Refused, and(is(Refused), alone), RuleRefuses, []Cause{WrongName}},
	{Refused, is(Refused), ServerDown, []Cause{RuleRefuses}},

	// The handbook's node on the way: an established flow is reset, cut, or gets a block page.
	{Reset, is(Reset), Intercepted, []Cause{IdleFlows, ServerDown}},
	{Broken, is(Broken), Intercepted, []Cause{ServerDown}},
	{TurnedAway, is(TurnedAway), Intercepted, []Cause{BadNode}},
	{WrongAnswer, is(WrongAnswer), Intercepted, []Cause{BadNode, WrongName}},

	// The handbook's “503: load balancer, users sent to the bad node”.
	{ServerError, and(is(ServerError), oneNode), BadNode, nil},
	// A gateway answers in the stead of a node that answers no more (RFC 9110: 502, 503, 504).
	{ServerError, and(is(ServerError), someMissing), NodeDown,
		[]Cause{BadNode, Overload, Intercepted, Certificate, SlowNode}},
	{ServerError, and(is(ServerError), allGone), ServerDown, []Cause{Overload}},
	// Where answers do not name nodes, a share of errors may be one node's share, or what a
	// server turns away that has too much to do: from here nothing parts the two.
	{ServerError, and(is(ServerError), unnamed, partly), Undetermined,
		[]Cause{BadNode, NodeDown, Overload}},
	// And where hardly any request is served, a front answers so that has no server left.
	{ServerError, and(is(ServerError), unnamed), Undetermined, []Cause{Overload, ServerDown}},
	{ServerError, is(ServerError), Overload, []Cause{ServerDown}},

	// Connected, and late.
	{Late, and(is(Late), oneNode), SlowNode, nil},
	{Late, and(is(Late), someMissing), NodeDown, []Cause{Intercepted, SlowNode}},
	// The handbook's “time-outs that go on and on: TCP keepalive, long connections”.
	{Late, and(is(Late), (*Seen).aged), IdleFlows, []Cause{NodeDown, Intercepted}},
	// A detour adds as much to each answer. Waiting in a queue does not: how long depends on
	// that came before.
	{Late, and(is(Late), alike), SlowPath, []Cause{Bandwidth, Overload}},
	// What is overloaded answers some, and none in time only where the queue is longer
	// than the users wait. Where none is answered it hangs: “nothing reachable”.
	{Late, and(is(Late), mute), ServerDown, []Cause{Overload, Intercepted, IdleFlows}},
	{Late, is(Late), Overload, []Cause{SlowPath, Bandwidth}},

	// A server that is overloaded answers some late and some with errors.
	{Mixed, func(s *Seen) bool { return s.of(Late, ServerError).Mostly() }, Overload,
		[]Cause{NodeDown}},
}

// Diagnose finds what an outage looks like. What was seen of too few requests, or fits no
// rule, is undetermined.
func Diagnose(s *Seen) Finding {
	for _, r := range rules {
		if r.holds(s) {
			return s.finding(r)
		}
	}
	return Finding{Symptom: s.likeliest(), Cause: Undetermined, Scope: s.scope(Undetermined)}
}

func (s *Seen) finding(r rule) Finding {
	f := Finding{Symptom: r.symptom, Cause: r.cause, Also: r.also, Scope: s.scope(r.cause)}
	switch r.cause {
	case BadNode, SlowNode:
		if n := s.single(); n != "" {
			f.Nodes = []string{n}
		}
	case NodeDown:
		f.Nodes = s.missing()
	}
	return f
}

// scope is which users it hit.
func (s *Seen) scope(c Cause) Scope {
	switch {
	case c == NodeDown, s.single() != "":
		return OneNode
	case s.aged():
		return Established
	case s.alone():
		return Cohort
	case s.Bad.Mostly():
		return Everyone
	}
	return Part
}

// likeliest is the symptom of most bad requests, without confidence; Mixed where there are
// several.
func (s *Seen) likeliest() Symptom {
	for symptom, n := range s.Symptoms {
		if 2*n > s.Bad.Count {
			return symptom
		}
	}
	return Mixed
}

// What rules are made of.

func is(symptom Symptom) func(*Seen) bool {
	return func(s *Seen) bool { return s.of(symptom).Mostly() }
}

func and(all ...func(*Seen) bool) func(*Seen) bool {
	return func(s *Seen) bool {
		for _, holds := range all {
			if !holds(s) {
				return false
			}
		}
		return true
	}
}

func asking(more int) func(*Seen) bool { return func(s *Seen) bool { return s.asking() == more } }

func alone(s *Seen) bool { return s.alone() }

// queued: connections that opened at once got no answer.
func queued(s *Seen) bool { return s.Silent >= Least }

func lossy(s *Seen) bool {
	again := s.Connects.Count + s.Resent
	return s.of(Late, SYNUnanswered).Mostly() && again >= Least && s.Connects.Of-again >= Least &&
		s.Established.Count >= Least && !s.Established.Hardly() && !s.Established.Mostly()
}

func oneNode(s *Seen) bool { return len(s.Nodes) > 1 && s.single() != "" }

// someMissing: of several nodes some answer no more, and others do.
func someMissing(s *Seen) bool { return len(s.missing()) > 0 }

// allGone: none that answered before answers, and others answer for them.
func allGone(s *Seen) bool { return s.gone() && s.Strange > 0 }

// unnamed: no answer of the baseline named its node.
func unnamed(s *Seen) bool { return len(s.Nodes) == 0 }

// partly: more than hardly any request is served.
func partly(s *Seen) bool {
	served := Share{s.Bad.Of - s.Bad.Count, s.Bad.Of}
	return served.Of > 0 && !served.Hardly()
}

// alike: the bad ones were answered, all but a few, and the middle half of them took about
// the same; those that were under way when it began or ended were not late by all of it.
func alike(s *Seen) bool {
	n := len(s.Late)
	return n >= Least && 2*s.Late[n-1-n/4] <= 3*s.Late[n/4] &&
		(Share{s.Bad.Count - n, s.Bad.Count}).Hardly()
}

// mute: hardly an answer came while it lasted, but for its edges.
func mute(s *Seen) bool { return s.Parts <= 2 }
