package probe

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

func fakeNow() int64 { return time.Now().UnixNano() }

type askFunc func(context.Context) Reply

func (f askFunc) Ask(ctx context.Context) Reply { return f(ctx) }

func TestQuestionsKeepToTheGrid(t *testing.T) {
	ms := time.Millisecond
	for _, c := range []struct {
		name string
		took []time.Duration // of the first answers; then none
		want []time.Duration // starts
	}{
		{"no drift", []time.Duration{30 * ms, 99 * ms, 1 * ms},
			[]time.Duration{40 * ms, 140 * ms, 240 * ms, 340 * ms, 440 * ms}},
		{"just in time", []time.Duration{100 * ms},
			[]time.Duration{40 * ms, 140 * ms, 240 * ms, 340 * ms, 440 * ms}},
		{"skips", []time.Duration{250 * ms}, []time.Duration{40 * ms, 340 * ms, 440 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var have []time.Duration
				probe := askFunc(func(context.Context) Reply {
					have = append(have, time.Since(start))
					if n := len(have); n <= len(c.took) {
						time.Sleep(c.took[n-1])
					}
					return Reply{Good: true, Known: true}
				})
				stop, cancel := context.WithTimeout(t.Context(), 500*ms)
				defer cancel()
				r := Rounds{load.Check{Every: 100 * ms, Phase: 40 * ms, Timeout: time.Second},
					probe, fakeNow, func(load.Answer) {}}
				r.Run(t.Context(), stop)
				if !slices.Equal(have, c.want) {
					t.Errorf("asked at %v, want %v", have, c.want)
				}
			})
		})
	}
}

func TestOpenQuestionIsAnsweredAfterStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reported []load.Answer
		probe := askFunc(func(ctx context.Context) Reply {
			<-ctx.Done() // runs into its time-out
			return Reply{Known: true}
		})
		stop, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := Rounds{load.Check{Name: "p", Every: 5 * time.Second, Timeout: 3 * time.Second}, probe,
			fakeNow,
			func(a load.Answer) { reported = append(reported, a) }}
		r.Run(t.Context(), stop)
		if len(reported) != 1 || reported[0].Good || !reported[0].Known ||
			reported[0].End-reported[0].Start != int64(3*time.Second) {
			t.Errorf("reported %+v", reported)
		}
	})
}
