package plan

import (
	"fmt"
	"strings"
	"testing"
)

const cell = `name: cell
targets:
  app:
    lab: {web: {}}
    ports: [8080]
load:
  users:
    to: http://app:8080/
    rate: %v/s
phases: {baseline: 15s, hold: 12s, recovery: 15s, confirm: 3s}
faults:
  partly:
    http-status: {link: users -> app, code: 503, share: %v%%}
sla:
  recover: 5s
`

// The cells of the accuracy test that no estimator can resolve are refused, and
// no other is.
func TestFaintCellsAreRefused(t *testing.T) {
	for _, rate := range []float64{100, 1000, 5000} {
		for _, percent := range []float64{1, 5, 30, 100} {
			s, err := Parse("cell.yaml", fmt.Appendf(nil, cell, rate, percent))
			if err == nil {
				_, err = New(s, Options{Seed: 1})
			}
			refused := err != nil && strings.Contains(err.Error(),
				"finer than the load can resolve") && strings.Contains(err.Error(),
				"baseline of 15s is too short")
			if want := rate*percent/100 < 2; refused != want || !want && err != nil {
				t.Errorf("%v requests/s, %v%% of them bad: refused %v, want %v: %v", rate, percent,
					refused, want, err)
			}
		}
	}
}
