package faults

import (
	"fmt"
	"net/http"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// BlockPage answers requests on a link with a page, as a WAF does that takes
// users for attackers. The page may well come with status 200: then only an
// assertion on the body, or the injected header, distinguishes it from the shop.
type BlockPage struct {
	Link  string          `yaml:"link" jsonschema:"required"` // FROM -> TO[:port]; * globs
	Code  int             `yaml:"code"`                       // default 403
	Share *quantity.Share `yaml:"share"`                      // of requests; default 100%
	Body  string          `yaml:"body"`                       // default a short page of HTML

	Selection `yaml:",inline"`
}

// Aim is the link, with a proxy in it that reads HTTP.
func (f *BlockPage) Aim() Aim { return Aim{Link: f.Link, Proxied: true, Reads: true, Staged: true} }

// Traits: it counts requests.
func (f *BlockPage) Traits() link.Traits {
	return link.Traits{Counts: link.Requests, Cause: link.Network,
		Unit: f.status().Traits().Unit}
}

// Bite is the mode switch: one request's time.
func (f *BlockPage) Bite() time.Duration { return 20 * time.Millisecond }

func (f *BlockPage) String() string {
	return fmt.Sprintf("answers %s of requests with a block page, status %d", shareOf(f.Share),
		f.status().Code) + f.words()
}

// Part is the share of requests answered.
func (f *BlockPage) Part() float64 { return value(f.Share) }

const blockPage = `<!doctype html><title>Request blocked</title><h1>Request blocked</h1>
<p>Your request was blocked by the web application firewall.</p>
`

// status is the same answer as of http-status, in a WAF's words.
func (f *BlockPage) status() *HTTPStatus {
	s := &HTTPStatus{Link: f.Link, Code: f.Code, Share: f.Share, Body: f.Body,
		Selection: f.Selection}
	if s.Code == 0 {
		s.Code = http.StatusForbidden
	}
	if s.Body == "" {
		s.Body = blockPage
	}
	return s
}

// Bind checks as http-status does.
func (f *BlockPage) Bind(name string, site Site) (Injection, error) {
	return f.status().Bind(name, site)
}
