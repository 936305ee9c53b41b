package reports

import (
	"cmp"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/campaign"
)

// Metrics writes a scorecard as OpenMetrics 1.0 text (docs/metrics.md). All of it are gauges
// without timestamps, as one run is no counter, so that the Prometheus text format 0.0.4,
// which Pushgateway and node_exporter's textfile collector read, takes the same bytes.
func Metrics(w io.Writer, card sla.Scorecard) error {
	c := plainly(card)
	m := &metrics{common: []string{"scenario", c.Scenario}}
	m.of("run_info", "", "The run: its id, version, and whether it had no faults.").
		add(1, "run", c.Run, "tool", string(c.Tool), "control", strconv.FormatBool(c.Control))
	m.of("run_verdict", "", "1 for the verdict that the run has, 0 for the others.").
		states("verdict", string(c.Verdict), verdictNames)
	if at, err := time.Parse(time.RFC3339, string(c.Started)); err == nil {
		m.of("run_start_time_seconds", "seconds", "When the run began, since 1970.").
			add(float64(at.UnixMilli()) / 1000)
	}
	m.objectives(c.Objectives)
	m.times(c)
	m.requests(c)
	m.groups(c.Groups)
	for _, f := range c.Faults {
		p := f.Proof
		hits := m.of("fault_hits", "", "What the fault's counter on the wire says that it hit.")
		of := []string{"fault", f.Name, "kind", f.Kind, "of", ""}
		for _, n := range []struct {
			of string
			n  uint64
		}{{"users", p.Users}, {"checks", p.Checks}, {"all", p.Total}} {
			of[len(of)-1] = n.of
			hits.add(float64(n.n), of...)
		}
		m.of("fault_gone", "", "1 where the fault was read back as gone after its lift.").
			add(oneIf(p.Gone), "fault", f.Name)
	}
	for _, x := range c.Watchers {
		m.time("watcher_detect", "From the fault's first effect until the watcher noticed.",
			x.Detect, "watcher", x.Name)
		m.of("watcher_false_alarms", "", "Alarms of the watcher that no fault explains.").
			add(float64(x.FalseAlarms), "watcher", x.Name)
	}
	if b := c.Budget; b != nil {
		m.of("error_budget_burnt_seconds", "seconds",
			"Time without any service that fault and recovery are worth.").add(b.Seconds)
		m.of("error_budget_burnt_ratio", "ratio", "The same, of what the budget allows.").
			add(b.Share)
	}
	if d := c.Data; d != nil {
		writes := m.of("writes", "", "Acknowledged writes, and what became of them.")
		writes.add(float64(d.Acknowledged), "state", "acknowledged")
		writes.add(float64(d.There), "state", "there")
		writes.add(float64(d.Lost), "state", "lost")
		writes.add(float64(d.Unknown), "state", "unknown")
	}
	rate := m.of("generator_rate", "", "Requests per second that were wanted and that were sent.")
	rate.add(c.Generator.RateWanted, "of", "wanted")
	rate.add(c.Generator.RateAchieved, "of", "sent")
	m.of("generator_lag_seconds", "seconds", "p99 of how late the load node sent.").
		add(c.Generator.LagP99)
	return m.write(w)
}

