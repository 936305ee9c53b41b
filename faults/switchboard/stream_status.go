package switchboard

import (
	"fmt"
	"math/rand/v2"
	"time"
)

func (s *HTTPStatus) unit() string { return fmt.Sprintf("%ds answered", s.Code) }

// bad tells whether a node that flaps is bad after so long: it is for Bad of
// each Period, from the injection on.
func (s *HTTPStatus) bad(after time.Duration) bool {
	return s.Period == 0 || after%s.Period < s.Bad
}

// draws decides whether a request for a path is answered by the rule.
func (m *mode) draws(path string) bool {
	s := m.HTTPStatus
	return !m.spares(path) && s.bad(time.Since(m.began)) && (s.Share >= 1 || rand.Float64() < s.Share)
}
