package plan

import (
	"errors"
	"slices"
	"strconv"

	"github.com/stormdrill/stormdrill/loadgen/expect"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// checkExpect checks what a good answer is.
func checkExpect(d *diagnostics, keys []string, e load.Expect) {
	checkStatuses(d, append(slices.Clip(keys), "status"), e.Status)
	if bad := (*expect.Error)(nil); errors.As(expect.Check(e), &bad) {
		d.problem(append(slices.Clip(keys), bad.Key...), "expect: %v", bad)
	}
}

// checkStatuses checks a list of HTTP statuses.
func checkStatuses(d *diagnostics, keys []string, list []int) {
	for i, code := range list {
		if code < 100 || code > 599 {
			d.problem(append(slices.Clip(keys), strconv.Itoa(i)), "status %d: want 100 to 599",
				code)
		}
	}
}
