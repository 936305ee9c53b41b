package campaign

import "github.com/stormdrill/stormdrill/scenarios/sla"

// Schema is the version of campaign.json's contract.
const Schema = "stormdrill/campaign/v2"

// Card is the judgement of a campaign; campaign.json is its JSON.
type Card struct {
	Schema       string      `json:"schema"`
	Scenario     string      `json:"scenario"`
	Seed         uint64      `json:"seed,string"` // as text: a JSON number would lose it
	Confidence   float64     `json:"confidence"`
	Planned      Planned     `json:"planned"`
	Verdict      sla.Verdict `json:"verdict"`
	Reasons      []sla.Said  `json:"reasons"`
	Says         []sla.Said  `json:"says"` // what these runs allow one to say
	Kept         int         `json:"kept"`
	Missed       int         `json:"missed"`
	Inconclusive int         `json:"inconclusive"` // inconclusive: counts as an exceedance
	Left         int         `json:"left"`         // planned and not run to their end
	KeptAtLeast  float64     `json:"kept_at_least"`
	Spreads      []Spread    `json:"spreads"`
	Control      *Controls   `json:"control"`
	Runs         []Run       `json:"runs"` // in the order in which they were run
}

// Planned is the design, as it was fixed beforehand.
type Planned struct {
	Runs     int     `json:"runs"`
	Allowed  int     `json:"allowed"`
	Controls int     `json:"controls"`
	Quantile float64 `json:"quantile"` // share of runs that a pass vouches for
}

// Run is one run of a campaign, in short; its folder has the whole.
type Run struct {
	Folder  string      `json:"folder"`
	Control bool        `json:"control"`
	Run     string      `json:"run"`
	Seed    uint64      `json:"seed,string"`
	Verdict sla.Verdict `json:"verdict"`
	Reasons []sla.Said  `json:"reasons"`
}

// Spread is one objective or time over all runs with the faults.
type Spread struct {
	Name   string    `json:"name"`   // as in the scorecard: "detect balancer"
	Wanted *sla.Said `json:"wanted"` // null: measured and not judged
	// Limit is the number in Wanted; null where there is none, or each run has its own.
	Limit     *float64 `json:"limit"`
	Unit      sla.Word `json:"unit"`  // "s", "share", or what is counted; none: no number
	Floor     bool     `json:"floor"` // more is better, and every bound one from below
	Met       int      `json:"met"`
	Missed    int      `json:"missed"`
	Undecided int      `json:"undecided"`
	AtLeast   float64  `json:"met_at_least"` // share of such runs that meet it
	// Best, Median and Worst are null where that run's value has no end.
	Best   *float64 `json:"best"`
	Median *float64 `json:"median"`
	Worst  *float64 `json:"worst"`
	Bounds []Bound  `json:"bounds"`
	Values []Value  `json:"values"` // in the order of the runs
}

// Value is one run's. Number is null where it has none; one that is censored, or
// null, is without end in every order statistic.
type Value struct {
	Folder     string   `json:"folder"`
	Number     *float64 `json:"value"`
	Resolution float64  `json:"resolution_seconds"`
	Censored   bool     `json:"censored"`
}

// Bound says that a quantile of such runs is at most (of a floor: at least)
// Value, with the campaign's confidence.
type Bound struct {
	Quantile float64 `json:"quantile"`
	Value    float64 `json:"value"`
	Rank     int     `json:"rank"` // the place of the value, counted from the best
}

// Controls is what the runs without faults found: false alarms.
type Controls struct {
	Clean        int       `json:"clean"`
	Alarmed      int       `json:"alarmed"`      // runs with an alarm or an outage
	Inconclusive int       `json:"inconclusive"` // inconclusive: counts as one that alarmed
	Left         int       `json:"left"`
	AtMost       float64   `json:"alarmed_at_most"` // share of such runs
	Outages      int       `json:"outages"`         // runs in which users had one
	Watchers     []Watcher `json:"watchers"`
}

// Watcher is one detector's false alarms.
type Watcher struct {
	Name   string `json:"name"`
	Runs   int    `json:"runs"` // with at least one
	Alarms int    `json:"alarms"`
}
