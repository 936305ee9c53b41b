//go:build drill

package drills

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// stages are what a drill says as it goes on, and how long a stage is, about: a strike
// comes as late after it as is drawn from that.
var stages = []struct {
	says string
	long time.Duration
}{
	{"", 1500 * time.Millisecond},
	{"starting network", 2 * time.Second},
	{"starting targets", 2 * time.Second},
	{"baseline", 3 * time.Second},
	{"injected: bad", 1500 * time.Millisecond},
	{"injected: dead", 3 * time.Second},
	{"recovery", 3 * time.Second},
	{"recovery", 8 * time.Second}, // to the writing of the reports, and beyond
}

// drawn is what is to be done to one drill.
type drawn struct {
	way
	stage string
	after time.Duration
	node  string
	n     uint64 // of the surroundings
}

func (d drawn) String() string {
	switch {
	case d.strike == nil:
		return fmt.Sprintf("%s, %d", d.name, d.n%1000)
	case strings.HasPrefix(d.name, "docker"):
		return fmt.Sprintf("%s, %s, %s after %q", d.name, d.node, d.after, d.stage)
	}
	return fmt.Sprintf("%s, %s after %q", d.name, d.after, d.stage)
}

// draw draws one; the same for a seed and a place in the order.
func draw(r *rand.Rand, i int) drawn {
	s := stages[r.IntN(len(stages))]
	return drawn{ways[i%len(ways)], s.says,
		time.Duration(r.Int64N(int64(s.long))).Round(time.Millisecond),
		victimNodes[r.IntN(len(victimNodes))], r.Uint64()}
}

// tortures is how many drills are ended; 0: the short form.
func tortures() int {
	n, _ := strconv.Atoi(os.Getenv("TORTURE")) // the short form where it is not set
	return n
}

// seeded draws when and how, the same for a seed: TORTURE_SEED, or one that is logged.
func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if s, err := strconv.ParseUint(os.Getenv("TORTURE_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("TORTURE_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// Drills are ended in every way, at random moments of all stages. Nothing stays: no
// container, network, process, temporary file, rule or setting of the host; what was struck
// before its end is no pass; what was recorded can be read. The short form has three
// strikes, and all the surroundings.
func TestTorture(t *testing.T) {
	r := seeded(t)
	var all []drawn
	first := r.IntN(len(ways))
	for i := range max(tortures(), len(ways)) {
		all = append(all, draw(r, first+i))
	}
	if tortures() == 0 {
		strikes := 0
		all = slices.DeleteFunc(all, func(d drawn) bool {
			if d.strike != nil {
				strikes++
			}
			return d.strike != nil && strikes > 3
		})
	} else {
		all = all[:tortures()]
	}
	before := hostNow(t)
	t.Run("drills", func(t *testing.T) {
		for i, d := range all {
			t.Run(fmt.Sprint(i+1, " ", d), func(t *testing.T) {
				t.Parallel()
				d.torture(t)
			})
		}
	})
	before.same(t)
}

// torture does it to a drill, and counts what became of it.
func (d drawn) torture(t *testing.T) {
	v := prepare(t)
	if d.around != nil {
		d.around(v, d.n)
	}
	v.begin()
	if d.strike != nil {
		v.await(d.stage)
		time.Sleep(d.after)
		v.look()
		began := time.Now()
		if d.strike(v, d.node) {
			v.struck, v.until = began, time.Now()
		}
	}
	code := v.wait()
	took, left := v.gone(d.swept)
	amid, verdict, err := v.honest()
	passes := d.passes != nil && d.passes(d.node)
	f := fate{took: took, struck: amid || d.strike == nil, left: len(left) > 0,
		unreadable: err != nil,
		falsePass:  amid && !passes && (verdict == sla.Pass || code == 0)}
	want := d.exits
	if !f.struck {
		want = slices.Concat(want, []int{0, 1, 2, 130})
	}
	f.wanted = slices.Contains(want, code) && (d.strike != nil || d.explained(v, code))
	t.Logf("%q, exit %d, gone after %s; struck before its end: %v", verdict, code,
		took.Round(time.Millisecond), amid)
	if !f.well() {
		t.Errorf("exit %d, want one of %v; left %q; record %v; false pass %v\n%s", code, want, left,
			err, f.falsePass, v.out)
	}
	fates.add(d.name, f)
}

// explained wants what is wrong with its surroundings said where they end a drill.
func (d drawn) explained(v *victim, code int) bool {
	if code != 4 {
		return true
	}
	words, ok := map[string]string{
		"evidence on a full disk":        "no space left on device",
		"temporary files on a full disk": "no space left on device",
		"no TMPDIR":                      "TMPDIR",
		"no HOME":                        "HOME",
		"few descriptors":                "too many open files",
	}[d.name]
	return !ok || strings.Contains(strings.Join(strings.Fields(v.out.String()), " "), words) // lines are broken anywhere
}
