package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/sim"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/run"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// console keeps what it is given.
type console struct {
	mu     sync.Mutex
	said   []string
	phases []string
	shown  int
	turns  []timeline.Turn
}

func (c *console) Say(n timeline.Note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, n.Text)
}

func (*console) Pulling(timeline.Pull) {}

func (c *console) Phase(name string, _ time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if name != "" && !slices.Contains(c.phases, name) {
		c.phases = append(c.phases, name)
	}
}

func (c *console) Update(s timeline.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown++
	c.turns = append(c.turns, s.Turns...)
}

// has reports whether any line it was given holds a text.
func (c *console) has(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.said, func(s string) bool { return strings.Contains(s, text) })
}

// shipped opens a drill of the library.
func shipped(t *testing.T, name string) *scenarios.Scenario {
	t.Helper()
	all, err := plan.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// newDrill is a drill in memory that a console looks at.
func newDrill(s *scenarios.Scenario, dir string, g lab.Ground) (*run.Drill, *console) {
	c := &console{}
	return &run.Drill{Scenario: s, Seed: 7, Dir: dir, Tool: "test", Ground: g, Console: c}, c
}

// open reads a drill's record, which is whole.
func open(t *testing.T, dir string) *timeline.Record {
	t.Helper()
	r, err := timeline.Open(filepath.Join(dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Truncated {
		t.Error("the record breaks off")
	}
	return r
}

// marks are those of a name, in order.
func marks(r *timeline.Record, name string) (all []timeline.Mark) {
	for _, m := range r.Marks {
		if m.Name == name {
			all = append(all, m)
		}
	}
	return all
}

// planned is the drill as it is going to be.
func planned(t *testing.T, s *scenarios.Scenario) *plan.Plan {
	t.Helper()
	room, err := sim.Ground{}.Room(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(s, plan.Options{Run: "00000000000000aa", Seed: 7, Subnet: room})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ofThisMachine says what a drill has of its own on this machine, which no bubble can make
// wait: commands, or a webhook on loopback.
func ofThisMachine(p *plan.Plan) string {
	for _, f := range p.Faults {
		if _, own := f.Fault.(faults.Commanding); own {
			return "fault " + f.Name
		}
	}
	for _, w := range p.Header.Watch {
		ofIt := func(h load.Hook) bool { return h.Name == w.Name }
		if w.Local && !slices.ContainsFunc(p.Load.Hooks, ofIt) {
			return "watcher " + w.Name
		}
	}
	return ""
}

// Every shipped drill goes from its plan to its scorecard in memory: all that is decided
// between the nodes and the reports is there, and nothing stays in force.
func TestShippedDrillsInMemory(t *testing.T) {
	for _, name := range library.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shipped(t, name)
			p := planned(t, s)
			if why := ofThisMachine(p); why != "" {
				t.Skipf("%s runs on this machine", why)
			}
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				d, c := newDrill(s, dir, sim.Ground{})
				card, err := d.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				r := open(t, dir)
				wantOrder(t, r)
				wantProofs(t, r)
				wantEvidence(t, dir, r, card)
				wantTranslated(t, card)
				wantPhases(t, r, c)
				wantReadings(t, r, p)
			})
		})
	}
}

