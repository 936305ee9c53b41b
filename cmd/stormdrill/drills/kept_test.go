package drills

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/plan"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// keptDir is where the records of shipped drills are kept, two files a run: NAME.yaml is
// the scenario as it ran, NAME.gz its record.
var keptDir = func() string {
	dir, err := filepath.Abs("../../../testdata/records/library")
	if err != nil {
		panic(err)
	}
	return dir
}()

// kept is a record of a shipped drill's run on containers, or of its sibling's, which
// fails. `make records` makes those that are missing; none is edited.
type kept struct {
	drill   string
	sibling bool
}

// verdict is what its run has to end with.
func (k kept) verdict() sla.Verdict {
	if k.sibling {
		return sla.Fail
	}
	return sla.Pass
}

func (k kept) String() string {
	if k.sibling {
		return k.drill + "-sibling"
	}
	return k.drill
}

func (k kept) path(ext string) string { return filepath.Join(keptDir, k.String()+ext) }

// text is the scenario as it is shipped now, without what has no meaning: a record stays
// good where only a comment or the layout changes.
func (k kept) text() ([]byte, error) {
	data, _, err := library.Open(k.drill)
	if k.sibling {
		data, _, err = library.Sibling(k.drill)
	}
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	plain(&doc)
	return yaml.Marshal(&doc)
}

// plain takes a document's comments and layout away.
func plain(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment, n.Style = "", "", "", 0
	for _, c := range n.Content {
		plain(c)
	}
}

// open reads the record, where it is one of the scenario as it is shipped now and of the
// format as it is now. Its error says why it has to be made.
func (k kept) open() (*timeline.Record, error) {
	want, err := k.text()
	if err != nil {
		return nil, err
	}
	have, err := os.ReadFile(k.path(".yaml"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no record is kept", k)
	case err != nil:
		return nil, err
	case !bytes.Equal(have, want):
		return nil, fmt.Errorf("%s: the scenario has changed since its record was made", k)
	}
	f, err := os.Open(k.path(".gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k, err)
	}
	r, err := timeline.Read(packed)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", k, err)
	case r.Header.Version != timeline.Version:
		return nil, fmt.Errorf("%s: the record is of version %d, records are of version %d", k,
			r.Header.Version, timeline.Version)
	}
	return r, nil
}

// plan is the scenario's as it is shipped now.
func (k kept) plan(t *testing.T) *plan.Plan {
	t.Helper()
	text, err := k.text()
	if err != nil {
		t.Fatal(err)
	}
	s, err := plan.Parse(k.String()+".yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(s, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// judge judges the record by the SLA of the scenario as it is shipped now.
func (k kept) judge(t *testing.T, r *timeline.Record) sla.Scorecard {
	t.Helper()
	o := k.plan(t).Header.Objectives
	if err := sla.Fits(o, r.Header); err != nil {
		t.Fatal(err)
	}
	return sla.Score(r, o)
}

// Every shipped drill's record passes when it is judged again, and its sibling's fails.
// Whatever is well at the end of the one that passes, it never does where users fail
// from there on.
func TestKept(t *testing.T) {
	for _, name := range library.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, k := range []kept{{drill: name}, {drill: name, sibling: true}} {
				r, err := k.open()
				if err != nil {
					t.Errorf("%v: make records", err)
					continue
				}
				if card := k.judge(t, r); card.Verdict != k.verdict() {
					t.Errorf("%s: have %s, want %s: %q", k, card.Verdict, k.verdict(), card.Reasons)
				}
				if k.sibling {
					continue
				}
				collapse(r, collapsed)
				if card := k.judge(t, r); card.Verdict == sla.Pass {
					t.Errorf("%s: passes, with every request of the last %s bad", k, collapsed)
				}
			}
		})
	}
}

// How finely a plan says that users' times will be measured is how finely they were: within a
// third of it, but for an end that too few bad requests are beside, which no plan can know of.
func TestPlansKnowHowFinelyTheyMeasure(t *testing.T) {
	all, coarser := 0, []string(nil)
	for _, name := range library.Names() {
		for _, k := range []kept{{drill: name}, {drill: name, sibling: true}} {
			r, err := k.open()
			if err != nil {
				continue // which TestKept reports
			}
			planned := k.plan(t).Resolution.Seconds()
			for _, o := range k.judge(t, r).Objectives {
				if !slices.Contains([]string{"mitigate", "recover", "outage"}, o.Name) ||
					o.Value == nil || o.Resolution == 0 || o.Censored {
					continue
				}
				all++
				if had := float64(o.Resolution); had > 4./3*planned {
					coarser = append(coarser, fmt.Sprintf("%s of %s: ± %.3g s, planned %.3g s",
						o.Name, k, had, planned))
				} else if had < planned/4 {
					t.Errorf("%s of %s: ± %.3g s, planned %.3g s", o.Name, k, had, planned)
				}
			}
		}
	}
	if all < 50 || len(coarser) > all/10 {
		t.Errorf("%d of %d are coarser: %q", len(coarser), all, coarser)
	}
}

// Nothing is kept of a drill that is no longer shipped.
func TestKeptAreShipped(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(keptDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, name := range library.Names() {
		for _, k := range []kept{{drill: name}, {drill: name, sibling: true}} {
			want = append(want, k.path(".yaml"), k.path(".gz"))
		}
	}
	for _, path := range all {
		if !slices.Contains(want, path) {
			t.Errorf("%s belongs to no shipped drill", path)
		}
	}
}

// collapsed is how long a kept record's users fail at its end: longer than any drill's W.
const collapsed = 5 * time.Second

// collapse makes the run longer, and every request that is due in this time fail.
func collapse(r *timeline.Record, length time.Duration) {
	end := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	for i := range r.Marks[end:] { // and what came after it
		r.Marks[end+i].Before += int64(length)
		r.Marks[end+i].After += int64(length)
	}
	r.Header.Phases.Recovery += length
	for _, g := range r.Header.Groups {
		var all []load.Request
		for q := range r.Requests[g.Name].All() {
			all = append(all, *q)
		}
		if len(all) == 0 {
			continue
		}
		last, every := all[len(all)-1], float64(time.Second)/g.Rate
		for i := 1; float64(i)*every < float64(length); i++ {
			due := last.Due + int64(float64(i)*every)
			all = append(all, load.Request{Seq: last.Seq + uint64(i), User: last.User, Due: due,
				Sent: due,
				Done: due + int64(time.Millisecond), Status: 503, Class: load.Status, Attempts: 1,
				Reused: true})
		}
		r.Requests[g.Name] = timeline.Pack(all)
	}
}
