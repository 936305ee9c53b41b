package words

// englishCommands are what commands print that look at kept runs, in English.
var englishCommands = map[string]string{
	// The runs of a machine.
	"history-one":            "{scenario}  1 run: {verdicts}",
	"history-many":           "{scenario}  {runs} runs: {verdicts}",
	"history-ended":          "{verdict} × {runs}",
	"history-detect":         "detect",
	"history-mitigate":       "mitigate",
	"history-recover":        "recover",
	"history-most":           "longest {time}",
	"history-beyond":         "longest > {time}",
	"history-least":          "longest ≥ {time}",
	"history-never-detect":   "never noticed (> {time})",
	"history-never-mitigate": "never mitigated (> {time})",
	"history-never-recover":  "never recovered (> {time})",
	"history-started":        "started",
	"history-verdict":        "verdict",
	"history-success":        "success",
	"history-run":            "run",
	"history-control":        "{verdict}, control",
	"history-none":           "no run is on record",
	"history-left-out":       "{file}:{line} cannot be read, and is left out",

	// Runs beside earlier ones.
	"compare-head":      "{scenario}, {now}, compared with {before}",
	"compare-run":       "run {run}, {verdict}",
	"compare-runs":      "{runs} runs, {passed} {verdict}",
	"compare-before":    "before",
	"compare-now":       "now",
	"compare-better":    "better‹ by {by}›",
	"compare-worse":     "worse‹ by {by}›",
	"compare-alike":     "cannot be told apart",
	"compare-in-before": "in the run before",
	"compare-in-now":    "in the run now",
	"compare-in-both":   "on either side",
	"compare-alike-unended": "cannot be told apart: it did not end {side}, and may be " +
		"any longer",
	"compare-alike-neither": "cannot be told apart: it ended in neither run, and may be any longer",
	"compare-alike-jitter": "cannot be told apart: beyond the ± of both, two runs differ by up " +
		"to {by}, by where the injection falls between two checks",
	"compare-absent":     "not compared: it is no objective {side}",
	"compare-no-group":   "not compared: no such group {side}",
	"compare-unmeasured": "not compared: no value {side}‹: {because}›",
	"compare-endless":    "not compared: no upper end {side}",
	"compare-unproven":   "not compared: the numbers prove nothing {side}",
	"compare-units":      "not compared: the two are in different units",
	"compare-shares":     "not compared: each group's success is below, phase by phase",
	"compare-few-runs": "not compared: too few runs have a value, {before} and {now}: want " +
		"{least} on each side",
	"compare-middle":       "each value is that of the run in the middle",
	"compare-two-drills":   "they are runs of two drills, {before} and {now}",
	"compare-two-slas":     "they were judged by two SLAs",
	"compare-two-versions": "their records are of two versions, {before} and {now}",
	"compare-only-before":  "{scenario} is on the first side alone",
	"compare-only-now":     "{scenario} is on the second side alone",
	"compare-not-worse":    "no worse than run {run}",
	"compare-beside":       "difference",
	"compare-others":       "others: {others}",
	"compare-fails":        "{verdict}: worse than run {run}",
	"compare-nothing":      "nothing can be compared",
	"compare-differs":      "{objective}: {now}, before {before}; {is}",
	"compare-nothing-with": "nothing can be compared with run {run}",
	"compare-no-earlier":   "not compared: no earlier run of {scenario} passed or failed",
	"compare-gone": "not compared: the evidence of the last run of {scenario}, in {folder}, is " +
		"there no longer",

	// In what two runs were not set up alike.
	"changed-file":    "{name}",
	"changed-phases":  "phases",
	"changed-group":   "group {name}",
	"changed-fault":   "fault {name}",
	"changed-watcher": "watcher {name}",
	"changed-only":    "{of}: only {side}",
	"changed-other":   "{of} differs",
	"changed-setting": "{key} {before} → {now}",
	"changed-more":    "{more} more differ",

	// What became of evidence.
	"verify-run": "run {run} of {scenario}: {files} files as they were; judged again, {how}: " +
		"{verdict}",
	"verify-same":       "the same scorecard",
	"verify-version":    "the same verdict (it was judged by Stormdrill {tool})",
	"verify-no-version": "the same verdict (by which version it was judged is not known)",
	"verify-secret":     "the same verdict (a secret is hidden in the scorecard)",
	"verify-changed":    "{folder} is not as it was sealed:",
	"verify-differs":    "{file} differs",
	"verify-missing":    "{file} is missing",
	"verify-added":      "{file} was added",
	"verify-verdict":    "judged again, the record gives {again}, and the scorecard says {kept}",
	"verify-other": "judged again by the same version, the record gives another scorecard of " +
		"the same verdict: stormdrill score shows it",
	"verify-all": "{hold} of {all} as their runs left them",

	// What there is, and that a scenario is valid.
	"list-drills":   "DRILLS",
	"list-faults":   "FAULTS",
	"list-watchers": "WATCHERS",
	"valid":         "{file}: ok: {scenario}",

	// Whether drills can run here.
	"doctor-ok":      "ok",
	"doctor-warn":    "warn",
	"doctor-error":   "error",
	"doctor-is":      "{what}: {value}",
	"doctor-cure":    "Cure: {cure}.",
	"doctor-can":     "Drills can run here‹, with {warnings} warnings›.",
	"doctor-can-one": "Drills can run here, with 1 warning.",
}