// CampaignMetrics writes a campaign's card likewise.
func CampaignMetrics(w io.Writer, card campaign.Card) error {
	c := plainly(card)
	m := &metrics{common: []string{"scenario", c.Scenario}}
	m.of("campaign_verdict", "", "1 for the verdict that the campaign has, 0 for the others.").
		states("verdict", string(c.Verdict), verdictNames)
	planned := m.of("campaign_planned_runs", "", "Runs as the design has them.")
	planned.add(float64(c.Planned.Runs), "of", "faults")
	planned.add(float64(c.Planned.Allowed), "of", "allowed")
	planned.add(float64(c.Planned.Controls), "of", "controls")
	runs := m.of("campaign_runs", "", "Runs with the faults, by outcome.")
	runs.add(float64(c.Kept), "outcome", "kept")
	runs.add(float64(c.Missed), "outcome", "missed")
	runs.add(float64(c.Inconclusive), "outcome", "inconclusive")
	runs.add(float64(c.Left), "outcome", "left")
	m.of("campaign_kept_at_least_ratio", "ratio",
		"Share of such runs that keep the SLA, bound from below.").add(c.KeptAtLeast)
	for _, s := range c.Spreads {
		in := unitOf(s.Unit)
		for _, v := range []struct {
			of string
			v  *float64
		}{{"best", s.Best}, {"median", s.Median}, {"worst", s.Worst}} {
			m.of("campaign_spread"+in.suffix, in.name,
				"An objective, or a time, over the runs; none where it has no end.").
				number(v.v, "objective", s.Name, "of", v.of)
		}
		for _, b := range s.Bounds {
			m.of("campaign_bound"+in.suffix, in.name,
				"That quantile of such runs is at most so much; of a floor, at least.").
				add(b.Value, "objective", s.Name, "quantile", plainNumber(b.Quantile))
		}
	}
	if k := c.Control; k != nil {
		controls := m.of("campaign_control_runs", "", "Control runs, by outcome.")
		controls.add(float64(k.Clean), "outcome", "clean")
		controls.add(float64(k.Alarmed), "outcome", "alarmed")
		controls.add(float64(k.Inconclusive), "outcome", "inconclusive")
		controls.add(float64(k.Left), "outcome", "left")
		m.of("campaign_control_alarmed_at_most_ratio", "ratio",
			"Share of control runs with an alarm or an outage, bound from above.").add(k.AtMost)
		for _, x := range k.Watchers {
			m.of("campaign_false_alarms", "", "Alarms of the watcher in control runs.").
				add(float64(x.Alarms), "watcher", x.Name)
		}
	}
	return m.write(w)
}

// objectives writes each with its limit, its value and how it went.
func (m *metrics) objectives(all []sla.Objective) {
	for _, o := range all {
		in := unitOf(o.Unit)
		m.of("objective_result", "", "1 for the result that the objective has, 0 for the others.").
			states("result", o.Result, []string{sla.Met, sla.Missed, sla.Undecided}, "objective",
				o.Name)
		m.of("objective_limit"+in.suffix, in.name, "What is wanted.").
			number(o.Limit, "objective", o.Name, "op", o.Op)
		m.of("objective_value"+in.suffix, in.name, "What was measured, of bounds the worse.").
			number(o.Value, "objective", o.Name)
		if o.Unit == "s" {
			m.of("objective_resolution_seconds", "seconds", "How finely it was measured.").
				add(o.Resolution, "objective", o.Name)
		}
		m.of("objective_censored", "",
			"1 where only a least value is known: of a time, less its resolution.").
			add(oneIf(o.Censored), "objective", o.Name)
	}
}

// times writes the run's measured times.
func (m *metrics) times(c sla.Scorecard) {
	t, rpo := c.Times, (*sla.Time)(nil)
	if c.Data != nil {
		rpo = c.Data.RPO
	}
	for _, x := range []struct {
		name string
		t    *sla.Time
	}{{"detect", t.Detect}, {"mitigate", t.Mitigate}, {"recover", t.Recover}, {"calm", t.Calm},
		{"alert_clear", t.Restore}, {"outage", t.Outage}, {"ideal", t.Ideal}, {"rpo", rpo}} {
		m.time("time", "A measured time of the run.", x.t, "of", x.name)
	}
}

// time writes one, its resolution, and whether it was censored; nothing where there is none.
func (m *metrics) time(name, help string, t *sla.Time, labels ...string) {
	if t == nil {
		return
	}
	m.of(name+"_seconds", "seconds", help).add(t.Seconds, labels...)
	m.of(name+"_resolution_seconds", "seconds", "The truth lies within this, either way.").
		add(t.Resolution, labels...)
	m.of(name+"_censored", "", "1 where it lasted longer than its seconds less its resolution.").
		add(oneIf(t.Censored), labels...)
}

// requests writes what all users had over fault and recovery.
func (m *metrics) requests(c sla.Scorecard) {
	r := c.Requests
	n := m.of("requests", "", "Requests over fault and recovery.")
	n.add(float64(r.Due), "state", "due")
	n.add(float64(r.Sent), "state", "sent")
	n.add(float64(r.Failed), "state", "failed")
	for _, k := range c.Classes {
		m.of("failures", "", "Failed requests by how they failed.").
			add(float64(k.Count), "class", k.Name)
	}
	a := m.of("availability_ratio", "ratio",
		"Good requests of those sent; low and high: had all that were never sent been bad, or "+
			"good.")
	for _, x := range []struct {
		of string
		n  sla.Number
	}{{"sent", r.Availability}, {"low", r.Low}, {"high", r.High}} {
		if x.n != sla.None {
			a.add(float64(x.n), "of", x.of)
		}
	}
	users := m.of("users", "", "Users, and those who were hit.")
	users.add(float64(c.Impact.Users), "of", "all")
	users.add(float64(c.Impact.UsersHit), "of", "hit")
	m.of("impact_level", "", "0 nobody, 1 under 5 % of the active users, 2 to 30 %, 3 more.").
		add(float64(c.Impact.Level))
}

