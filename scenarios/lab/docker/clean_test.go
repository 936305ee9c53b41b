package docker

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What an engine never removes must not hold a run that sweeps first, nor clean, for ever.
func TestUntilGoneEnds(t *testing.T) {
	held := errors.New("network has active endpoints")
	for name, c := range map[string]struct {
		once   func(time.Duration, context.Context) ([]string, error)
		within time.Duration
		want   []string // of the error; none where it is well
	}{
		"one by one, each in less than patience": {func(d time.Duration, _ context.Context) ([]string, error) {
			return make([]string, max(0, 5-int(d/(50*time.Second)))), nil
		}, 251 * time.Second, nil},
		"held for ever": {func(time.Duration, context.Context) ([]string, error) {
			return []string{"network n"}, held
		}, patience + time.Second, []string{"network n", held.Error()}},
		"being removed for ever": {func(time.Duration, context.Context) ([]string, error) {
			return []string{"container c"}, nil
		}, patience + time.Second, []string{"container c"}},
		"an engine that does not answer": {func(_ time.Duration, ctx context.Context) ([]string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, patience + time.Second, []string{"has not removed anything", "deadline"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				err := untilGone(t.Context(), func(ctx context.Context) ([]string, error) {
					return c.once(time.Since(start), ctx)
				})
				if took := time.Since(start); took > c.within {
					t.Errorf("ended after %s", took)
				}
				if (err == nil) != (c.want == nil) {
					t.Fatal(err)
				}
				for _, w := range c.want {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%q lacks %q", err, w)
					}
				}
			})
		})
	}
}

func TestUntilGoneCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := untilGone(ctx, func(context.Context) ([]string, error) { return []string{"network n"}, nil })
	if err == nil || !strings.Contains(err.Error(), "stormdrill clean removes it") {
		t.Error(err)
	}
}
