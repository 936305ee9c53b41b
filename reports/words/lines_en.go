package words

// englishLines are English.
var englishLines = map[string]string{
	// The head of a report, and its verdicts.
	"control-run":          "{scenario}, control run without its faults",
	"verdict-pass":         "PASS",
	"verdict-fail":         "FAIL",
	"verdict-inconclusive": "INCONCLUSIVE",
	"verdict-error":        "ERROR",
	"verdict-interrupted":  "INTERRUPTED",
	"objective":            "objective",
	"wanted":               "wanted",
	"measured":             "measured",
	"margin":               "margin",
	"of-fault":             "{measured} ({fault})",
	"points":               "{points} points",
	"met-of":               "{met} of {all} met",
	"named":                "{name}: {what}",
	"counted-gone":         "{total} {unit}, {gone}",

	// Labels.
	"users":     "users",
	"outages":   "outages",
	"budget":    "budget",
	"alert":     "alert",
	"diagnosis": "diagnosis",
	"latency":   "latency",
	"data":      "data",
	"fault":     "fault",
	"noticed":   "noticed",
	"steered":   "steered",
	"answers":   "answers",
	"links":     "links",
	"generator": "generator",
	"clock":     "clock",
	"note":      "note",
	"timeline":  "timeline",
	"evidence":  "evidence",
	"seed":      "seed",
	"says":      "says",

	// Phases.
	"baseline": "baseline",
	"recovery": "recovery",

	// What users had.
	"no-outage":          "no outage",
	"no-outage-of-fault": "no outage that is a fault's",
	"unwell-before":      "unwell before the fault as well, so that no outage stands out",
	"no-outage-told":     "no outage was told apart",
	"outage-of":          "outage of {time}‹, unwell for {unwell} of it, in {several} stretches›",
	"none-sent":          "no request was sent while the fault was on or after it",
	"requests": "{outage}; {available} available: {failed} of {sent} requests " +
		"failed‹, {excess} more than the baseline's share would have›" +
		"‹, {low} to {high} with the {unsent} never sent›‹ ({classes})›",
	"stretch": "{group} from {onset} s {until}, {share} bad‹, {flap} flap›" +
		"‹, {flaps} flaps›‹, by {faults}›",
	"until":      "to {recovery} s",
	"until-open": "on, not over when the run ended",
	"or":         " or ",
	"unexplained": "an unexplained outage of {group} from {onset} s to {recovery} s‹, " +
		"each ± {resolution}›‹, {open}›",
	"unexplained-open": "not known to be over when the run ended",
	"impact": "impact level {level}‹, {everyone}›‹ ({uncertain})›" +
		": {peak} of the active users in the worst second; {hit} of {users} users ever hit; " +
		"{time}",
	"everyone":      "everyone",
	"uncertain":     "or one lower: too few users to tell",
	"impact-untold": "too few requests a second to say for how long",
	"impact-time": "degraded for {degraded}, fully out for {full}, well for {well} of " +
		"the time",
	"detection": "{before} failed before {watcher} noticed, {until} from then until " +
		"the users were well‹, {later} later›",
	"burnt": "{burnt}‹ to {most}› burnt, {share} of the {allowed} that {objective} " +
		"in {window} allows",
	"days": "{days} days",
	"alerted": "{colour}, {when}; {failures}: {teams}; respond within {respond}, " +
		"repair within {repair}",
	"yellow":       "yellow",
	"orange":       "orange",
	"red":          "red",
	"served":       "{group} good: {phases}",
	"served-phase": "{phase} {success}, p50 {p50}, p95 {p95}, p99 {p99}",
	"groups-more":  "and {groups} groups more",
	"connections": "{group}, {phase}: {new} good on new connections, {established} on " +
		"established ones",
	"amplified":  "{link}: {phases} requests for each that users sent‹ ({checks})›",
	"checks-too": "checks' among them",
	"writes": "{acknowledged} writes acknowledged: {there} there, {lost} lost, " +
		"{unknown} unknown‹, acknowledged from {oldest} s to {youngest} s›" +
		"‹; RPO at least {rpo_least}›‹; RPO {rpo}›‹, RTO {rto}›",

	// What outages looked like.
	"likely":  "likely {cause}",
	"between": "undetermined between: {causes}",
	"would-tell": "answers that name their node (X-Stormdrill-Node) would tell, as the page on " +
		"diagnosis shows",
	"looked": "{cause}‹ ({nodes})›: {symptom}; {scope}, {hit} of {users} users of {groups}, " +
		"{from} s to {until} s‹; or {also}›",
	"look-first": "look first at the {place}: {commands}",

	// What the faults did.
	"never-injected": "{fault}: never injected",
	"proof":          "{fault} on {link}: {users} {unit} for users, {checks} for checks",
	"proof-own":      "{fault} on {link}: {total} {unit}, beside the users' own ({detail})",
	"proof-blind":    "{fault} on {link}: {total} {unit}, users' and checks' together",
	"proof-untraced": "{proof}, as no request there carries the traceparent of a user's: " +
		"forwarded, it would tell them apart",
	"effect":   "{time} after the injection",
	"gone":     "proven gone",
	"not-gone": "not proven gone",
	"absorbed": "absorbed: no user's outage followed",
	"slower":   "no outage: users were answered, more slowly than before",
	"faint":    "users had {bad} bad requests of it, too few for an outage to stand out",
	"during":   "it was on in the outage of {fault}, and so not shown to be absorbed",
	"fault-outage": "outage of {time}‹, mitigated after {mitigated}›" +
		"‹, well again {recovered} after it was gone›",
	"calm": "latency as before {time} after it was gone",
	"detectable": "had {share} of their requests been bad to the end, it would have " +
		"stood out‹; of one group alone, {group_share}›",
	"detectable-stayed": "had {share} of their requests stayed bad to the end, it would have " +
		"stood out‹; of one group alone, {group_share}›",

	// Who noticed, and who was led elsewhere.
	"watcher":           "{watcher}: {found}‹; {restore}›‹; {alarms} false alarms›",
	"cannot-meet":       "cannot meet {faults} by its own way",
	"nothing-to-notice": "nothing to notice",
	"no-answer":         "no answer counted‹: {detail}›",
	"content-unhurt":    "content throughout, and no user was hurt",
	"content-slower":    "content throughout, while users were answered more slowly",
	"never-noticed":     "never noticed ({time})",
	"noticed-after": "noticed after {time}‹, {before} before every request, watched, could " +
		"have told›‹, {behind} behind what every request, watched, would have told›",
	"not-content":    "not content again ({time})",
	"content-before": "content again at {at} s, before the fault was gone",
	"content-again":  "content again {time} after the fault was gone",
	"never-moved":    "{steer}: never moved: {watcher} raised no alarm",
	"move": "from {at} s‹ to {back} s ({answers} answers)›" +
		"‹ to {idle} s (and nobody asked)›",
	"moves": "{steer}: {what} {moves}‹; users well {settled} after the move›",

	// What was cried falsely, and the chain from the impact to somebody who acknowledges.
	"false":            "false",
	"falsely":          "{watcher}: {what}",
	"false-before":     "{count} before the injection",
	"false-control":    "{count} in a run without faults",
	"false-outlived":   "{count} over before users could have had anything of it",
	"false-elsewhere":  "{count} while no fault was on that it can meet",
	"false-target":     "{count} for the wrong target",
	"false-flaps":      "{count} raised again with nothing new (counted apart)",
	"false-duplicates": "{count} notified again with nothing new",
	"received":         "received",
	"notifications": "{received} notifications‹; {unmatched} matched no watcher›" +
		"‹; {unaddressed} sent to where none waits›",
	"chain":             "chain",
	"chain-of":          "chain of {faults}",
	"chain-step":        "step",
	"chain-after":       "after the impact",
	"chain-behind":      "behind the ideal",
	"chain-failed":      "failed before",
	"chain-users":       "users hit",
	"chain-over":        "over, after clear",
	"chain-by":          "by",
	"chain-impact":      "users' impact",
	"chain-ideal":       "every request, watched",
	"chain-open":        "open",
	"chain-untold":      "open: nobody tells it",
	"chain-least":       "≥ {count}",
	"chain-stamped":     "{watcher}, its own stamp {at} s",
	"step-exported":     "exporter shows it",
	"step-pending":      "rule pending",
	"step-firing":       "rule fires",
	"step-routed":       "Alertmanager has it",
	"step-notified":     "notified",
	"step-acknowledged": "acknowledged",

	// Who answered.
	"answers-injected": "the fault in the stead of {node}",

	// The load, the clock, the picture.
	"load": "{wanted}/s wanted, {sent}/s sent, lag p99 {lag}‹, {unsent} never " +
		"sent›‹, {replayed} replayed by the transport›",
	"clocks": "the containers' is this machine's {shift} s ± {bound}, measured " +
		"{times} times, in which it drifted by {drift}",
	"legend": "bad requests, one column per {step}: · none, ▁ some, █ all",

	// Campaigns.
	"campaign": "campaign of {runs} of {scenario}‹ and {controls} without its " +
		"faults›, seed {seed}, at least {length}",
	"campaign-pass": "a pass, with {allowed} exceedances allowed, will say: with 95% " +
		"confidence at least {share}% of such runs keep the SLA",
	"one-run":       "1 run",
	"many-runs":     "{runs} runs",
	"one-control":   "1 control run",
	"many-controls": "{runs} control runs",
	"run-turn":      "run {number} of {runs}, seed {seed}",
	"control-turn":  "control run {number} of {runs}, seed {seed}",
	"because":       "{run}: {why}",
	"so-far": "so far {kept} of {done} kept the SLA‹; {exceeded} exceeded it, of " +
		"{allowed} allowed›‹; {clean} of {controls} controls clean›",
	"campaign-title": "{scenario}, {runs}",
	"met":            "met",
	"best":           "best",
	"median":         "median",
	"worst":          "worst",
	"confidence":     "with 95% confidence",
	"count-of":       "{met} of {all}",

	// Drills against alerts.
	"matrix-drill":   "drill",
	"matrix-outage":  "users had",
	"matrix-control": "no fault",
	"matrix-void":    "proves nothing",
	"matrix-slower":  "too little for an outage",
	"matrix-late":    "late: {time}‹, limit {limit}›",
	"matrix-missed":  "MISSED",
	"matrix-quiet":   "quiet",
	"matrix-blind":   "cannot meet",
	"matrix-unknown": "unknown",
	"matrix-wrong":   "wrong target: {time}",
	"matrix-untold":  "not told",
	"matrix-cell":    "{is}‹, {alarms} false›‹, {wrong} for the wrong target›",
	"matrix-unseen": "{drill}: no alert saw it‹, an outage of {outage}›; {failed} requests " +
		"failed‹; {unwatched}›",
	"matrix-unwatched": "the drill has none",
	"matrix-unsure": "{drill}: no alert is known to have seen it‹, an outage of {outage}›; " +
		"{failed} requests failed",
	"matrix-all-seen":  "some alert saw each drill in which users were hurt",
	"matrix-none-hurt": "in no run that proves anything were users hurt by a fault",
	"matrix-proves-nothing": "{drill}: the run proves nothing, so what its alerts would have " +
		"seen is open",
	"matrix-silent":  "{alert} never fired, and should have in {met} of its {runs} runs",
	"matrix-unasked": "{alert} never fired, and had no reason to in its runs ({runs})",
	"matrix-crying":  "{alert}: false alarms {alarms}, runs {runs}",
	"matrix-astray":  "{alert}: alerts for the wrong target {alerts}, runs {runs}",
	"matrix-title":   "Drills against alerts",
	"matrix-shows":   "What it shows",
	"matrix-unfired": "{alert}: no watcher was told of this alert in any of the runs " +
		"({runs})",

	// A drill while it runs.
	"warm-up":        "warm-up",
	"live-label":     "{label}: ",
	"live-progress":  "{done} of {length}",
	"live-success":   "success {share}",
	"live-injecting": "injecting",
	"live-injected":  "injected",
	"live-unmet":     "{faults} (no user met it yet)",
	"live-noticed":   "alarm",
	"live-content":   "content again",
	"live-ago":       "{watcher} ({time} ago)",
	"live-pull":      "image {image}: {done} of {layers} layers there, {size} loaded",

	// How requests failed, by class, and who answered where no node's name is known.
	"class-status":        "http {status}",
	"class-injected":      "http {status}, injected",
	"class-slow":          "slow",
	"class-dial-timeout":  "dial-timeout",
	"class-refused":       "refused",
	"class-unreachable":   "unreachable",
	"class-reset":         "reset",
	"class-timeout":       "timeout",
	"class-tls":           "tls",
	"class-tls-expired":   "tls-expired",
	"class-tls-host":      "tls-host",
	"class-tls-authority": "tls-authority",
	"class-tls-version":   "tls-version",
	"class-nxdomain":      "nxdomain",
	"class-servfail":      "servfail",
	"class-dns-refused":   "dns-refused",
	"class-dns-timeout":   "dns-timeout",
	"class-dns":           "dns",
	"class-body":          "body",
	"class-local":         "local",
	"class-protocol":      "protocol",
	"class-assertion":     "assertion",
	"node-none":           "none",
	"node-unnamed":        "nodes that say no name",

	// The messages to users.
	"message-broke":           "{fault}: {what}, {link}",
	"message-into":            "{at} s into the run",
	"message-groups":          "users of {groups}",
	"message-symptom":         "have met failures: at worst {part} of their requests failed",
	"message-expected":        "by {when}",
	"message-expected-within": "within {limit} of the alert, as the handbook asks",
	"message-restored":        "The service was fully restored at {at}.",
	"message-not-restored":    "It was not seen to be restored when the run ended.",
	"message-hit":             "{hit} of {users} users were hit.",
	"message-level":           "{level}; in the worst second {peak} of the active users",
	"message-failed":          "{failed} of {sent}",
	"message-met":             "kept",
	"message-missed":          "missed",
	"message-undecided":       "not known",

	// The Markdown of a run and of a campaign.
	"md-users":        "Users:",
	"md-outages":      "Outages:",
	"md-impact":       "Impact:",
	"md-failures":     "Failures:",
	"md-diagnosis":    "Diagnosis:",
	"md-budget":       "Budget:",
	"md-alert":        "Alert:",
	"md-data":         "Data:",
	"md-fault":        "Fault:",
	"md-noticed":      "Noticed:",
	"md-false":        "False:",
	"md-received":     "Received:",
	"md-steered":      "Steered:",
	"md-answers":      "Answers:",
	"md-links":        "Links:",
	"md-generator":    "Generator:",
	"md-clock":        "Clock:",
	"md-seed":         "Seed:",
	"md-result":       "result",
	"md-met":          "met",
	"md-missed":       "missed",
	"md-undecided":    "undecided",
	"md-run":          "run",
	"md-not-run":      "not run",
	"several-ran":     "{ran} of {all} drills were run",
	"md-verdict":      "verdict",
	"md-why":          "why",
	"md-pass":         "pass",
	"md-fail":         "fail",
	"md-inconclusive": "inconclusive",
	"md-error":        "error",
	"md-interrupted":  "interrupted",
}