// groups writes what each load group had, by phase.
func (m *metrics) groups(all []sla.Group) {
	for _, g := range all {
		for _, p := range g.Phases {
			of := []string{"group", g.Name, "phase", p.Name}
			n := m.of("group_requests", "", "A load group's requests in a phase.")
			for _, x := range []struct {
				state string
				n     uint64
			}{{"due", p.Due}, {"sent", p.Sent}, {"failed", p.Failed}} {
				n.add(float64(x.n), append(of, "state", x.state)...)
			}
			if p.Success != sla.None {
				m.of("group_success_ratio", "ratio", "Good requests of those sent.").
					add(float64(p.Success), of...)
			}
			latency := m.of("group_latency_seconds", "seconds",
				"Latency over all that were sent, a bad one counting as one without end.")
			latency.number(p.P50, append(of, "quantile", "0.5")...)
			latency.number(p.P95, append(of, "quantile", "0.95")...)
			latency.number(p.P99, append(of, "quantile", "0.99")...)
		}
	}
}

// verdictNames are the states of a verdict.
var verdictNames = []string{string(sla.Pass), string(sla.Fail), string(sla.Inconclusive),
	string(sla.Error), string(sla.Interrupted)}

// unit is what a number is measured in, and what ends the name of its metric for it.
type unit struct{ name, suffix string }

func unitOf(w sla.Word) unit {
	switch w {
	case "s":
		return unit{"seconds", "_seconds"}
	case "share":
		return unit{"ratio", "_ratio"}
	}
	return unit{} // a count
}

// metrics is an exposition: families in the order in which they were first named.
type metrics struct {
	common   []string // labels of every sample, name and value in turn
	families []*family
}

// family is one metric. Its samples stand together, whenever they were added.
type family struct {
	*metrics
	name, unit, help string
	samples          strings.Builder
	seen             map[string]bool // samples, by name and labels
}

// of is the family of a name, which ends in its unit; help is that of its first use.
func (m *metrics) of(name, unit, help string) *family {
	for _, f := range m.families {
		if f.name == name {
			return f
		}
	}
	f := &family{metrics: m, name: name, unit: unit, help: help, seen: map[string]bool{}}
	m.families = append(m.families, f)
	return f
}

// add adds a sample with labels, name and value in turn. The same labels again are left out:
// readers refuse the whole file for them.
func (f *family) add(v float64, labels ...string) {
	at := metricPrefix + f.name
	for i, all := 0, append(f.common, labels...); i < len(all); i += 2 {
		at += []string{"{", ","}[min(i, 1)] + all[i] + `="` + inMetrics.Replace(all[i+1]) + `"`
	}
	if !f.seen[at] {
		f.seen[at] = true
		f.samples.WriteString(at + "} " + plainNumber(v) + "\n")
	}
}

// number adds a sample where there is a number.
func (f *family) number(v *float64, labels ...string) {
	if v != nil {
		f.add(*v, labels...)
	}
}

// states adds a sample for each state: 1 for the one that is, 0 for the others.
func (f *family) states(label, is string, all []string, labels ...string) {
	for _, s := range all {
		f.add(oneIf(s == is), append(labels[:len(labels):len(labels)], label, s)...)
	}
}

const metricPrefix = "stormdrill_"

// inMetrics escapes a label's value, and a help text.
var inMetrics = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func (m *metrics) write(w io.Writer) error {
	var b strings.Builder
	for _, f := range m.families {
		if f.samples.Len() == 0 {
			continue
		}
		name := metricPrefix + f.name
		b.WriteString("# HELP " + name + " " + inMetrics.Replace(f.help) + "\n")
		b.WriteString("# TYPE " + name + " gauge\n")
		if f.unit != "" {
			b.WriteString("# UNIT " + name + " " + f.unit + "\n")
		}
		b.WriteString(f.samples.String())
	}
	_, err := io.WriteString(w, b.String()+"# EOF\n")
	return err
}

func plainNumber(v float64) string { return strconv.FormatFloat(cmp.Or(v, 0), 'g', -1, 64) }

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
