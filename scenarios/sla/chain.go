package sla

import (
	"math"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Chain is how long the alert for some faults took, step by step, from the users' impact to
// a person who acknowledged; and back, once they were gone. It is of the watchers that have
// the same faults to notice.
type Chain struct {
	Faults []string `json:"faults"`
	// Impact is what the steps are counted from, in seconds from the start of the run, as
	// times to detect are: the first effect on users, or their first bad request. Clear is
	// when the faults were gone.
	Impact     Number      `json:"impact"`
	Resolution float64     `json:"impact_resolution_seconds"`
	Clear      Number      `json:"clear"`
	Well       *Time       `json:"well"` // from Clear until the users were well
	Ideal      *Time       `json:"ideal"`
	IdealCost  *Cost       `json:"ideal_cost"`
	Steps      []ChainStep `json:"steps"` // each of those there are, in order
}

// ChainStep is one step: the watcher that reported it first.
type ChainStep struct {
	Step     string   `json:"step"`
	Watchers []string `json:"watchers"`      // that can report it; none: it stays open
	Time     *Time    `json:"time"`          // from the impact
	Behind   *Time    `json:"detection_lag"` // distance from the ideal observer
	Clear    *Time    `json:"alert_clear"`   // from when the faults were gone, of the same watcher
	Cost     *Cost    `json:"cost"`          // until then; null where it is not known when
	// Stamped is what Prometheus's own time stamp says, from the impact, by the wall clock of
	// the machine that Stormdrill runs on; null where there is none.
	Stamped *float64 `json:"stamped_seconds"`
}

// Cost is what users had of faults from the impact until a step.
type Cost struct {
	Failed  uint64 `json:"failed"`    // requests that were due by then
	Users   uint64 `json:"users_hit"` // by them
	AtLeast bool   `json:"at_least"`  // the step did not come: until the end of the run
}

// The steps of a chain.
const (
	exported     = "exported"
	pending      = "pending"
	firing       = "firing"
	routed       = "routed"
	notified     = "notified"
	acknowledged = "acknowledged"
)

// Steps are the steps of a chain, in order.
var Steps = []string{exported, pending, firing, routed, notified, acknowledged}

// stepsOf are the steps of a chain that a detector reports.
var stepsOf = map[timeline.Step][]string{
	timeline.StepExported:     {exported},
	timeline.StepRule:         {pending, firing},
	timeline.StepRouted:       {routed},
	timeline.StepNotified:     {notified},
	timeline.StepAcknowledged: {acknowledged},
}

// chains measures each step from what its watchers found.
func (s *scorer) chains() {
	for i, w := range s.record.Header.Watch {
		c := s.window(w)
		if w.Tells() == "" || len(c.names) == 0 {
			continue
		}
		k := slices.IndexFunc(s.card.Chains,
			func(x Chain) bool { return slices.Equal(x.Faults, c.names) })
		if k < 0 {
			k = len(s.card.Chains)
			s.card.Chains = append(s.card.Chains, s.chain(c))
			s.delays = append(s.delays, s.delay(c))
			s.delays[k].before(s.idealAt(c), s.card.Chains[k].Ideal, &s.card.Chains[k].IdealCost)
		}
		for _, name := range stepsOf[w.Tells()] {
			n := s.noticed[i]
			if name == pending {
				n.Alarms = n.Active
			}
			at := s.step(&s.card.Chains[k].Steps[slices.Index(Steps, name)], n, w, c)
			if at != never {
				s.delays[k].at[name] = at
			}
		}
	}
	for k, x := range s.card.Chains {
		for j := range x.Steps {
			step := &x.Steps[j]
			s.delays[k].before(s.delays[k].at[step.Step], step.Time, &step.Cost)
			s.stamped(*step)
		}
	}
}

// stampsOff is from where on a time stamp is reported to be off: an evaluation of rules
// takes less.
const stampsOff = 500 * time.Millisecond

// stamped notes where a step's own time stamp cannot be that of when it was seen.
func (s *scorer) stamped(x ChainStep) {
	if x.Stamped == nil || x.Time == nil {
		return
	}
	off, give := *x.Stamped-x.Time.Seconds, x.Time.Resolution+seconds(s.record.Clock.Bound)
	code := MonitoringAhead
	if off < 0 {
		code = MonitoringBehind
	}
	if math.Abs(off) > give+stampsOff.Seconds() {
		s.card.Notes = append(s.card.Notes, Say(code, string(x.Time.By), round(math.Abs(off)),
			round(give)))
	}
}

// chain is one of which nothing is known but what it is about.
func (s *scorer) chain(c detectionWindow) Chain {
	x := Chain{Faults: c.names, Impact: Number(s.course.at(c.from)), Resolution: seconds(c.doubt),
		Clear: Number(s.course.at(c.gone)), Ideal: s.ideal(c)}
	for _, f := range s.card.Faults {
		if slices.Contains(c.names, f.Name) {
			x.Well = worse(x.Well, f.Recover)
		}
	}
	for _, name := range Steps {
		x.Steps = append(x.Steps, ChainStep{Step: name, Watchers: []string{}})
	}
	return x
}

// step takes in what a watcher found, and gives when, where that is the step's: the first
// that noticed reports it.
func (s *scorer) step(x *ChainStep, n watch.Noticed, w timeline.Watcher,
	c detectionWindow) (at int64) {
	x.Watchers = append(x.Watchers, w.Name)
	if c.from == never || slices.Contains(w.Unmet, w.Of) {
		return never
	}
	hit := s.hit(n, w, c)
	t := s.detect(n, hit, w, c)
	if t == nil || x.Time != nil && !sooner(*t, *x.Time) {
		return never
	}
	t.By = Word(w.Name)
	x.Time, x.Behind, x.Clear, x.Stamped = t, s.behind(t, c), nil, nil
	if x.Step != pending { // the end of that is firing's
		x.Clear = s.restore(n, hit, w, c)
	}
	if hit < 0 {
		return never
	}
	if since := n.Alarms[hit].Since; !since.IsZero() && !s.record.Header.Wall.IsZero() {
		from := s.record.Header.Mono + int64(since.Sub(s.record.Header.Wall))
		v := seconds(time.Duration(from - c.from))
		x.Stamped = &v
	}
	return n.Alarms[hit].Raised.After
}

// sooner reports whether a time is the sooner one; one that did not come is later than all.
func sooner(a, b Time) bool {
	if a.Censored != b.Censored {
		return b.Censored
	}
	return a.Seconds < b.Seconds
}

// delay counts what the steps of a chain came too late for.
type delay struct {
	names []string         // faults
	from  int64            // the impact; never: there was none
	end   int64            // of the run
	at    map[string]int64 // when a step came
	until []int64
	costs []*Cost
}

func (s *scorer) delay(c detectionWindow) *delay {
	return &delay{names: c.names, from: c.from, end: s.course.end, at: map[string]int64{}}
}

// before has what comes before a step counted, where it is known when that came.
func (d *delay) before(at int64, t *Time, to **Cost) {
	if t == nil {
		return
	}
	*to = &Cost{AtLeast: t.Censored}
	if t.Censored {
		at = d.end + 1
	}
	d.until, d.costs = append(d.until, at), append(d.costs, *to)
}

// of counts a group's requests.
func (d *delay) of(st *stream) counting {
	to := d.from
	for _, t := range d.until {
		to = max(to, t)
	}
	return counting{st.all.First(d.from), st.all.First(to),
		&delayed{d, newNumbered[bool](st.group.Users)}}
}

// delayed are those of one group.
type delayed struct {
	*delay
	hit numbered[bool] // users
}

func (d *delayed) add(r *load.Request, bad bool) {
	if !bad || r.Unsent {
		return
	}
	hit := d.hit.of(r.User)
	for k, t := range d.until {
		if r.Due < t {
			d.costs[k].Failed++
			if !*hit {
				d.costs[k].Users++
			}
		}
	}
	*hit = true
}
