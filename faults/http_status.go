package faults

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// HTTPStatus answers requests on a link with a status of its own, as one bad
// node behind a load balancer does. The draw is per request, also on
// connections kept alive.
type HTTPStatus struct {
	Link  string          `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	Code  int             `yaml:"code" jsonschema:"required"` // 200–599
	Share *quantity.Share `yaml:"share"`                      // of requests; default 100%
	Body  string          `yaml:"body"`                       // of the answer; default none
	// RetryAfter has the answer say when to ask again, in whole seconds, with code 429 or 503;
	// default: it does not say.
	RetryAfter time.Duration `yaml:"retry-after"`
	Flap       *Flap         `yaml:"flap"` // default: bad throughout

	Selection `yaml:",inline"`
}

// Flap makes a node bad for a part of each period, from the injection on.
type Flap struct {
	// 100ms, as requests have to fit into it, to 24h
	Period time.Duration   `yaml:"period" jsonschema:"required"`
	Duty   *quantity.Share `yaml:"duty" jsonschema:"required"` // the bad part of a period
}

const (
	shortestFlap = 100 * time.Millisecond
	longestFlap  = 24 * time.Hour   // as long as a phase may be
	shortestBad  = time.Millisecond // a request has to meet it
)

// bad is how long a node is bad in each period; 0 without a flap.
func (f *Flap) bad() (period, bad time.Duration) {
	if f == nil {
		return 0, 0
	}
	return f.Period, time.Duration(float64(f.Period) * value(f.Duty))
}

func (f *Flap) check() error {
	switch {
	case f == nil:
		return nil
	case f.Period == 0:
		return setting("flap", "flap: period is missing, such as 4s")
	case f.Duty == nil:
		return setting("flap", "flap: duty is missing, such as 50%%")
	case f.Period < shortestFlap:
		return setting("flap", "flap: period %s: want at least %s", f.Period, shortestFlap)
	case *f.Duty <= 0 || *f.Duty >= 1:
		return setting("flap", "flap: duty %s: want one above 0%% and under 100%%, for a node "+
			"that is neither always well nor always bad", f.Duty)
	case f.Period > longestFlap:
		return setting("flap", "flap: period %s: want at most %s", f.Period, longestFlap)
	}
	if _, bad := f.bad(); bad < shortestBad {
		return setting("flap", "flap: duty %s of %s is %s: want at least %s", f.Duty, f.Period, bad,
			shortestBad)
	}
	return nil
}

// Aim is the link, with a proxy in it that reads HTTP.
func (f *HTTPStatus) Aim() Aim {
	return Aim{Link: f.Link, Proxied: true, Reads: true, Staged: true}
}

// Traits: it counts requests.
func (f *HTTPStatus) Traits() link.Traits {
	period, bad := f.Flap.bad()
	return link.Traits{Counts: link.Requests, Cause: link.Server,
		Unit:   link.Unit{Code: "answered", Value: strconv.Itoa(f.Code)},
		Period: period, On: bad}
}

// Bite is the mode switch: one request's time.
func (f *HTTPStatus) Bite() time.Duration { return 20 * time.Millisecond }

func (f *HTTPStatus) String() string {
	s := fmt.Sprintf("answers %d to %s of requests", f.Code, shareOf(f.Share)) + f.words()
	if f.RetryAfter > 0 {
		s += fmt.Sprintf(", asking to come again after %s", f.RetryAfter)
	}
	if f.Flap != nil {
		s += fmt.Sprintf(", for %s of every %s", f.Flap.Duty, f.Flap.Period)
	}
	return s
}

// Bind checks code, share and selection.
func (f *HTTPStatus) Bind(name string, site Site) (Injection, error) {
	if f.Code < 200 || f.Code > 599 {
		return nil, setting("code", "code %d: want a final HTTP status, 200 to 599", f.Code)
	}
	if err := f.checkRetry(); err != nil {
		return nil, err
	}
	if err := checkShare(f.Share); err != nil {
		return nil, err
	}
	if err := errors.Join(f.check(), f.Flap.check()); err != nil {
		return nil, err
	}
	period, bad := f.Flap.bad()
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, link.Rule{Name: name, Links: ids, Select: f.Selects(),
		HTTPStatus: &link.HTTPStatus{Code: f.Code, Share: value(f.Share), Body: f.Body,
			RetryAfter: int64(f.RetryAfter / time.Second),
			Period:     period, Bad: bad}}}, nil
}

// checkRetry wants a header that says what is asked for, with a status that has one.
func (f *HTTPStatus) checkRetry() error {
	switch {
	case f.RetryAfter == 0:
		return nil
	case f.Code != http.StatusTooManyRequests && f.Code != http.StatusServiceUnavailable:
		return setting("retry-after", "retry-after: belongs to code 429 or 503, and here is %d",
			f.Code)
	case f.RetryAfter < 0 || f.RetryAfter%time.Second != 0:
		return setting("retry-after", "retry-after %s: the header says whole seconds: want 1s, "+
			"2s …", f.RetryAfter)
	}
	return nil
}

// value is the share, everything where none is given.
func value(s *quantity.Share) float64 {
	if s == nil {
		return 1
	}
	return float64(*s)
}

func shareOf(s *quantity.Share) string {
	if s == nil || *s == 1 {
		return "all"
	}
	return s.String()
}

func checkShare(s *quantity.Share) error {
	if s != nil && *s == 0 {
		return setting("share", "share 0%%: it would hit nothing")
	}
	return nil
}