// wantReadings wants proxied links to be read as each phase begins and at the end, and nothing
// where there is none.
func wantReadings(t *testing.T, r *timeline.Record, p *plan.Plan) {
	t.Helper()
	proxied := 0
	for _, l := range p.Switchboard.Links {
		if l.Proxied {
			proxied++
		}
	}
	var want []string
	if proxied > 0 {
		want = []string{"baseline", "fault", "recovery", timeline.ReadAtEnd}
	}
	var have []string
	for _, x := range r.Readings {
		have = append(have, x.Phase)
		if len(x.Links) != proxied {
			t.Errorf("at %s: %d links, want %d", x.Phase, len(x.Links), proxied)
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("read at %q, want %q", have, want)
	}
}

// wantOrder wants all marks that a drill has which goes as planned, in their order, and no
// others.
func wantOrder(t *testing.T, r *timeline.Record) {
	t.Helper()
	from := int64(0)
	then := func(name, fault string, after int64) int64 {
		t.Helper()
		all := marks(r, name)
		all = slices.DeleteFunc(all, func(m timeline.Mark) bool { return m.Fault != fault })
		if len(all) != 1 {
			t.Fatalf("%d marks %s of %q, want one; all: %+v", len(all), name, fault, r.Marks)
		}
		if m := all[0]; m.Before < after || m.After < m.Before {
			t.Errorf("%s of %q: %d to %d, not after %d", name, fault, m.Before, m.After, after)
		}
		return all[0].Before
	}
	from = then(timeline.MarkStart, "", from)
	if r.Header.Phases.WarmUp > 0 {
		from = then(timeline.MarkBaseline, "", from)
	}
	from = then(timeline.MarkHold, "", from)
	last := from
	for _, f := range r.Header.Faults {
		injected := then(timeline.MarkInject, f.Name, from)
		lifted := then(timeline.MarkLift, f.Name, injected)
		last = max(last, then(timeline.MarkClear, f.Name, lifted))
	}
	from = then(timeline.MarkRecovery, "", last)
	then(timeline.MarkEnd, "", from)
	for _, m := range r.Marks {
		switch m.Name {
		case timeline.MarkUnlifted, timeline.MarkOverdue, timeline.MarkExpired, timeline.MarkError,
			timeline.MarkDead, timeline.MarkAbort, timeline.MarkInterrupted:
			t.Errorf("mark %+v", m)
		}
	}
}

// wantProofs wants a count of users of each fault that they can meet, and none in force at
// the end.
func wantProofs(t *testing.T, r *timeline.Record) {
	t.Helper()
	for _, f := range r.Header.Faults {
		n := map[string]timeline.Proof{}
		for _, p := range r.Proofs {
			if p.Fault == f.Name {
				n[p.When] = p
			}
		}
		after := n["after"].Count
		if len(n) != 3 || after.Active || after.At == 0 {
			t.Errorf("proofs of %s: %+v", f.Name, n)
		}
		met := after.Users > 0 || after.Own && after.Total > 0
		if met == f.Unmet || !f.Unmet && after.First == 0 {
			t.Errorf("fault %s, which users can meet: %v, counts %+v", f.Name, !f.Unmet, after)
		}
	}
}

// wantEvidence wants a ledger of which nothing is in force, the same scorecard of the
// record again, and every report.
func wantEvidence(t *testing.T, dir string, r *timeline.Record, card sla.Scorecard) {
	t.Helper()
	ledger := filepath.Join(dir, "ledger.jsonl")
	if left, err := engine.InForce(ledger); err != nil || len(left) > 0 {
		t.Errorf("in force: %+v, %v", left, err)
	}
	b, err := os.ReadFile(ledger)
	if err != nil || strings.Count(string(b), `"inject"`) != len(r.Header.Faults) ||
		strings.Count(string(b), `"lifted"`) != len(r.Header.Faults) {
		t.Errorf("the ledger, %v: %s", err, b)
	}
	if again := sla.Score(r, r.Header.Objectives); !reflect.DeepEqual(again, card) {
		t.Errorf("scored again: have %+v, want %+v", again, card)
	}
	if err := reports.WriteAll(dir, reports.Of(r, card, words.English)); err != nil {
		t.Fatal(err)
	}
	if err := evidence.Seal(dir); err != nil {
		t.Fatal(err)
	}
	if c, n, err := evidence.Check(dir); err != nil || !c.None() || n < 7 {
		t.Errorf("sealed: %+v of %d files, %v", c, n, err)
	}
	wantProvenance(t, dir, r)
	for _, name := range []string{"scorecard.json", "junit.xml", "summary.md", "report.html",
		"metrics.prom"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(text), r.Header.Scenario) {
			t.Errorf("%s, %v: %.200s", name, err, text)
		}
	}
}

// wantTranslated wants what each fault does, and what it counts, in every language: its
// record has more than English text.
func wantTranslated(t *testing.T, card sla.Scorecard) {
	t.Helper()
	for _, f := range card.Faults {
		if does := words.Chinese.Fault(f); does == f.What || f.What == "" {
			t.Errorf("%s: what it does is in Chinese %q", f.Kind, does)
		}
		if unit := words.Chinese.Unit(f.Proof); unit == f.Proof.Unit {
			t.Errorf("%s: what it counts is in Chinese %q", f.Kind, unit)
		}
	}
}

