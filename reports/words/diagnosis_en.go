package words

import (
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// englishDiagnosis is English for what is likely the matter, and for what was seen of it.
var englishDiagnosis = map[sla.Code]string{
	sla.Code(diagnosis.NameAbsent):    "names do not exist (NXDOMAIN)",
	sla.Code(diagnosis.NameFails):     "the resolver fails (SERVFAIL, REFUSED)",
	sla.Code(diagnosis.NameSilent):    "the resolver does not answer",
	sla.Code(diagnosis.NameSlow):      "names take long to resolve",
	sla.Code(diagnosis.SYNUnanswered): "connecting hangs: SYNs get no answer in time",
	sla.Code(diagnosis.Refused):       "connections are refused (RST)",
	sla.Code(diagnosis.Unreachable):   "ICMP says that nothing is reachable there",
	sla.Code(diagnosis.Reset):         "connections are reset before an answer",
	sla.Code(diagnosis.Broken):        "answers break off",
	sla.Code(diagnosis.CertExpired):   "the certificate is not valid now",
	sla.Code(diagnosis.CertHost):      "the certificate is another host's",
	sla.Code(diagnosis.CertAuthority): "the certificate is by an authority " +
		"that is not trusted",
	sla.Code(diagnosis.TLSVersion):  "no TLS version in common",
	sla.Code(diagnosis.TLSFails):    "TLS handshakes fail",
	sla.Code(diagnosis.ServerError): "answers are server errors (5xx)",
	sla.Code(diagnosis.TurnedAway):  "answers have a status that is not expected",
	sla.Code(diagnosis.WrongAnswer): "answers are not what was asked for",
	sla.Code(diagnosis.Late):        "connected, and answered late or not in time",
	sla.Code(diagnosis.OwnFailure):  "the load node itself failed",
	sla.Code(diagnosis.Loss): "SYNs are sent again, and answers come late " +
		"on connections that stand",
	sla.Code(diagnosis.Mixed): "several symptoms, none of most bad requests",

	sla.Code(diagnosis.ServerDown): "server down, or hanging",
	sla.Code(diagnosis.NodeDown):   "one node down, or hanging",
	sla.Code(diagnosis.BadNode):    "load balancer sends users to a bad node",
	sla.Code(diagnosis.SlowNode):   "load balancer sends users to a slow node",
	sla.Code(diagnosis.Overload):   "server overloaded, or out of a resource",
	sla.Code(diagnosis.DNS):        "DNS resolution",
	sla.Code(diagnosis.StaleName):  "DNS cache not updated: users go to an old address",
	sla.Code(diagnosis.WrongName):  "DNS or a hosts file leads to a wrong address",
	sla.Code(diagnosis.PathDrops): "SYNs dropped on the way (firewall, " +
		"route, security group)",
	sla.Code(diagnosis.NAT):         "NAT or the way of these users has no room for new flows",
	sla.Code(diagnosis.RuleRefuses): "a firewall or routing rule refuses",
	sla.Code(diagnosis.Intercepted): "a node on the way intercepts " +
		"(carrier, WAF, IDS, proxy)",
	sla.Code(diagnosis.IdleFlows):     "TCP keepalive: idle connections are forgotten on the way",
	sla.Code(diagnosis.Certificate):   "certificate",
	sla.Code(diagnosis.TLSVersions):   "TLS versions do not agree",
	sla.Code(diagnosis.SlowPath):      "a slow way (detour, wrong CDN edge)",
	sla.Code(diagnosis.Bandwidth):     "bandwidth short",
	sla.Code(diagnosis.LossyPath):     "packets are lost on the way",
	sla.Code(diagnosis.LoadGenerator): "the load generator, not the service",
	sla.Code(diagnosis.Undetermined):  "undetermined",

	sla.Code(diagnosis.Everyone):    "everyone, or most",
	sla.Code(diagnosis.Cohort):      "these users only, others of the same nodes are served",
	sla.Code(diagnosis.OneNode):     "users sent to one node",
	sla.Code(diagnosis.Established): "connections that stood already",
	sla.Code(diagnosis.Part):        "a part of the requests",
	sla.Code(diagnosis.Client):      "client",
	sla.Code(diagnosis.Path):        "path",
	sla.Code(diagnosis.Server):      "server",

	sla.SeenBad:         "{count} of {of} requests bad",
	sla.SeenSymptom:     "{count} of {of} bad ones: {symptom}",
	sla.SeenStatus:      "{count} of {of} bad ones had status {status}",
	sla.SeenNew:         "{count} of {of} bad on new connections",
	sla.SeenEstablished: "{count} of {of} bad on established ones",
	sla.SeenUnanswered:  "{count} of {of} handshakes unanswered",
	sla.SeenResent:      "{count} of {of} handshakes succeeded with a SYN sent again",
	sla.SeenSilent: "{count} of {of} new connections opened at once " +
		"and were not answered in time",
	sla.SeenLookups: "{count} of {of} lookups failed",
	sla.SeenTLS:     "{count} of {of} TLS handshakes failed",
	sla.SeenLate: "{count} answered too late, the middle half of them " +
		"after {low_seconds..high_seconds}",
	sla.SeenParts: "answers came in {count} of {of} parts of the outage",
	sla.SeenNode: "{node}: {count} of {of} answers bad; {now_share} of these users' requests " +
		"went to it, {before_share} before",
	sla.SeenOthers: "{count} of {of} requests of others of the same nodes good",
}
