package switchboard

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Answer is what the HTTP stage gives in a node's stead, besides its own headers.
type Answer struct {
	Code int
	Type string // Content-Type; empty without a body
	Body string
}

// Answer is that of a rule of a name.
func (s HTTPStatus) Answer(name string) Answer {
	a := Answer{Code: s.Code, Body: s.Body}
	switch {
	case a.Code == http.StatusNoContent || a.Code == http.StatusNotModified:
		a.Body = ""
		return a
	case a.Body == "":
		a.Body = fmt.Sprintf("%d by the fault %s\n", a.Code, name)
	}
	a.Type = http.DetectContentType([]byte(a.Body)) // a page is shown as one
	return a
}

func (s *HTTPStatus) unit() string { return fmt.Sprintf("%ds answered", s.Code) }

// bad tells whether a node that flaps is bad after so long: it is for Bad of
// each Period, from the injection on.
func (s *HTTPStatus) bad(after time.Duration) bool {
	return s.Period == 0 || after%s.Period < s.Bad
}

// draws decides whether a request is answered by the rule, and counts it: before the
// answer, so that whoever has read that finds it counted.
func (m *mode) draws(r request) bool {
	s := m.HTTPStatus
	return !m.spares(r.path) && s.bad(time.Since(m.began)) && (s.Share >= 1 || rand.Float64() < s.Share) && m.hit(r.whose)
}
