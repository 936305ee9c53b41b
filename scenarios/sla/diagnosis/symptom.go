package diagnosis

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Symptom is what a bad request looked like to its sender.
type Symptom string

// Symptoms.
const (
	NameAbsent    Symptom = "symptom-name-absent"     // NXDOMAIN
	NameFails     Symptom = "symptom-name-fails"      // SERVFAIL, REFUSED, an answer that is none
	NameSilent    Symptom = "symptom-name-unanswered" // the resolver does not answer
	NameSlow      Symptom = "symptom-name-slow"       // most of the time went into the lookup
	SYNUnanswered Symptom = "symptom-syn-unanswered"  // no SYN-ACK, or only to a SYN sent again
	Refused       Symptom = "symptom-refused"         // RST to the SYN
	Unreachable   Symptom = "symptom-unreachable"     // ICMP
	Reset         Symptom = "symptom-reset"           // RST or FIN instead of an answer
	Broken        Symptom = "symptom-broken-off"      // an answer that ends too early
	CertExpired   Symptom = "symptom-certificate-expired"
	CertHost      Symptom = "symptom-certificate-host"
	CertAuthority Symptom = "symptom-certificate-authority"
	TLSVersion    Symptom = "symptom-tls-version"
	TLSFails      Symptom = "symptom-tls-fails"
	ServerError   Symptom = "symptom-server-error" // 5xx
	TurnedAway    Symptom = "symptom-turned-away"  // another status that is not expected
	WrongAnswer   Symptom = "symptom-wrong-answer" // the status is right, and the rest is not
	// connected, and answered too late, or not in time
	Late       Symptom = "symptom-late"
	OwnFailure Symptom = "symptom-own-failure" // the load node's own
	Loss       Symptom = "symptom-loss"        // of many together: SYNs and answers are lost
	Mixed      Symptom = "symptom-mixed"       // no symptom is that of most of the bad ones
)

// ofClass are the symptoms that a class is, whatever else was seen.
var ofClass = map[load.Class]Symptom{
	load.DialTimeout: SYNUnanswered, load.Refused: Refused, load.Unreachable: Unreachable,
	load.Reset: Reset, load.Timeout: Late, load.TLS: TLSFails, load.NXDomain: NameAbsent,
	load.ServFail: NameFails, load.DNSRefused: NameFails, load.DNSOther: NameFails,
	load.DNSTimeout: NameSilent, load.Body: Broken, load.Local: OwnFailure,
	load.Protocol: WrongAnswer, load.TLSExpired: CertExpired, load.TLSHost: CertHost,
	load.TLSAuthority: CertAuthority, load.TLSVersion: TLSVersion, load.Assertion: WrongAnswer,
	load.OK: Late,
}

// Of is the symptom of a bad request.
func Of(r *load.Request) Symptom {
	s, ok := ofClass[r.Class]
	switch {
	case r.Class == load.Status && r.Status >= 500:
		return ServerError
	case r.Class == load.Status:
		return TurnedAway
	case !ok:
		return Mixed
	case s != Late:
		return s
	}
	switch took := time.Duration(r.Done - r.Sent); {
	case 2*r.Lookup.Took() > took:
		return NameSlow
	case 2*r.Handshake.Took() > took:
		return SYNUnanswered
	}
	return Late
}

// resent is how long a handshake takes at least when its first SYN was not answered: until it is
// sent again, RFC 6298 says after 1 s, and systems do so by a timer that is a little early.
const resent = 950 * time.Millisecond

// Resent reports whether a handshake succeeded, and only with a SYN sent again.
func Resent(s load.Step) bool { return s.OK() && s.Took() >= resent }

// Symptoms are all of them, sorted.
func Symptoms() []Symptom {
	all := []Symptom{ServerError, TurnedAway, NameSlow, Loss, Mixed}
	for _, s := range ofClass {
		all = append(all, s)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
