//go:build drill

package bench

import "testing"

// AtMost fails a benchmark with a figure above what the project holds itself to.
func AtMost(b *testing.B, what string, have, bound float64) {
	b.Helper()
	if !(have <= bound) {
		b.Errorf("%s: have %.4g, want at most %.4g", what, have, bound)
	}
}

// AtLeast fails one with a figure below.
func AtLeast(b *testing.B, what string, have, bound float64) {
	b.Helper()
	if !(have >= bound) {
		b.Errorf("%s: have %.4g, want at least %.4g", what, have, bound)
	}
}
