//go:build drill

package bench

import "testing"

// AtMost fails a benchmark whose figure is above what the project holds itself to.
func AtMost(b *testing.B, what string, have, bound float64) {
	b.Helper()
	if !(have <= bound) {
		b.Errorf("%s: have %.4g, want at most %.4g", what, have, bound)
	}
}

// AtLeast fails one whose figure is below.
func AtLeast(b *testing.B, what string, have, bound float64) {
	b.Helper()
	if !(have >= bound) {
		b.Errorf("%s: have %.4g, want at least %.4g", what, have, bound)
	}
}
