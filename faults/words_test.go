package faults_test

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults"
)

// What plan and scorecard say of a fault has all that it was told.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		fault faults.Fault
		want  string
	}{
		{&faults.HTTPStatus{Code: 429, RetryAfter: 5 * time.Second},
			"answers 429 to all of requests, asking to come again after 5s"},
	} {
		if have := c.fault.String(); have != c.want {
			t.Errorf("have %q, want %q", have, c.want)
		}
	}
}
