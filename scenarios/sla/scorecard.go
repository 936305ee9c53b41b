// Package sla judges a record: onset, detection, recovery, verdict. It is pure
// functions from a record to a scorecard; the definitions are MEASURING's.
package sla

// Schema is the version of the scorecard's contract.
const Schema = "stormdrill/scorecard/v2"

// Verdict of a run.
type Verdict string

// The verdicts, and their exit codes.
const (
	Pass         Verdict = "pass"         // 0
	Fail         Verdict = "fail"         // 1
	Inconclusive Verdict = "inconclusive" // 2
	Error        Verdict = "error"        // 4
	Interrupted  Verdict = "interrupted"  // 130
)

// Scorecard is the judgement of one run; scorecard.json is its JSON.
type Scorecard struct {
	Schema     string      `json:"schema"`
	Scenario   string      `json:"scenario"`
	Run        string      `json:"run"`
	Control    bool        `json:"control"` // a run without faults, see control.go
	Verdict    Verdict     `json:"verdict"`
	Void       bool        `json:"void"` // inconclusive because its numbers prove nothing
	Reasons    []Said      `json:"reasons"`
	Times      Times       `json:"times"`
	Requests   Requests    `json:"requests"`
	Data       *Data       `json:"data"` // null: no group keeps a ledger of its writes
	Impact     Impact      `json:"impact"`
	Alert      *Alert      `json:"alert"`  // null without a profile
	Budget     *Burnt      `json:"budget"` // null without one
	Groups     []Group     `json:"groups"`
	Outages    []Outage    `json:"outages"`
	Diagnosis  []Diagnosis `json:"diagnosis"` // what the outages looked like
	Faults     []Fault     `json:"faults"`
	Nodes      []Node      `json:"nodes"`
	Links      []Link      `json:"links"` // proxied ones, in which requests are counted
	Watchers   []Watcher   `json:"watchers"`
	Chains     []Chain     `json:"chains"` // none: no watcher reports a step of one
	Steers     []Steer     `json:"steers"`
	Objectives []Objective `json:"objectives"`
	Generator  Generator   `json:"generator"`
	Clock      *Clock      `json:"clock"`   // null: not measured
	Classes    []Class     `json:"classes"` // failed requests by class
	Picture    Picture     `json:"picture"`
	Notes      []Said      `json:"notes"`
	// Notifications are null where no watcher waits for any, and none was sent.
	Notifications *Notifications `json:"notifications"`
	// Strays are what went by no link, the most first, 100 at most; StraysDropped counts
	// the packets that the drill's network did not let out, also those of strays that are
	// not listed. Uncontained is what the network lacked of its walls (--uncontained).
	Strays        []Stray  `json:"strays"`
	StraysDropped uint64   `json:"strays_dropped"`
	Uncontained   []string `json:"uncontained"`
	Seed          uint64   `json:"seed,string"` // as text: a JSON number would lose it
	// Jitter is how far two runs of this drill differ of themselves, by when the injection
	// falls between two looks of whatever looks, seconds.
	Jitter  float64 `json:"jitter_seconds"`
	Started Word    `json:"started"` // RFC 3339
	// Tool is the version of stormdrill that made the record, SLA the SHA-256 of the
	// objectives that judged it, in hexadecimal: of two scorecards, whether by the same.
	Tool Word   `json:"tool"`
	SLA  string `json:"sla_sha256"`
}

// Time is one measured duration, known within Resolution. Where Censored, it lasted longer than
// Seconds less that; where it is Unconfirmed, too, at least so long: it may have ended then.
type Time struct {
	Seconds    float64 `json:"seconds"`
	Resolution float64 `json:"resolution_seconds"`
	Censored   bool    `json:"censored"`
	// Unconfirmed is what came before the users had been well for W: the "lift" of
	// the fault, or the "end" of the run. They were last seen unwell at Seconds.
	// "rest" is that it seemed over, and more stayed bad than the steady state explains;
	// "other" that another fault was on then, of which what a watcher cried may have been.
	Unconfirmed Word `json:"unconfirmed"`
	By          Word `json:"by"` // what noticed, or what ended it: a watcher, "mitigated", …
}

// What a Time is Unconfirmed before.
const (
	atLift  = "lift"
	atEnd   = "end"
	atRest  = "rest"
	byOther = "other"
)

