package sla

import (
	"maps"

	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
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
		Bursts:          {"group", "dispersion"},
		ColdBaseline:    {"group", "cold_seconds"},
		CountsFromPause: {"fault", "paused_seconds", "at_seconds"},
		HurtUnlimited:   {"group", "failed", "requests", "failed_share"},
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
		WatcherUnanswered:  {"watcher", "detail"},
		ServerUnchecked:    {"watcher"},
		NodesUnnamed:       nil,
		NodeUnknown:        {"node"},
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
		NoAnswerCounts:      {"detail"},
		NoEffect:            nil,
		NeverNoticed:        nil,
		CannotMeet:          {"faults", "watcher", "as", "link", "aim"},
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
		LedElsewhere:  {"detail", "askers", "to", "names"},
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
