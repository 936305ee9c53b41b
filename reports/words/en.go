package words

import (
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// english is English.
var english = map[sla.Code]string{
	sla.Ended:         "ended by the user; what was injected has been lifted",
	sla.EndedEarly:    "{detail}",
	sla.NothingJudged: "no objective was judged: a run without one cannot pass",
	sla.ObjectiveMissed: "{objective}: wanted {wanted}, measured {measured}‹ ({fault})›" +
		"‹: {why}›",
	sla.ObjectiveUndecided: "{objective}: wanted {wanted}, measured {measured}‹ ({fault})›" +
		"‹: {why}›",
	sla.Dead: "nothing was injected: most requests‹ of {groups}› " +
		"were bad in the baseline: look at the targets' logs",
	sla.FaultNotInjected: "fault {fault} was never injected: the run ended before",
	sla.FaultNotGone:     "fault {fault} was not proven gone",
	sla.FaultTooFew: "fault {fault} touched {touched} of the users' requests, fewer than " +
		"the {least} that would show what it does: raise the rate, or hold it longer",
	sla.FaultTooFewOwn: "fault {fault}: {touched} {unit}, fewer than the {least} that would " +
		"show what it does: is the target of {link} up, and the fault on for long enough?",
	sla.FaultTooFewVouched: "fault {fault}: its proof counted {touched} {unit}, fewer than the " +
		"{least} that would show what it does: does it count what users meet at {link}, and is " +
		"the fault on for long enough?",
	sla.FaultUnknown: "fault {fault}: {touched} {unit} on {link}, users' and checks' " +
		"together, and no outage: that a user met it is not known, it may all have been " +
		"checks; {cure}",
	sla.FaultUntouched: "fault {fault} touched none of the users' requests: {why}",
	sla.FaultFewPackets: "fault {fault} touched {packets} packets of the users', and no outage " +
		"followed: one request sends up to {most_per_request} that nobody answers, so it may " +
		"have met fewer than the {least} requests that would show what it does: raise the " +
		"rate, or hold it longer",
	sla.FaultOverstayed: "fault {fault} was on for longer than planned, until its node lifted " +
		"it by itself: stormdrill, or its connection to the engine, stood still",
	sla.FaultOverstayedOn: "fault {fault} was on for longer than planned, and its node failed " +
		"to lift it by itself: {detail}",
	sla.FaultOverdue: "fault {fault} was on for ‹{over_seconds} ›" +
		"longer than planned: stormdrill, or its connection to the engine, stood still, or " +
		"another fault took its time",
	sla.FaultLeft: "a fault was left in place: {detail}",
	sla.NamesLeft: "names were left moved: {detail}",
	sla.WentRound: "requests of {group} were answered, and none of its links saw a " +
		"connection: something went round the switchboard",
	sla.WentRoundNode: "{node} answered {requests:0} of the users' requests, and the " +
		"switchboard saw no connection on {links}: something went round it, where no fault can " +
		"bite; let {askers} reach {node} by its name, not by an address that is configured or " +
		"announced",
	sla.WentRoundUnlinked: "{node} answered {requests:0} of the users' requests, and the " +
		"switchboard saw no connection on any link that leads there: something went round it, " +
		"where no fault can bite; let who asks it reach {node} by its name, not by an address " +
		"that is configured or announced",
	sla.LinkBypassed: "{stray}: the link that fault {fault} hits may have been gone round; " +
		"let {from} reach {to} by its name, not by an address that is configured or announced",
	sla.BaselineShort: "the baseline of {group} is {requests} requests: a steady state takes " +
		"at least {least}; make the baseline longer, or the rate higher",
	sla.BaselineBad: "{bad} of {requests} requests of {group} were bad in the baseline, " +
		"before any fault: {cure}",
	sla.BaselineBadOfAll: "{bad} of {requests} requests of all groups were bad in the baseline, " +
		"before any fault: look at the targets' logs, or lower the rate",
	sla.FailuresEarly: "more requests of {group} failed by {at_seconds:1} s into the run " +
		"than its steady state explains, before any fault was injected",
	sla.FailuresEarlyOfAll: "more requests of all groups together failed late in the baseline " +
		"than the part of it before explains: look at the targets' logs, or want a longer " +
		"baseline",
	sla.OutageEarly: "an outage of {group} began {at_seconds:1} s into the run, before any " +
		"fault was injected",
	sla.OutageOnAlready: "an outage of {group} was on already {at_seconds:1} s into the run, " +
		"when the fault came that may have had it",
	sla.SlowerEarly: "{group} were answered more slowly late in the baseline than before, " +
		"and no fault was on: what calm is cannot be told; want a longer baseline, or look at " +
		"the target",
	sla.AlarmEarly: "watcher {watcher} raised an alarm {at_seconds:1} s into the run, " +
		"before any fault was injected",
	sla.ReferenceBad: "{bad} of {requests} requests of the reference group {group} were " +
		"bad, and no fault touches them: the load node, the machine or the reference's target " +
		"was unwell; give the machine to the drill alone, or look at that target's log",
	sla.ReferenceSilent: "the reference group {group} sent nothing once the fault was on: what " +
		"it would have met is not known",
	sla.OutageLate: "an outage of {group} began {at_seconds:1} s into the run, {when}: " +
		"whether a fault did it cannot be told; look at the target's log",
	sla.OutageUnended: "the outage of {group} that began {at_seconds:1} s into the run was " +
		"not seen to be over when the run ended: bound it with sla.recover, or want a longer " +
		"recovery",
	sla.FailuresLate: "more requests of {group} failed by {at_seconds:1} s into the run " +
		"than its steady state explains, after the users had recovered",
	sla.SlowerAtEnd: "{group} are answered, and more slowly than before: 95 % of them " +
		"within {p95_seconds} in the last {last_seconds}, and within {baseline_p95_seconds} in " +
		"the baseline: sla.calm bounds how long that may last",
	sla.AlarmLate: "watcher {watcher} raised an alarm {at_seconds:1} s into the run, " +
		"after the users had recovered: look at what it saw then",
	sla.WriteLostLate: "a write that was acknowledged {at_seconds:1} s into the run is lost, " +
		"longer than confirm after the last fault: whether a fault did it cannot be told",
	sla.GeneratorLate: "the generator fell behind its own schedule: 99 % of requests left " +
		"within {lag_seconds:ms1} ms of their due time, {late} of {sent} later than " +
		"{window_seconds}; lower the rate, or give the machine to the drill alone",
	sla.GeneratorStalled: "the generator fell behind its own schedule around an instant that is " +
		"measured: lower the rate, or give the machine to the drill alone",
	sla.GeneratorSlowed: "{requests} requests of {group} were answered within their time and " +
		"are bad by what the generator was late with them: lower the rate, or give the machine " +
		"to the drill alone",
	sla.GeneratorExhausted: "{requests} requests failed on the load node itself (out of " +
		"descriptors or ports): use connections that live longer, or a lower rate",
	sla.RequestsUnsent: "{unsent} of {due} requests that were due could not be sent: lower " +
		"the rate, or give the machine to the drill alone",
	sla.RequestsUnsentOf: "{unsent} of {due} requests of {group} that were due could not be " +
		"sent: lower the rate, or give the machine to the drill alone",
	sla.LoadSilent: "{requests} requests of {group} are on record, of some {due:0} that " +
		"were due until the end of the run: the load stood still, or what it sent is lost; " +
		"lower the rate, or give the machine to the drill alone",
	sla.ClocksApart: "the clock that watcher {watcher} is heard on is related to the " +
		"users' within {bound_seconds} only, too much for a limit of {limit_seconds}: run " +
		"stormdrill nearer to the containers, or allow for more",
	sla.Harness:         "{detail}",
	sla.RecordTruncated: "the record breaks off: stormdrill was ended before the drill was",
	sla.RecordNoEnd: "the record has no end mark: the drill broke off, and what would say " +
		"why is lost",
	sla.CampaignEnded: "ended by the user: {left} of {runs} runs were not run; what was " +
		"measured is kept",
	sla.RunsLeft: "{left} of {runs} runs were not run: they could change the answer",
	sla.RunsExceeded: "{exceeded} of {runs} runs exceeded the SLA ({missed} missed it, " +
		"{inconclusive} inconclusive), {allowed} allowed",
	sla.RunBecause: "run {run}: {why}",
	sla.RunEnded:   "run {run}: {verdict}",

	sla.Bursts: "bad requests of {group} come in bursts (index of dispersion up to " +
		"{dispersion:1} in the baseline): an outage has to stand out by as much more",
	sla.ColdBaseline: "the first {cold_seconds:0} s of the baseline of {group} were slower " +
		"than the rest, and are left out of the latency that it sets: want a longer " +
		"phases.warm-up",
	sla.CountsFromPause: "fault {fault} comes and goes, and had paused for {paused_seconds} when " +
		"it was lifted: mitigate, recover, calm and alert-clear count to or from that pause, " +
		"which began at {at_seconds}",
	sla.HurtUnlimited: "users of {group} were hurt, and no objective limits how many of their " +
		"requests fail: {failed:n} of {requests:n} in the fault phase did ({failed_share})",
	sla.LimitBeyondFault: "sla.{limit} of {limit_seconds}: fault {fault} was on for " +
		"{lasted_seconds}, of which {confirm_seconds} confirm it: a time above {most_seconds} " +
		"cannot be met in this record",
	sla.LimitBeyondRecord: "sla.{limit} of {limit_seconds}: after the last fault the record has " +
		"{lasted_seconds}, of which {confirm_seconds} confirm it: a time above {most_seconds} " +
		"cannot be met in this record",
	sla.MachineBusy: "the machine at its busiest: {load_per_core:g3} runnable tasks per " +
		"core‹, some waited for CPU {waited_cpu_share} of the time›" +
		"‹, some waited for memory {waited_memory_share} of the time›" +
		"‹, some waited for disk {waited_disk_share} of the time›",
	sla.MonitoringAhead: "{watcher}: its own time stamp is {off_seconds} ± " +
		"{resolution_seconds} later than what it tells was seen: the monitoring's clock is ahead",
	sla.MonitoringBehind: "{watcher}: its own time stamp is {off_seconds} ± " +
		"{resolution_seconds} earlier than what it tells was seen: the monitoring's clock is " +
		"behind",
	sla.SettingNotHonoured: "{setting} of {given} is not honoured: the record was made with " +
		"{record}, and is judged with it",
	sla.NotContained: "not contained: {detail}",
	sla.StrayOut:     "{from} tried {packets} × {to} {protocol}",
	sla.StrayToPort:  "{from} tried {packets} × {to}:{port}/{protocol}",
	sla.StrayDirect: "{from} looked for {to} on the wire, past the switchboard ({packets} " +
		"× ARP)",
	sla.MoreStrays: "and {strays} more strays; {packets} packets were not let out of the " +
		"drill's network",

	sla.WatcherUnanswered: "{watcher}: none of its answers counted; the last: {detail}",
	sla.ServerUnchecked: "{watcher}: the state of its server never changed: HAProxy says “no " +
		"check” of it throughout; write check in its server line",
	sla.NodesUnnamed: "users' answers name no node, so that one bad node cannot be told from " +
		"what all have in common: let the balancer say whom it asked (HAProxy: http-response " +
		"set-header X-Stormdrill-Node %s), or each node who it is (nginx: add_header " +
		"X-Stormdrill-Node NAME always)",
	sla.NodeUnknown: "answers name the node {node}, and the drill has none of that name: let " +
		"X-Stormdrill-Node say a target's name, with its number where it has replicas (app-2)",

	sla.RunsKept: "{kept} of {runs} runs kept the SLA: at least {at_least_share:whole}% " +
		"of such runs keep it, with 95% confidence",
	sla.RunsKeptUnknown: "{kept} of {runs} runs kept the SLA: nothing can be said of how many " +
		"of such runs keep it",
	sla.RunsNotRun: "{left} not run to the end: each counts as an exceedance in every " +
		"bound, for a campaign that ends early may have ended because of what it saw",
	sla.RunsNeeded: "to say it of 95% takes {runs} runs with {allowed} " +
		"exceedance{allowed:s} allowed, fixed beforehand: more runs added to these would not " +
		"be the same",
	sla.FalseAlarms: "{alarmed} of {runs} run{runs:s} without the fault raised a false " +
		"alarm: at most {at_most_share:up}% of such runs do, with 95% confidence‹ " +
		"({inconclusive} inconclusive and {left} not run count as alarms)›",
	sla.FalseAlarmsUnknown: "{alarmed} of {runs} run{runs:s} without the fault raised a false " +
		"alarm: nothing can be said of how often such runs do‹ ({inconclusive} inconclusive " +
		"and {left} not run count as alarms)›",
	sla.WatcherAlarmed: "watcher {watcher} alarmed in {alarmed} of {runs} runs without the " +
		"fault: what it noticed with the fault may be chance",
	sla.OutagesWithoutFault: "users had an outage in {outages} of {runs} runs without the " +
		"fault: the target or the machine fails by itself",

	sla.AfterRecovery: "after the users had recovered",
	sla.Unexplained:   "which no fault explains that it can meet",
	sla.AskByHTTP1: "{protocol} is spoken there, in which no request can be read: let " +
		"{link} be asked by HTTP/1.1",
	sla.ForwardTraceparent: "no request there carried the traceparent of a user's, which tells " +
		"the two apart (W3C Trace Context): let who asks there forward that header",
	sla.TellApart: "neither a node's share of the users' answers nor their latency shows " +
		"it; of HTTP, a fault of the byte stream (reset, http-status, latency) tells them " +
		"apart there, or let it hit a link that the users' own requests take, or the nodes " +
		"name themselves (X-Stormdrill-Node)",
	sla.UnreadProtocol: "{protocol} is spoken on {link}, in which no request can be read or " +
		"answered: let it be asked by HTTP/1.1",
	sla.NoneOpened: "it touches connections while they are made, and none of theirs was " +
		"opened on {link} while it was on; those that stood went on: let them live shorter " +
		"(connections: {live: …}, or per: request)",
	sla.AllSpared: "none of theirs crossed {link} while it was on but for what it " +
		"spares; check the link, and what it spares or chooses, with stormdrill plan",
	sla.NoneMet: "none of theirs met it on {link} while it was on; check the link, the " +
		"port and the connections' life with stormdrill plan",
	sla.RedirectsNotFollowed: "the answers lead elsewhere ({status}), and redirects are not " +
		"followed: let to be where they lead, or say expect: [{status}]",
	sla.LookAtLog: "look at the target's log, or lower the rate",

	sla.EndedUnplanned: "the drill did not end as planned",
	sla.ProvesNothing:  "the run proves nothing: see its reasons",
	sla.NoAnswerCounts: "the watcher got no answer that counts‹: {detail}›",
	sla.NoEffect:       "the fault had no effect that could be noticed",
	sla.NeverNoticed:   "it never noticed, so it could not be content again",
	sla.CannotMeet: "it cannot meet {faults} by its own way, and is not judged for it‹: " +
		"say as: {as}, so that it asks in the users' place, or aim the fault at watch:{watcher}, " +
		"too›‹: its own link {link} has no fault: aim the fault at \"{aim}\", or ask where " +
		"users do›",
	sla.NobodyHurt: "no user was hurt, so nothing was there that it had to notice: make " +
		"the fault harder, or ask for a detection only if users felt it: {within: …, if: felt}",
	sla.OnlySlower: "users were answered more slowly, and none of their requests failed: " +
		"that a watcher has to notice it is not said; bound latency with a threshold, or call " +
		"slower answers bad (slow: …)",
	sla.TooFaint: "users felt it, and too little for an outage to stand out: want it on " +
		"for longer, a higher rate, or one that hits more",
	sla.NotLifted:       "the fault was not lifted in this run",
	sla.NoOutageOfFault: "no outage that is the fault's was seen",
	sla.WithinResolution: "the ± includes the limit: a higher rate, or a watcher that asks " +
		"more often, narrows it",
	sla.Relapsed: "it seemed over then, and came back, or was never quite over: look at " +
		"what happened later, or want a longer baseline where it is never quite well",
	sla.OfOtherFault: "what it cried may have been of another fault, which came before or " +
		"since: which of them it noticed cannot be told; let them come further apart",
	sla.UnconfirmedAtLift: "the users were last seen unwell then, and the fault was lifted " +
		"before they had been well for as long as confirms it: want a longer fault phase, or a " +
		"shorter confirm",
	sla.UnconfirmedAtEnd: "the users were last seen unwell then, and the run ended before they " +
		"had been well for as long as confirms it: want a longer recovery, or a shorter " +
		"confirm",
	sla.RunEndedBefore:  "the run ended before it could be told",
	sla.ThresholdUnread: "{detail}",
	sla.BaselineEmpty:   "the baseline has no data to hold it against",
	sla.BaselineEndless: "so many were bad in the baseline that its own has no end",
	sla.NoRequest: "no request was sent‹ on {connections} connections›" +
		"‹ that {node} answered› in that phase",
	sla.NoLookup: "no name was asked‹ on {connections} connections›" +
		"‹ that {node} answered› in that phase",
	sla.NoConnection: "no connection was opened‹ on {connections} connections›" +
		"‹ that {node} answered› in that phase",
	sla.NoTLSHandshake: "no TLS handshake was begun‹ on {connections} connections›" +
		"‹ that {node} answered› in that phase",
	sla.NamelessAnswers: "{requests} requests that got no answer, or one that names no node, " +
		"may have been its own: let each node say who it is, and a front whom it asked",
	sla.UnsentDecide: "it depends on the requests that were due and never sent",
	sla.SampleSmall:  "{steps} of them leave that much in doubt",
	sla.SampleSmallForTime: "{steps} of them leave that much in doubt: a longer phase, or a " +
		"higher rate, would tell it more finely",
	sla.SampleSmallForShare: "{steps} of them leave that much in doubt: {limit_share} takes " +
		"{needed} without a failure; a longer phase, a higher rate or more connections would " +
		"give them",
	sla.NoLedger:            "no load group keeps a ledger of its writes",
	sla.NoWriteAcknowledged: "no write was acknowledged",
	sla.NoWriteReadBack:     "no write was read back",
	sla.WritesUnknown:       "{writes} acknowledged writes could not be read back either way",
	sla.NothingToNotice:     "no watcher had anything to notice",
	sla.NotAskedInRecovery:  "it did not ask in recovery",
	sla.AnswersFew: "fewer than {least} answers show nothing: let it ask more often, or " +
		"want a longer recovery",
	sla.AnswersMissing: "the watcher got fewer than half of the answers that were due",
	sla.NothingSent:    "no request was sent",
	sla.FailuresUnexplained: "no outage stands out, and more requests of all groups failed than " +
		"the baseline explains",

	sla.WantTime:         "{op} {limit_seconds}",
	sla.WantShare:        "{op} {limit_share}",
	sla.WantOfBaseline:   "{op} {factor:g} x baseline‹, {limit_seconds}›‹, {limit_share}›",
	sla.WantWrites:       "{op} {writes} writes",
	sla.WantNone:         "none",
	sla.WantEveryConnect: "every connect",
	sla.WantNot:          "not {detail}",
	sla.AsWritten:        "{detail}",

	sla.Nothing:            "nothing",
	sla.TimeTaken:          "{seconds}‹ ± {resolution_seconds:doubt}›",
	sla.TimeMitigated:      "{seconds}, mitigated",
	sla.TimeAtMost:         "≤ {seconds:most}",
	sla.TimeExceeds:        "> {seconds:least}",
	sla.TimeToRelapse:      "≥ {seconds:least}, and not as before from then on",
	sla.TimeToOtherFault:   "≥ {seconds:least}, and then another fault was on",
	sla.TimeToLift:         "≥ {seconds:least}, not confirmed before the fault was lifted",
	sla.TimeToEnd:          "≥ {seconds:least}, not confirmed before the run ended",
	sla.TimeBetween:        "{least} to {most}",
	sla.Latency:            "{low_seconds..high_seconds}‹, as {bad} of {requests} were bad›",
	sla.Share:              "{low_share..high_share}",
	sla.CountOf:            "{count} of {of}",
	sla.CountBetween:       "{least} to {most} of {of}",
	sla.AlarmsRaised:       "{count}, the first {at_seconds:1} s into the run",
	sla.OutagesSeen:        "{count}, the first of {group} {at_seconds:1} s into the run",
	sla.AbortHeld:          "held, and ended the drill",
	sla.NotNoticedAbsorbed: "not noticed, absorbed",
	sla.NotNoticedSlower:   "not noticed, answered more slowly",
	sla.Absorbed:           "no outage: absorbed",
	sla.AbsorbedSlower:     "no outage: answered more slowly",
	sla.WellWhileOn:        "no outage while it was on",
	sla.Points:             "{points:g3} points",

	sla.MarkInject:    "inject‹ {fault}›",
	sla.MarkLift:      "lift‹ {fault}›",
	sla.MarkClear:     "clear‹ {fault}›",
	sla.MarkOnset:     "onset‹ of {fault}›",
	sla.MarkRecovered: "users well‹ after {fault}›",
	sla.MarkNoticed:   "{watcher} noticed",
	sla.MarkContent:   "{watcher} content",
	sla.MarkSteer:     "steer {steer}",
	sla.LedElsewhere:  "{detail}",
	sla.MarkSteerBack: "steer {steer} back",

	sla.AlertNode:           "a single node",
	sla.AlertRegion:         "a regional interruption",
	sla.AlertCore:           "a core service is down",
	sla.NetworkInterruption: "network interruption",
	sla.ServerDown:          "server down",
	sla.SecurityAttack:      "security attack",
	sla.NetworkOperations:   "network operations",
	sla.SystemsOperations:   "systems operations",
	sla.SecurityOperations:  "security operations",
}
