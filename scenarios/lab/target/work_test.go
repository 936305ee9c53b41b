//go:build linux

package target

import (
	"context"
	"testing"
	"time"
)

func TestBurnIsCPUTime(t *testing.T) {
	const cost = 5 * time.Millisecond
	begun := time.Now()
	newWork(cost).do(t.Context())
	if took := time.Since(begun); took < cost {
		t.Errorf("have %s, want at least the %s that it costs", took, cost)
	}
}

func TestWorkIsOnlyDoneForThoseWhoWait(t *testing.T) {
	w := newWork(time.Nanosecond)
	w.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w.do(ctx) {
		t.Error("worked for a client that had left, out of turn")
	}
	<-w.turn
	if !w.do(t.Context()) {
		t.Error("its turn never came")
	}
}