// wantProvenance wants it said what was run, on what, and when: a scenario that can be read
// by itself, every node, and every mark.
func wantProvenance(t *testing.T, dir string, r *timeline.Record) {
	t.Helper()
	var p evidence.Provenance
	text, err := os.ReadFile(filepath.Join(dir, evidence.ProvenanceFile))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	if card := sla.Score(r, r.Header.Objectives); p.Started != string(card.Started) {
		t.Errorf("started %s, and by the scorecard %s", p.Started, card.Started)
	}
	if p.Run != r.Header.Run || p.Seed != r.Header.Seed || p.Scenario.Name != r.Header.Scenario ||
		p.Lab == nil || len(p.Lab.Nodes) < 3 || len(p.Schedule) != len(r.Marks) {
		t.Errorf("provenance %+v", p)
	}
	for i, m := range r.Marks {
		at := (float64(m.Before)+float64(m.After))/2e9 - float64(marks(r, timeline.MarkStart)[0].Before)/1e9
		if s := p.Schedule[i]; s.What != m.Name || math.Abs(s.At-at) > 1e-5 {
			t.Errorf("step %d: %+v, want %s at %g", i, s, m.Name, at)
		}
	}
	written, err := os.ReadFile(filepath.Join(dir, evidence.ScenarioFile))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := plan.Parse("again.yaml", written); err != nil ||
		again.Name != r.Header.Scenario || len(again.Faults) != len(r.Header.Faults) {
		t.Errorf("the scenario as written, %v:\n%s", err, written)
	}
}

// wantPhases wants a console that was given each phase, and shown how it goes.
func wantPhases(t *testing.T, r *timeline.Record, c *console) {
	t.Helper()
	want := []string{"warm-up", "baseline", "fault", "recovery"}
	if r.Header.Phases.WarmUp == 0 {
		want = want[1:]
	}
	if !slices.Equal(c.phases, want) || c.shown == 0 {
		t.Errorf("phases %q, shown %d times; want %q", c.phases, c.shown, want)
	}
	turned := map[timeline.What]map[string][]bool{timeline.OfFault: {}, timeline.OfWatcher: {}}
	for _, x := range c.turns {
		turned[x.What][x.Name] = append(turned[x.What][x.Name], x.On)
	}
	for _, f := range r.Header.Faults {
		if have := turned[timeline.OfFault][f.Name]; !slices.Equal(have, []bool{true, false}) {
			t.Errorf("fault %s was shown as on: %v", f.Name, have)
		}
	}
	for _, w := range r.Header.Watch {
		var want []bool
		for _, a := range watch.Notice(w, r).Alarms {
			if want = append(want, true); a.Over {
				want = append(want, false)
			}
		}
		if have := turned[timeline.OfWatcher][w.Name]; !w.Person && !slices.Equal(have, want) {
			t.Errorf("watcher %s was shown as awake: %v, want %v", w.Name, have, want)
		}
	}
}

// A drill with commands of its own does not begin where nothing would undo them, and leaves
// no record.
func TestNoCommandsWithoutAReaper(t *testing.T) {
	refused := 0
	for _, name := range library.Names() {
		s := shipped(t, name)
		if !strings.HasPrefix(ofThisMachine(planned(t, s)), "fault ") {
			continue
		}
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			d, c := newDrill(s, dir, sim.Ground{})
			_, err := d.Run(t.Context())
			left, _ := os.ReadDir(dir)
			if !errors.Is(err, run.ErrNoReaper) || len(left) > 0 || c.has("starting") {
				t.Errorf("%s: %v, left %v, said %q", name, err, left, c.said)
			}
		})
		refused++
	}
	if refused == 0 {
		t.Error("no shipped drill has commands of its own")
	}
}

// kept is a ground that shows the lab it has started.
type kept struct {
	sim.Ground
	lab chan *sim.Lab
}

func keep(g sim.Ground) kept { return kept{g, make(chan *sim.Lab, 1)} }

func (k kept) Start(ctx context.Context, o lab.Options) (lab.Lab, error) {
	l, err := k.Ground.Start(ctx, o)
	if err == nil {
		k.lab <- l.(*sim.Lab)
	}
	return l, err
}

// amid runs a shipped drill in memory, and does something to its lab a second into its
// fault. It gives the drill's error and its record.
func amid(
	ctx context.Context, t *testing.T, name string, do func(*sim.Lab),
) (*timeline.Record, error) {
	t.Helper()
	s, dir := shipped(t, name), t.TempDir()
	g := keep(sim.Ground{})
	d, _ := newDrill(s, dir, g)
	p := planned(t, s)
	at := p.Header.Phases.WarmUp + p.Header.Phases.Baseline + p.InjectDelay + time.Second
	go func() {
		l := <-g.lab
		time.Sleep(at)
		do(l)
	}()
	_, err := d.Run(ctx)
	r := open(t, dir)
	left, errLedger := engine.InForce(filepath.Join(dir, "ledger.jsonl"))
	if errLedger != nil || len(left) > 0 {
		t.Errorf("in force: %+v, %v", left, errLedger)
	}
	injected, cleared := marks(r, timeline.MarkInject), marks(r, timeline.MarkClear)
	if len(injected) != len(r.Header.Faults) || len(cleared) != len(injected) ||
		len(marks(r, timeline.MarkUnlifted)) > 0 {
		t.Errorf("not every fault is seen to be gone: %+v", r.Marks)
	}
	return r, err
}

