package link

import (
	"fmt"
	"net/http"
	"time"
)

// HTTPStatus answers a share of requests in the node's stead.
type HTTPStatus struct {
	Code  int     `json:"code"`
	Share float64 `json:"share"` // drawn per request
	Body  string  `json:"body,omitempty"`
	// RetryAfter is when to ask again, in seconds; 0: nothing is said of it.
	RetryAfter int64 `json:"retry_after,omitempty"`
	// Period: the node flaps, and is bad for Bad of each, from the apply on; 0: it is bad
	// throughout.
	Period time.Duration `json:"period,omitempty"`
	Bad    time.Duration `json:"bad,omitempty"`
}

// Headers of every answer that the HTTP stage makes itself.
const (
	// FaultHeader names the fault, as in the path of a URL: 拒绝 is %E6%8B%92%E7%BB%9D.
	FaultHeader = "X-Stormdrill-Fault"
	// NodeHeader names the node for which it is given, as the node itself would: as its name
	// goes over the wire.
	NodeHeader = "X-Stormdrill-Node"
)

// Answer is what the HTTP stage gives in a node's stead, besides its own headers.
type Answer struct {
	Code       int
	Type       string // Content-Type; empty without a body
	Body       string
	RetryAfter int64 // seconds; 0: no such header
}

// Answer is that of a rule of a name.
func (s HTTPStatus) Answer(name string) Answer {
	a := Answer{Code: s.Code, Body: s.Body, RetryAfter: s.RetryAfter}
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
