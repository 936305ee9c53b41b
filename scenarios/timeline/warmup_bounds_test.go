package timeline

import (
	"errors"
	"math"
	"testing"
)

// A warm-up longer than a phase can be is refused like any other.
func TestWarmUpIsBounded(t *testing.T) {
	_, err := boundsOf(&Header{Phases: Phases{WarmUp: math.MaxInt64}})
	if be := (*BoundsError)(nil); !errors.As(err, &be) {
		t.Errorf("%v", err)
	}
}