// A node that ends by itself amid the fault ends the drill: what is in force is lifted, and
// the record says why.
func TestNodeThatEndsInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := amid(t.Context(), t, "bad-lb-node", func(l *sim.Lab) { l.End("app-1") })
		failed := marks(r, timeline.MarkError)
		if err != nil || len(failed) != 1 || len(marks(r, timeline.MarkEnd)) > 0 ||
			!strings.Contains(failed[0].Detail, "target app-1: ") {
			t.Errorf("%v; marks %+v", err, r.Marks)
		}
	})
}

// An interrupt amid the fault lifts it, and is marked.
func TestInterruptInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancelCause(t.Context())
		r, err := amid(ctx, t, "bad-lb-node", func(*sim.Lab) { interrupt(engine.ErrInterrupted) })
		if err != nil || len(marks(r, timeline.MarkInterrupted)) != 1 ||
			len(marks(r, timeline.MarkError)) > 0 {
			t.Errorf("%v; marks %+v", err, r.Marks)
		}
	})
}

// A start that fails is an error in the record, and nothing was done to the world.
func TestStartThatFailsInMemory(t *testing.T) {
	refused := errors.New("no room for it")
	for _, what := range []string{"switchboard", "load node", "targets"} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			refuse := func(step string) error {
				if step == what {
					return refused
				}
				return nil
			}
			d, _ := newDrill(shipped(t, "bad-lb-node"), dir, sim.Ground{Refuse: refuse})
			card, err := d.Run(t.Context())
			r := open(t, dir)
			failed := marks(r, timeline.MarkError)
			if err != nil || card.Verdict != sla.Error || len(r.Marks) != 1 || len(failed) != 1 ||
				!strings.Contains(failed[0].Detail, what+": "+refused.Error()) {
				t.Errorf("%s: %v, %s, marks %+v", what, err, card.Verdict, r.Marks)
			}
			if _, err := os.Stat(filepath.Join(dir, "ledger.jsonl")); err == nil {
				t.Error("there is a ledger, of nothing")
			}
		})
	}
}

// Users are led elsewhere as long as the watcher is not content, and those who are do not
// meet the fault.
func TestSteeringInMemory(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		// Requests of the east in the fault, by whether they were led elsewhere.
		met := map[bool]int{}
		ask := func(r sim.Request) sim.Outcome {
			o, moved := sim.Felt(r), len(r.Moved) > 0
			if r.Group == "page/east" && len(r.Faults) > 0 {
				met[moved]++
				if moved && o.Fault != "" {
					t.Errorf("request %d met %s, though led elsewhere", r.Seq, o.Fault)
				}
			}
			return o
		}
		d, c := newDrill(shipped(t, "region-slow"), dir, sim.Ground{Ask: ask})
		if _, err := d.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := open(t, dir)
		inject, gone := marks(r, timeline.MarkInject)[0], marks(r, timeline.MarkClear)[0]
		moved, back := marks(r, timeline.MarkSteer), marks(r, timeline.MarkSteerBack)
		if len(moved) != 1 || len(back) != 1 || moved[0].Before < inject.Before ||
			back[0].Before < gone.Before {
			t.Errorf("marks %+v", r.Marks)
		}
		if met[false] == 0 || met[true] == 0 {
			t.Errorf("requests in the fault by whether they were led elsewhere: %v", met)
		}
		if !c.has("steer east: probe is not content") || !c.has("steer east: back") {
			t.Errorf("said %q", c.said)
		}
	})
}

// The machines may be three, each with a clock of its own: verdict and times are as on one
// machine, to within what they are printed with, and no bracket misses what it encloses.
func TestClocksApartInMemory(t *testing.T) {
	const us = time.Microsecond
	// Lines take longer there than back, or the other way round: of that a measurement
	// shows nothing but its bound. No request is due at the instant of a change.
	for way, together := range map[string]sim.Ground{
		"ahead": {Load: sim.Place{There: 3100 * us},
			Switchboard: sim.Place{There: 1300 * us, Back: 2100 * us}},
		"behind": {Load: sim.Place{There: 300 * us}, Switchboard: sim.Place{There: 3100 * us}},
	} {
		t.Run(way, func(t *testing.T) {
			for _, name := range []string{
				"bad-lb-node", "region-slow", "frozen-server", "planned-stop",
				"starved-server", "flood", "primary-lost",
			} {
				wantSameApart(t, name, together)
			}
		})
	}
}