// Times of a run; null is “does not apply”.
type Times struct {
	Detect   *Time `json:"detect"` // the first watcher's
	Mitigate *Time `json:"mitigate"`
	Recover  *Time `json:"recover"`
	Calm     *Time `json:"calm"`        // until latency was as before, from the last clear on
	Restore  *Time `json:"alert_clear"` // the last watcher's
	Outage   *Time `json:"outage"`      // as the users had it
	Ideal    *Time `json:"ideal"`       // what a perfect monitor could have known
}

// Requests of all groups, over fault and recovery.
type Requests struct {
	Due          uint64 `json:"due"`
	Sent         uint64 `json:"sent"`
	Failed       uint64 `json:"failed"`
	Availability Number `json:"availability"` // good ÷ sent, in [0, 1]
	// Over is how long fault and recovery took together: the longer users are well in recovery,
	// the higher the availability over both. None where the run did not get there.
	Over Number `json:"over_seconds"`
	// of those due, had all that were never sent been bad
	Low  Number `json:"availability_low"`
	High Number `json:"availability_high"` // had they been good
	// failed beyond the baseline's share; at least 0
	Excess       float64 `json:"excess_over_baseline"`
	Replayed     uint64  `json:"replayed"` // sent more than once by the transport
	BeforeDetect uint64  `json:"failed_before_detection"`
	AfterDetect  uint64  `json:"failed_after_detection"`
	// UntilWell are those of AfterDetect that were due before the users had recovered
	// from the faults' last outage; the rest is the steady state's, or another outage's.
	UntilWell uint64 `json:"failed_detection_to_recovery"`
}

// Data is what became of the writes that were acknowledged to the users, each
// read back after the recovery phase. Instants are seconds from the start, none
// where nothing is lost.
type Data struct {
	Acknowledged uint64   `json:"acknowledged"`
	There        uint64   `json:"there"`
	Lost         uint64   `json:"lost"`
	Unknown      uint64   `json:"unknown"` // no answer said
	OldestLost   Number   `json:"oldest_lost"`
	YoungestLost Number   `json:"youngest_lost"`
	LostIDs      []string `json:"lost_ids"` // the oldest, 100 at most
	RPO          *Time    `json:"rpo"`      // null: nothing was read back

	atWorst Time // with every unknown one lost
}

// Impact is how much of the users' world was hit, over fault and recovery, by
// slices of a second.
type Impact struct {
	// 1: under 5 % of the active users, 2: to 30 %, 3: more; 0: no user
	Level          int     `json:"level"`
	LevelUncertain bool    `json:"level_uncertain"` // chance could have put it one lower
	Everyone       bool    `json:"everyone"`        // 99 % and more
	Peak           float64 `json:"peak_share"`      // of the active users, in the worst second
	UsersHit       uint64  `json:"users_hit"`       // ever
	Users          uint64  `json:"users"`
	// Seconds in which at least 5 % (99 %) of requests were bad, of those with at least
	// 20; null where there is none.
	Degraded *float64 `json:"degraded_seconds"`
	Full     *float64 `json:"full_outage_seconds"`
	// ByTime is the share of the seconds that were not degraded, with its bounds; null
	// likewise.
	ByTime     *float64 `json:"availability_by_time"`
	ByTimeLow  *float64 `json:"availability_by_time_low"`
	ByTimeHigh *float64 `json:"availability_by_time_high"`
}

// Burnt is what fault and recovery took of the error budget, as time without any
// service.
type Burnt struct {
	Objective float64 `json:"objective"` // share that has to be good
	Window    float64 `json:"window_seconds"`
	Allowed   float64 `json:"allowed_seconds"`
	Seconds   float64 `json:"burnt_seconds"`
	Most      float64 `json:"burnt_most_seconds"` // had all requests that were never sent been bad
	Share     float64 `json:"burnt_share"`        // of what is allowed; above 1: more than there is
}

// Alert is what the handbook's profile calls for: which teams are called, how soon they
// answer and how soon it is repaired.
type Alert struct {
	Colour   string  `json:"colour"` // yellow, orange, red
	When     Code    `json:"when"`
	Failures []Code  `json:"failures"` // the kinds of failure
	Teams    []Code  `json:"teams"`    // which team mends each of them
	Respond  float64 `json:"respond_seconds"`
	Repair   float64 `json:"repair_seconds"`
}

