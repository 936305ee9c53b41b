//go:build linux

package switchboard

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
)

type statusKind link.HTTPStatus

func (s *statusKind) unit() string { return fmt.Sprintf("%ds answered", s.Code) }

// bad reports whether a node that flaps is bad after so long: it is for Bad of each Period,
// from the injection on.
func (s *statusKind) bad(after time.Duration) bool {
	return s.Period == 0 || after%s.Period < s.Bad
}

// draws decides whether a request is answered by the rule, and counts it: before the
// answer, so that a client that has read that finds it counted.
func (m *mode) draws(t *transaction) bool {
	s := (*statusKind)(m.HTTPStatus)
	return t.selected(m) && s.bad(time.Since(m.began)) &&
		(s.Share >= 1 || rand.Float64() < s.Share) && m.hit(t.origin)
}
