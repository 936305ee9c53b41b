package lab

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A lock is had by one at a time; who waits for it gets it when it is free, or
// gives up with his context.
func TestLocks(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	release, err := hold("work")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold("work"); err == nil {
		t.Error("held twice")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := await(gone, "work"); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	freed := make(chan time.Time, 1)
	time.AfterFunc(2*heldPause, func() { freed <- time.Now(); release() })
	again, err := await(t.Context(), "work")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-freed:
	default:
		t.Error("had before it was free")
	}
	again()
}