// Group is one load group's part, per phase.
type Group struct {
	Name   string  `json:"name"`
	Phases []Phase `json:"phases"`
	// Dispersion is the upper 95 % bound of the baseline's index of dispersion of bad
	// requests, or 1 where chance explains it: above 1 they come in bursts, and what stands
	// out has to be as much more.
	Dispersion float64 `json:"dispersion"`
}

// Phase is a group's requests in one phase: baseline, fault, recovery.
type Phase struct {
	Name    string `json:"name"`
	Due     uint64 `json:"due"`
	Sent    uint64 `json:"sent"`
	Failed  uint64 `json:"failed"`
	Success Number `json:"success"`
	// Percentiles of latency over all that were sent, a bad one counting as one without
	// end; null where so many were bad that there is none, or nothing was sent.
	P50 *float64 `json:"p50_seconds"`
	P95 *float64 `json:"p95_seconds"`
	P99 *float64 `json:"p99_seconds"`

	Connections Connections `json:"connections"`
}

// Connections parts a phase's requests by what they went over: a connection of
// their own, opened or tried, or one that stood already. Many faults hit only
// one kind.
type Connections struct {
	New         Served `json:"new"`
	Established Served `json:"established"`
	Differ      bool   `json:"differ"` // by more than chance: their 95 % bounds are apart
}

// Served counts requests.
type Served struct {
	Sent    uint64 `json:"sent"`
	Failed  uint64 `json:"failed"`
	Success Number `json:"success"`
}

// Outage is a stretch of bad requests found by the change-point test; times
// are seconds from the start of the run.
type Outage struct {
	Group      string  `json:"group"`
	Onset      float64 `json:"onset"`
	Recovery   float64 `json:"recovery"` // where censored, when its users were last seen unwell
	Resolution float64 `json:"resolution_seconds"`
	Censored   bool    `json:"censored"` // not over when the run ended, or not known to be
	Share      float64 `json:"share"`    // of requests that were bad
	Flaps      int     `json:"flaps"`
	// Unconfirmed is why a censored one may have ended at Recovery; see Time.
	Unconfirmed Word `json:"unconfirmed"`
	// By are the faults that it is put down to, the likeliest first; where several are
	// named, what each of them did to the users could not be told apart. Empty: it is
	// unexplained.
	By []string `json:"by"`
	// With are other faults that were on while it lasted: none of them was absorbed then.
	With []string `json:"with"`
}

// Diagnosis is what outages looked like to their users, and what is likely behind them, by
// the users' requests alone: package diagnosis has the rules. Outages that look the same are
// one.
type Diagnosis struct {
	Groups []string `json:"groups"`
	// due of the first bad request, seconds from the start of the run
	From    float64 `json:"from"`
	Until   float64 `json:"until"` // due of the last
	Symptom Code    `json:"symptom"`
	Cause   Code    `json:"cause"` // the likely one
	// Also are causes that look the same from here, the likelier first; of an undetermined one,
	// those that it lies between.
	Also  []Code   `json:"also"`
	Scope Code     `json:"scope"` // which users it hit
	Nodes []string `json:"nodes"` // suspected, of several; none: none stands out
	// UsersHit had a bad request, of those that sent any while it lasted.
	UsersHit uint64 `json:"users_hit"`
	Users    uint64 `json:"users"`
	// Look is where to look first, with Commands in their order; HOST, NAME, NODE, PORT,
	// RESOLVER and SERVICE in them are the service's. None where nothing is known.
	Look     Word     `json:"look"`
	Commands []string `json:"commands"`
	Evidence []Said   `json:"evidence"` // what was counted
}