// wantSameApart runs a shipped drill twice, on one machine and on three whose clocks are a
// day apart, and wants the same of both.
func wantSameApart(t *testing.T, name string, together sim.Ground) {
	t.Helper()
	const day = 24 * time.Hour
	apart := together
	apart.Load.Ahead, apart.Switchboard.Ahead = day, 2*day
	cards, records := map[bool]sla.Scorecard{}, map[bool]*timeline.Record{}
	for far, g := range map[bool]sim.Ground{false: together, true: apart} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			d, _ := newDrill(shipped(t, name), dir, g)
			card, err := d.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			cards[far], records[far] = card, open(t, dir)
			wantOrder(t, records[far])
		})
	}
	if have, want := cards[true].Verdict, cards[false].Verdict; have != want {
		t.Errorf("%s: %s, and on one machine %s", name, have, want)
	}
	wantTimes(t, name, cards[true], cards[false])
	load := (together.Load.There + together.Load.Back) / 2
	board := (together.Switchboard.There + together.Switchboard.Back) / 2
	wantEnclosed(t, name, records[true], records[false], int64(load+board))
	own := marks(records[true], timeline.MarkRecovery)[0]
	if have := time.Duration(own.After - own.Before); have != 2*load {
		t.Errorf("%s: an instant of the CLI's own is known to %s, want %s", name, have, 2*load)
	}
}

// rounding is by how much times may differ that are the same: each is the difference of
// two, in whole microseconds.
const rounding = 3e-6

// wantTimes wants two scorecards to have the same times, to within what they are known with.
func wantTimes(t *testing.T, name string, have, want sla.Scorecard) {
	t.Helper()
	left, right := timesOf(have), timesOf(want)
	if len(left) != len(right) || len(left) < 3 {
		t.Errorf("%s: times %v, want %v", name, left, right)
	}
	for path, a := range left {
		b := right[path]
		if d := a.Seconds - b.Seconds; max(d, -d) > a.Resolution+b.Resolution+rounding {
			t.Errorf("%s: %s: have %v s ± %v, want %v s ± %v", name, path,
				a.Seconds, a.Resolution, b.Seconds, b.Resolution)
		}
	}
}

// timesOf are all times of a scorecard, by where they stand in it.
func timesOf(card sla.Scorecard) map[string]sla.Time {
	all := map[string]sla.Time{}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if x, ok := v.Interface().(sla.Time); ok {
			all[path] = x
			return
		}
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(path, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(path+"."+v.Type().Field(i).Name, v.Field(i))
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		}
	}
	walk("", reflect.ValueOf(card))
	for _, f := range card.Faults {
		all["effect of "+f.Name] = sla.Time{Seconds: float64(f.Effect),
			Resolution: f.EffectResolution}
	}
	return all
}

// wantEnclosed wants each mark and each count of a record of clocks apart to enclose what
// one clock says, and to be wider by no more than the doubt between the clocks.
func wantEnclosed(t *testing.T, name string, apart, together *timeline.Record, doubt int64) {
	t.Helper()
	have, want := instants(apart), instants(together)
	if len(have) != len(want) {
		t.Errorf("%s: instants %v, want %v", name, have, want)
	}
	for what, b := range want {
		a := have[what]
		if a.Before > b.Before || a.After < b.After ||
			a.Before < b.Before-2*doubt || a.After > b.After+2*doubt {
			t.Errorf("%s: %s: %+v is not about %+v ± %d", name, what, a, b, doubt)
		}
	}
	for _, p := range together.Proofs {
		k := slices.IndexFunc(apart.Proofs, func(o timeline.Proof) bool {
			return o.Fault == p.Fault && o.When == p.When
		})
		if a := apart.Proofs[k].Count; a.Users != p.Count.Users {
			t.Errorf("%s: count %+v, want %+v", name, a, p.Count)
		}
	}
}

// instants are a record's marks, and when its counts were read and users touched first, each
// from the start on.
func instants(r *timeline.Record) map[string]link.Bracket {
	all, start := map[string]link.Bracket{}, marks(r, timeline.MarkStart)[0].Before
	keep := func(what string, before, after int64) {
		for _, is := all[what]; is; _, is = all[what] {
			what += " again"
		}
		all[what] = link.Bracket{Before: before - start, After: after - start}
	}
	for _, m := range r.Marks {
		keep(m.Name+" "+m.Fault+m.Steer, m.Before, m.After)
	}
	for _, p := range r.Proofs {
		b := p.Count.Read()
		keep("count of "+p.Fault+" "+p.When, b.Before, b.After)
		if first := p.Count.First; first > 0 {
			keep("first of "+p.Fault+" "+p.When, first-p.Count.Late, first)
		}
	}
	return all
}
