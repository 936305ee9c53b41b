package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/switchboard"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// HTTPStatus answers requests on a link with a status of its own, as one bad
// node behind a load balancer does. The draw is per request, also on
// connections kept alive.
type HTTPStatus struct {
	Link  string          `yaml:"link"`
	Code  int             `yaml:"code"`  // 200–599
	Share *quantity.Share `yaml:"share"` // of requests; default 100%
	Spare []string        `yaml:"spare"` // paths passed on untouched, such as the health check's
	Body  string          `yaml:"body"`
}

// Aim is the link, with a proxy in it.
func (f *HTTPStatus) Aim() Aim { return Aim{Link: f.Link, Proxied: true} }

// Bite is the mode switch: one request's time.
func (f *HTTPStatus) Bite() time.Duration { return 20 * time.Millisecond }

func (f *HTTPStatus) String() string {
	s := fmt.Sprintf("answers %d to %s of requests", f.Code, shareOf(f.Share))
	if len(f.Spare) > 0 {
		s += ", sparing " + strings.Join(f.Spare, ", ")
	}
	return s
}

// Bind checks code, share and paths.
func (f *HTTPStatus) Bind(name string, site Site) (Injection, error) {
	if f.Code < 200 || f.Code > 599 {
		return nil, fmt.Errorf("code %d: want a final HTTP status, 200 to 599", f.Code)
	}
	if err := checkShare(f.Share); err != nil {
		return nil, err
	}
	for _, p := range f.Spare {
		if !strings.HasPrefix(p, "/") {
			return nil, fmt.Errorf("spare %q: want a path that begins with /", p)
		}
	}
	ids, err := onLinks(site, true)
	if err != nil {
		return nil, err
	}
	return ruleInjection{site.Switchboard, switchboard.Rule{Name: name, Links: ids,
		HTTPStatus: &switchboard.HTTPStatus{Code: f.Code, Share: value(f.Share), Spare: f.Spare, Body: f.Body}}}, nil
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
		return fmt.Errorf("share 0%%: it would hit nothing")
	}
	return nil
}