// Fault is what a fault did.
type Fault struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Link string `json:"link"`
	What string `json:"what"`
	// Settings are what the scenario said of it, by their keys, as text; null of older records.
	Settings Values `json:"settings"`
	Proof    Proof  `json:"proof"`
	Inject   Number `json:"inject"` // seconds from the start of the run
	Effect   Number `json:"effect"`
	// EffectResolution is how finely the time from Inject to Effect is known: the
	// injection is a bracket, and counters of packets are polled.
	EffectResolution float64 `json:"effect_resolution_seconds"`
	Lift             Number  `json:"lift"`
	Clear            Number  `json:"clear"`
	// Absorbed: it bit, and users had no more than chance of it, bad or slow; see Detectable.
	Absorbed bool `json:"absorbed"`
	// Faint is how many bad requests users had of it where that was too few for an outage
	// to stand out: Mitigate and Recover are then at most so long.
	Faint uint64 `json:"faint"`
	// The outages that are put down to it; null where none is.
	Outage   *Time `json:"outage"`
	Mitigate *Time `json:"mitigate"`
	Recover  *Time `json:"recover"`
	// Calm is how long after it was cleared latency was as before; 0: it was by then.
	Calm *Time `json:"calm"`
	// Slower: no request failed for it, and they took longer than before.
	Slower bool `json:"slower"`
	// Detectable is the share of its users' requests that, bad from the injection, or from
	// the recovery, to the end of the run, would have stood out; null where it does not apply.
	Detectable *float64 `json:"detectable_share"`
	// DetectableGroup is the same of a group by itself, of the least sensitive one; null
	// where there are not several.
	DetectableGroup *float64 `json:"detectable_share_of_group"`
	// During is the fault with the outage in which it was on, where it has none of its own.
	During Word `json:"during"`
}

// Proof is a fault's count on the wire.
type Proof struct {
	Unit    string `json:"unit"`
	Counted Said   `json:"counted"` // Unit by a code, see link.Unit; as-written where it has none
	Users   uint64 `json:"users"`
	Checks  uint64 `json:"checks"`
	Total   uint64 `json:"total"`
	Blind   bool   `json:"blind"`
	Own     bool   `json:"own"`    // traffic of the fault's own: none of it the users'
	Detail  Word   `json:"detail"` // what else is to be said of the total
	Stated  *Said  `json:"stated"` // Detail by a code; none in older records
	// Untraced: no request on one of its links, between targets, ever carried the
	// traceparent of a user's, so that the count is blind.
	Untraced bool `json:"untraced"`
	// Unread is what else than HTTP/1 was spoken on its links, in which no request can be
	// read: "HTTP/2", "WebSocket and an upgraded protocol".
	Unread Word `json:"unread"`
	// "yes", "no", "too few"; "unknown": of a blind count without an outage
	Effective string `json:"effective"`
	Gone      bool   `json:"gone"` // read back as gone after the lift
}

// Node is one answering node's share, over the phase while the fault was on.
type Node struct {
	// Name is "unnamed" for answers without a node's header, "none" for no answer, and
	// "switchboard" for a fault's answers that do not say for which node, of older records.
	Name     string  `json:"name"`
	Baseline float64 `json:"baseline_share"`
	Fault    float64 `json:"fault_share"`
	Recovery float64 `json:"recovery_share"`
	Failed   uint64  `json:"failed"`
	Injected uint64  `json:"injected"` // answers that a fault gave in its stead
}

// Link is how many requests went over a link, per phase. It shows retries: where each request
// of a user makes more on a link than it did in the baseline, a node before it asks again.
type Link struct {
	Name string `json:"name"` // "lb -> app-2:8080"
	// Blind: no request on it carried a user's traceparent, so that checks' are counted, too.
	Blind  bool        `json:"blind"`
	Phases []LinkPhase `json:"phases"`
}

// LinkPhase is a link's requests in one phase: baseline, fault, recovery.
type LinkPhase struct {
	Name     string `json:"name"`
	Requests uint64 `json:"requests"`
	// Asked are the requests that were sent in the phase by the groups that have a way there.
	Asked uint64 `json:"user_requests"`
	// Each is Requests ÷ Asked; null where none asked.
	Each *float64 `json:"requests_per_user_request"`
}

// Class counts failed requests by how they failed.
type Class struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}

// Picture is the run as one line per second: what a small text timeline shows.
type Picture struct {
	Step  float64  `json:"step_seconds"`
	Bad   []Number `json:"bad"` // share of bad requests per step; none: none was due
	Marks []Point  `json:"marks"`
}

// Point is a named instant of the picture, seconds from the start.
type Point struct {
	At   float64 `json:"at"`
	What Said    `json:"what"`
}
