package words

// englishPage are the lines that only report.html has. Those named chart-… are set by its
// script, in which a % stands for a value.
var englishPage = map[string]string{
	// The head.
	"page-why":           "Why",
	"page-what-happened": "What happened when",

	// Its tiles.
	"page-what-broke":        "What broke",
	"page-nothing-broke":     "nothing was injected",
	"page-never-injected":    "never injected",
	"page-how-long":          "How long users suffered",
	"page-none-sent":         "no request to be judged",
	"page-failed-of":         "{failed} of {sent} requests failed; {good} good",
	"page-users-hit":         "{hit} of {users} users hit",
	"page-who-noticed":       "Who noticed, and when",
	"page-nobody":            "nobody",
	"page-after":             "{watcher}, after {time}",
	"page-ideal":             "every request, watched: {time}",
	"page-cannot-meet":       "cannot meet {faults}",
	"page-content-none-hurt": "content; no user was hurt",
	"page-content-slower":    "content, while answers were slower",
	"page-never":             "never ({time})",
	"page-did-it-pass":       "Did it pass",
	"page-believe":           "Can the numbers be believed",
	"page-numbers-hold":      "yes, as finely as they say",
	"page-numbers-void":      "no, they prove nothing",
	"page-rates":             "{sent}/s sent of {wanted}/s wanted",
	"page-lag":               "sent at most {lag} late (p99)",
	"page-unsent":            "{unsent} never sent",
	"page-notes":             "notes: {notes}",
	"page-effective-no":      "it never bit",
	"page-effective-too-few": "it bit too few",
	"page-effective-unknown": "not known whether it bit",

	// What was wanted.
	"page-objectives":    "What was wanted, and what was measured",
	"page-bar":           "measured, and the limit",
	"page-no-objectives": "nothing was judged",

	// Charts: how users were served.
	"page-success-panel": "How the users were served",
	"page-success-hint":  "share of good requests",
	"page-all-groups":    "all groups",
	"page-whole-run":     "whole run",
	"page-how":           "drag or + and − zoom all charts, arrows move, double click or 0 goes back",
	"page-fault-on":      "fault on",
	"page-outage":        "outage of users",
	"page-any-failed":    "requests failed",
	"page-give":          "how finely an instant is known",

	// Who knew what.
	"page-noticed-panel": "Who knew what, when",
	"page-noticed-hint":  "lighter: how finely an end is known; dotted: not over at the end",
	"page-watcher":       "watcher",
	"page-noticed-after": "noticed after",
	"page-behind":        "behind the ideal",
	"page-content-after": "content after clear",
	"page-false-alarms":  "false alarms",
	"page-moved":         "moved {at} to {back} ({answers} answers)",
	"page-never-moved":   "never moved",
	"page-no-watchers":   "nobody watched",

	// How long answers took.
	"page-latency-panel": "How long answers took",
	"page-latency-hint":  "a bad request takes for ever: a line that breaks off has no end there",
	"page-group":         "users",
	"page-phase":         "phase",
	"page-good":          "good",
	"page-during":        "it was on in the outage of {fault}",

	// How requests failed.
	"page-failures-panel": "How requests failed",
	"page-failures-hint":  "a second, by class",
	"page-no-failures":    "no request failed",
	"page-due":            "due and sent",

	// Who answered.
	"page-nodes-panel": "Who answered",
	"page-nodes-hint":  "answers a second by node; below, success by kind of connection",

	// What the faults did.
	"page-proof-panel": "That the fault was there",
	"page-proof-hint":  "counted on the wire",
	"page-for-users":   "for users",
	"page-for-checks":  "for checks",
	"page-in-all":      "in all",
	"page-unit":        "counted",
	"page-gone":        "gone",
	"page-together":    "not told apart",
	"page-bit":         "bit after",
	"page-felt":        "users had",
	"page-absorbed":    "nothing: absorbed",
	"page-slower":      "slower answers, no outage",
	"page-faint":       "{bad} bad requests, too few for an outage",
	"page-least":       "least to stand out",

	// What it cost.
	"page-cost-panel": "What it cost",
	"page-no-cost":    "nothing was counted",
	"page-writes":     "acknowledged writes",
	"page-writes-are": "{acknowledged}: {there} there, {lost} lost, {unknown} unknown",
	"page-budget":     "error budget",
	"page-burnt":      "{burnt} burnt: {share} of {allowed} ({objective} good in {window})",
	"page-level":      "impact level (1 to 3)",
	"page-everyone":   ", everyone",
	"page-or-lower":   ", or one lower: too few users to tell",
	"page-peak":       "active users hit in the worst second",
	"page-hit":        "users ever hit",
	"page-hit-of":     "{hit} of {users}",
	"page-degraded":   "degraded for",
	"page-full":       "fully out for",
	"page-by-time":    "share of the time well",
	"page-clocks":     "handbook's clocks",
	"page-within":     "respond within {respond}, repair within {repair}",

	// What the numbers rest on.
	"page-trust-panel":   "How far to trust the numbers",
	"page-trust-hint":    "the generator, the clocks, and what was noted",
	"page-load":          "load",
	"page-late":          "late in sending, p99",
	"page-never-sent":    "due, and never sent",
	"page-replayed":      "replayed by the transport",
	"page-machine":       "machine at its busiest",
	"page-pressure":      "load of {load} a core",
	"page-waited-cpu":    "waited for CPU {share} of the time",
	"page-waited-memory": "for memory {share}",
	"page-waited-io":     "for disks {share}",
	"page-clock":         "clocks",
	"page-clock-is": "the containers' is {shift} ± {bound} off this one's, measured {times} " +
		"times; drift {drift}",
	"page-clock-is-one": "containers and this machine share one, to ± {bound}",
	"page-strays":       "strayed from the drill's network",
	"page-strays-are":   "{packets} packets stopped",
	"page-one":          "one run",
	"page-one-run": "it says what happened once. What happens in general takes a campaign: " +
		"stormdrill run --repeat.",

	// To repeat it.
	"page-again-panel": "To repeat it",
	"page-command":     "command",
	"page-run":         "run",
	"page-sla-hash":    "SHA-256 of the SLA",
	"page-image-of":    "image of {nodes}",

	// What the script of the page says.
	"chart-time":      "time",
	"chart-success":   "success",
	"chart-worst":     "worst quarter of a step",
	"chart-max":       "slowest good one",
	"chart-slow":      "bad from here",
	"chart-due":       "due",
	"chart-sent":      "sent",
	"chart-fresh":     "new connections",
	"chart-standing":  "standing connections",
	"chart-others":    "all others",
	"chart-outage-of": "users: %",
	"chart-ideal":     "ideal observer",
	"chart-not-over":  "not over",
	"chart-a-second":  "/s",

	"page-passed": "{verdict}, {met} of {all} met",
}
