package sla

import (
	"maps"

	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// Code is which of the things it is that the judge says; its values are in Codes.
type Code string

// Reasons why a run, or a campaign, is no pass.
const (
	Ended              Code = "interrupted"
	EndedEarly         Code = "interrupted-early"
	NothingJudged      Code = "nothing-judged"
	ObjectiveMissed    Code = "objective-missed"
	ObjectiveUndecided Code = "objective-undecided"
	Dead               Code = "dead"
	FaultNotInjected   Code = "fault-not-injected"
	FaultNotGone       Code = "fault-not-gone"
	FaultTooFew        Code = "fault-too-few"
	FaultTooFewOwn     Code = "fault-too-few-own"
	FaultTooFewVouched Code = "fault-too-few-vouched"
	FaultUnknown       Code = "fault-unknown"
	FaultUntouched     Code = "fault-untouched"
	FaultFewPackets    Code = "fault-few-packets"
	FaultOverstayed    Code = "fault-overstayed"
	FaultOverstayedOn  Code = "fault-overstayed-on"
	FaultOverdue       Code = "fault-overdue"
	FaultLeft          Code = "fault-left"
	NamesLeft          Code = "names-left"
	WentRound          Code = "went-round"
	WentRoundNode      Code = "went-round-node"
	WentRoundUnlinked  Code = "went-round-unlinked"
	LinkBypassed       Code = "link-bypassed"
	BaselineShort      Code = "baseline-short"
	BaselineBad        Code = "baseline-bad"
	BaselineBadOfAll   Code = "baseline-bad-of-all"
	FailuresEarly      Code = "failures-early"
	FailuresEarlyOfAll Code = "failures-early-of-all"
	OutageEarly        Code = "outage-early"
	OutageOnAlready    Code = "outage-on-already"
	SlowerEarly        Code = "slower-early"
	AlarmEarly         Code = "alarm-early"
	ReferenceBad       Code = "reference-bad"
	ReferenceSilent    Code = "reference-silent"
	OutageLate         Code = "outage-late"
	OutageUnended      Code = "outage-unended"
	FailuresLate       Code = "failures-late"
	SlowerAtEnd        Code = "slower-at-end"
	AlarmLate          Code = "alarm-late"
	WriteLostLate      Code = "write-lost-late"
	GeneratorLate      Code = "generator-late"
	GeneratorStalled   Code = "generator-stalled"
	GeneratorSlowed    Code = "generator-slowed"
	GeneratorExhausted Code = "generator-exhausted"
	RequestsUnsent     Code = "requests-unsent"
	RequestsUnsentOf   Code = "requests-unsent-of"
	LoadSilent         Code = "load-silent"
	ClocksApart        Code = "clocks-apart"
	Harness            Code = "harness"
	RecordTruncated    Code = "record-truncated"
	RecordNoEnd        Code = "record-no-end"
	CampaignEnded      Code = "campaign-interrupted"
	RunsLeft           Code = "runs-left"
	RunsExceeded       Code = "runs-exceeded"
	RunBecause         Code = "run-because"
	RunEnded           Code = "run-ended"
)

// Notes: what a reader should know, and what keeps no run from passing.
const (
	Bursts             Code = "bursts"
	ColdBaseline       Code = "cold-baseline"
	LimitBeyondFault   Code = "limit-beyond-fault"
	LimitBeyondRecord  Code = "limit-beyond-record"
	MachineBusy        Code = "machine-busy"
	MonitoringAhead    Code = "monitoring-ahead"
	MonitoringBehind   Code = "monitoring-behind"
	SettingNotHonoured Code = "setting-not-honoured"
	NotContained       Code = "not-contained"
	StrayOut           Code = "stray"
	StrayToPort        Code = "stray-to-port"
	StrayDirect        Code = "stray-direct"
	MoreStrays         Code = "more-strays"
)

// What a campaign allows one to say.
const (
	RunsKept            Code = "runs-kept"
	RunsKeptUnknown     Code = "runs-kept-unknown"
	RunsNotRun          Code = "runs-not-run"
	RunsNeeded          Code = "runs-needed"
	FalseAlarms         Code = "false-alarms"
	FalseAlarmsUnknown  Code = "false-alarms-unknown"
	WatcherAlarmed      Code = "watcher-alarmed"
	OutagesWithoutFault Code = "outages-without-fault"
)

// Parts of a reason: what may be why, when it was, what would help.
const (
	AfterRecovery        Code = "after-recovery"
	Unexplained          Code = "unexplained"
	AskByHTTP1           Code = "ask-by-http1"
	ForwardTraceparent   Code = "forward-traceparent"
	TellApart            Code = "tell-apart"
	UnreadProtocol       Code = "unread-protocol"
	NoneOpened           Code = "none-opened"
	AllSpared            Code = "all-spared"
	NoneMet              Code = "none-met"
	RedirectsNotFollowed Code = "redirects-not-followed"
	LookAtLog            Code = "look-at-log"
)

// Why an objective is undecided.
const (
	EndedUnplanned      Code = "ended-unplanned"
	ProvesNothing       Code = "proves-nothing"
	NoAnswerCounts      Code = "no-answer-counts"
	NoEffect            Code = "no-effect"
	NeverNoticed        Code = "never-noticed"
	CannotMeet          Code = "cannot-meet"
	NobodyHurt          Code = "nobody-hurt"
	OnlySlower          Code = "only-slower"
	TooFaint            Code = "too-faint"
	NotLifted           Code = "not-lifted"
	NoOutageOfFault     Code = "no-outage-of-fault"
	WithinResolution    Code = "within-resolution"
	Relapsed            Code = "relapsed"
	OfOtherFault        Code = "of-other-fault"
	UnconfirmedAtLift   Code = "unconfirmed-at-lift"
	UnconfirmedAtEnd    Code = "unconfirmed-at-end"
	RunEndedBefore      Code = "run-ended-before"
	ThresholdUnread     Code = "threshold-unread"
	BaselineEmpty       Code = "baseline-empty"
	BaselineEndless     Code = "baseline-endless"
	NoRequest           Code = "no-request"
	NoLookup            Code = "no-lookup"
	NoConnection        Code = "no-connection"
	NoTLSHandshake      Code = "no-tls-handshake"
	NamelessAnswers     Code = "nameless-answers"
	UnsentDecide        Code = "unsent-decide"
	SampleSmall         Code = "sample-small"
	SampleSmallForTime  Code = "sample-small-for-time"
	SampleSmallForShare Code = "sample-small-for-share"
	NoLedger            Code = "no-ledger"
	NoWriteAcknowledged Code = "no-write-acknowledged"
	NoWriteReadBack     Code = "no-write-read-back"
	WritesUnknown       Code = "writes-unknown"
	NothingToNotice     Code = "nothing-to-notice"
	NotAskedInRecovery  Code = "not-asked-in-recovery"
	AnswersFew          Code = "answers-few"
	AnswersMissing      Code = "answers-missing"
	NothingSent         Code = "nothing-sent"
	FailuresUnexplained Code = "failures-unexplained"
)

// What an objective wants.
const (
	WantTime         Code = "time-limit"
	WantShare        Code = "share-limit"
	WantOfBaseline   Code = "baseline-limit"
	WantWrites       Code = "writes-limit"
	WantNone         Code = "none"
	WantEveryConnect Code = "every-connect"
	WantNot          Code = "not"
	AsWritten        Code = "as-written"
)

// What was measured.
const (
	Nothing            Code = "nothing"
	TimeTaken          Code = "time"
	TimeMitigated      Code = "time-mitigated"
	TimeAtMost         Code = "time-at-most"
	TimeExceeds        Code = "time-exceeds"
	TimeToRelapse      Code = "time-to-relapse"
	TimeToOtherFault   Code = "time-to-other-fault"
	TimeToLift         Code = "time-to-lift"
	TimeToEnd          Code = "time-to-end"
	TimeBetween        Code = "time-between"
	Latency            Code = "latency"
	Share              Code = "share"
	CountOf            Code = "count-of"
	CountBetween       Code = "count-between"
	AlarmsRaised       Code = "alarms"
	OutagesSeen        Code = "outages"
	AbortHeld          Code = "abort-held"
	NotNoticedAbsorbed Code = "not-noticed-absorbed"
	NotNoticedSlower   Code = "not-noticed-slower"
	Absorbed           Code = "absorbed"
	AbsorbedSlower     Code = "absorbed-slower"
	WellWhileOn        Code = "well-while-on"
	Points             Code = "points"
)

// Marks of a picture.
const (
	MarkInject    Code = "inject"
	MarkLift      Code = "lift"
	MarkClear     Code = "clear"
	MarkOnset     Code = "onset"
	MarkRecovered Code = "recovered"
	MarkNoticed   Code = "noticed"
	MarkContent   Code = "content"
	MarkSteer     Code = "steer"
	MarkSteerBack Code = "steer-back"
)

// The handbook's alerts, its kinds of failure, and who mends them.
const (
	AlertNode           Code = "node"
	AlertRegion         Code = "region"
	AlertCore           Code = "core"
	NetworkInterruption Code = "network-interruption"
	ServerDown          Code = "server-down"
	SecurityAttack      Code = "security-attack"
	NetworkOperations   Code = "network-operations"
	SystemsOperations   Code = "systems-operations"
	SecurityOperations  Code = "security-operations"
)

// What a diagnosis rests on; its symptoms, causes, scopes and places are package
// diagnosis's.
const (
	SeenBad         Code = "seen-bad"
	SeenSymptom     Code = "seen-symptom"
	SeenStatus      Code = "seen-status"
	SeenNew         Code = "seen-new"
	SeenEstablished Code = "seen-established"
	SeenUnanswered  Code = "seen-unanswered"
	SeenResent      Code = "seen-resent"
	SeenSilent      Code = "seen-silent"
	SeenLookups     Code = "seen-lookups"
	SeenTLS         Code = "seen-tls"
	SeenLate        Code = "seen-late"
	SeenParts       Code = "seen-parts"
	SeenNode        Code = "seen-node"
	SeenOthers      Code = "seen-others"
)

// Codes has the names of each code's values, in their order; a value may be none.
var Codes = union(reasons, notes, sayings, parts, whys, wants, measures, marks, alerts, evidenced,
	plainly(diagnosis.Symptoms()), plainly(diagnosis.Causes), plainly(diagnosis.Scopes),
	plainly(diagnosis.Places))

// plainly are codes without values.
func plainly[C ~string](all []C) map[Code][]string {
	codes := map[Code][]string{}
	for _, c := range all {
		codes[Code(c)] = nil
	}
	return codes
}

func union(all ...map[Code][]string) map[Code][]string {
	codes := map[Code][]string{}
	for _, some := range all {
		maps.Copy(codes, some)
	}
	return codes
}

var (
	reasons = map[Code][]string{
		Ended:              nil,
		EndedEarly:         {"detail"},
		NothingJudged:      nil,
		ObjectiveMissed:    {"objective", "wanted", "measured", "fault", "why"},
		ObjectiveUndecided: {"objective", "wanted", "measured", "fault", "why"},
		Dead:               {"groups"},
		FaultNotInjected:   {"fault"},
		FaultNotGone:       {"fault"},
		FaultTooFew:        {"fault", "touched", "least"},
		FaultTooFewOwn:     {"fault", "touched", "unit", "least", "link", "counted"},
		FaultTooFewVouched: {"fault", "touched", "unit", "least", "link", "counted"},
		FaultUnknown:       {"fault", "touched", "unit", "link", "cure", "counted"},
		FaultUntouched:     {"fault", "why"},
		FaultFewPackets:    {"fault", "packets", "most_per_request", "least"},
		FaultOverstayed:    {"fault"},
		FaultOverstayedOn:  {"fault", "detail"},
		FaultOverdue:       {"fault", "over_seconds"},
		FaultLeft:          {"detail"},
		NamesLeft:          {"detail"},
		WentRound:          {"group"},
		WentRoundNode:      {"node", "requests", "links", "askers"},
		WentRoundUnlinked:  {"node", "requests"},
		LinkBypassed:       {"stray", "fault", "from", "to"},
		BaselineShort:      {"group", "requests", "least"},
		BaselineBad:        {"bad", "requests", "group", "cure"},
		BaselineBadOfAll:   {"bad", "requests"},
		FailuresEarly:      {"group", "at_seconds"},
		FailuresEarlyOfAll: nil,
		OutageEarly:        {"group", "at_seconds"},
		OutageOnAlready:    {"group", "at_seconds"},
		SlowerEarly:        {"group"},
		AlarmEarly:         {"watcher", "at_seconds"},
		ReferenceBad:       {"bad", "requests", "group"},
		ReferenceSilent:    {"group"},
		OutageLate:         {"group", "at_seconds", "when"},
		OutageUnended:      {"group", "at_seconds"},
		FailuresLate:       {"group", "at_seconds"},
		SlowerAtEnd:        {"group", "p95_seconds", "last_seconds", "baseline_p95_seconds"},
		AlarmLate:          {"watcher", "at_seconds"},
		WriteLostLate:      {"at_seconds"},
		GeneratorLate:      {"lag_seconds", "late", "sent", "window_seconds"},
		GeneratorStalled:   nil,
		GeneratorSlowed:    {"requests", "group"},
		GeneratorExhausted: {"requests"},
		RequestsUnsent:     {"unsent", "due"},
		RequestsUnsentOf:   {"unsent", "due", "group"},
		LoadSilent:         {"requests", "group", "due"},
		ClocksApart:        {"watcher", "bound_seconds", "limit_seconds"},
		Harness:            {"detail"},
		RecordTruncated:    nil,
		RecordNoEnd:        nil,
		CampaignEnded:      {"left", "runs"},
		RunsLeft:           {"left", "runs"},
		RunsExceeded:       {"exceeded", "runs", "missed", "inconclusive", "allowed"},
		RunBecause:         {"run", "verdict", "why"},
		RunEnded:           {"run", "verdict"},
	}
	notes = map[Code][]string{
		Bursts:       {"group", "dispersion"},
		ColdBaseline: {"group", "cold_seconds"},
		LimitBeyondFault: {"limit", "limit_seconds", "fault", "lasted_seconds",
			"confirm_seconds", "most_seconds"},
		LimitBeyondRecord: {"limit", "limit_seconds", "lasted_seconds", "confirm_seconds",
			"most_seconds"},
		MachineBusy: {"load_per_core", "waited_cpu_share", "waited_memory_share",
			"waited_disk_share"},
		MonitoringAhead:    {"watcher", "off_seconds", "resolution_seconds"},
		MonitoringBehind:   {"watcher", "off_seconds", "resolution_seconds"},
		SettingNotHonoured: {"setting", "given", "record"},
		NotContained:       {"detail"},
		StrayOut:           {"from", "packets", "to", "protocol"},
		StrayToPort:        {"from", "packets", "to", "port", "protocol"},
		StrayDirect:        {"from", "to", "packets"},
		MoreStrays:         {"strays", "packets"},
	}
	sayings = map[Code][]string{
		RunsKept:            {"kept", "runs", "at_least_share"},
		RunsKeptUnknown:     {"kept", "runs"},
		RunsNotRun:          {"left"},
		RunsNeeded:          {"runs", "allowed"},
		FalseAlarms:         {"alarmed", "runs", "at_most_share", "inconclusive", "left"},
		FalseAlarmsUnknown:  {"alarmed", "runs", "inconclusive", "left"},
		WatcherAlarmed:      {"watcher", "alarmed", "runs"},
		OutagesWithoutFault: {"outages", "runs"},
	}
	parts = map[Code][]string{
		AfterRecovery:        nil,
		Unexplained:          nil,
		AskByHTTP1:           {"protocol", "link"},
		ForwardTraceparent:   nil,
		TellApart:            nil,
		UnreadProtocol:       {"protocol", "link"},
		NoneOpened:           {"link"},
		AllSpared:            {"link"},
		NoneMet:              {"link"},
		RedirectsNotFollowed: {"status"},
		LookAtLog:            nil,
	}
	whys = map[Code][]string{
		EndedUnplanned:      nil,
		ProvesNothing:       nil,
		NoAnswerCounts:      nil,
		NoEffect:            nil,
		NeverNoticed:        nil,
		CannotMeet:          {"faults", "watcher"},
		NobodyHurt:          nil,
		OnlySlower:          nil,
		TooFaint:            nil,
		NotLifted:           nil,
		NoOutageOfFault:     nil,
		WithinResolution:    nil,
		Relapsed:            nil,
		OfOtherFault:        nil,
		UnconfirmedAtLift:   nil,
		UnconfirmedAtEnd:    nil,
		RunEndedBefore:      nil,
		ThresholdUnread:     {"detail"},
		BaselineEmpty:       nil,
		BaselineEndless:     nil,
		NoRequest:           {"connections", "node"},
		NoLookup:            {"connections", "node"},
		NoConnection:        {"connections", "node"},
		NoTLSHandshake:      {"connections", "node"},
		NamelessAnswers:     {"requests"},
		UnsentDecide:        nil,
		SampleSmall:         {"steps"},
		SampleSmallForTime:  {"steps"},
		SampleSmallForShare: {"steps", "limit_share", "needed"},
		NoLedger:            nil,
		NoWriteAcknowledged: nil,
		NoWriteReadBack:     nil,
		WritesUnknown:       {"writes"},
		NothingToNotice:     nil,
		NotAskedInRecovery:  nil,
		AnswersFew:          {"least"},
		AnswersMissing:      nil,
		NothingSent:         nil,
		FailuresUnexplained: nil,
	}
	wants = map[Code][]string{
		WantTime:         {"op", "limit_seconds"},
		WantShare:        {"op", "limit_share"},
		WantOfBaseline:   {"op", "factor", "limit_seconds", "limit_share"},
		WantWrites:       {"op", "writes"},
		WantNone:         nil,
		WantEveryConnect: nil,
		WantNot:          {"detail"},
		AsWritten:        {"detail"},
	}
	measures = map[Code][]string{
		Nothing:            nil,
		TimeTaken:          {"seconds", "resolution_seconds"},
		TimeMitigated:      {"seconds"},
		TimeAtMost:         {"seconds"},
		TimeExceeds:        {"seconds"},
		TimeToRelapse:      {"seconds"},
		TimeToOtherFault:   {"seconds"},
		TimeToLift:         {"seconds"},
		TimeToEnd:          {"seconds"},
		TimeBetween:        {"least", "most"},
		Latency:            {"low_seconds", "high_seconds", "bad", "requests"},
		Share:              {"low_share", "high_share"},
		CountOf:            {"count", "of"},
		CountBetween:       {"least", "most", "of"},
		AlarmsRaised:       {"count", "at_seconds"},
		OutagesSeen:        {"count", "group", "at_seconds"},
		AbortHeld:          nil,
		NotNoticedAbsorbed: nil,
		NotNoticedSlower:   nil,
		Absorbed:           nil,
		AbsorbedSlower:     nil,
		WellWhileOn:        nil,
		Points:             {"points"},
	}
	marks = map[Code][]string{
		MarkInject:    {"fault"},
		MarkLift:      {"fault"},
		MarkClear:     {"fault"},
		MarkOnset:     {"fault"},
		MarkRecovered: {"fault"},
		MarkNoticed:   {"watcher"},
		MarkContent:   {"watcher"},
		MarkSteer:     {"steer"},
		MarkSteerBack: {"steer"},
	}
	alerts = map[Code][]string{
		AlertNode:           nil,
		AlertRegion:         nil,
		AlertCore:           nil,
		NetworkInterruption: nil,
		ServerDown:          nil,
		SecurityAttack:      nil,
		NetworkOperations:   nil,
		SystemsOperations:   nil,
		SecurityOperations:  nil,
	}
	evidenced = map[Code][]string{
		SeenBad:         {"count", "of"},
		SeenSymptom:     {"count", "of", "symptom"},
		SeenStatus:      {"count", "of", "status"},
		SeenNew:         {"count", "of"},
		SeenEstablished: {"count", "of"},
		SeenUnanswered:  {"count", "of"},
		SeenResent:      {"count", "of"},
		SeenSilent:      {"count", "of"},
		SeenLookups:     {"count", "of"},
		SeenTLS:         {"count", "of"},
		SeenLate:        {"count", "low_seconds", "high_seconds"},
		SeenParts:       {"count", "of"},
		SeenNode:        {"count", "of", "node", "before_share", "now_share"},
		SeenOthers:      {"count", "of"},
	}
)
