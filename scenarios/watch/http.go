package watch

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/probe"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// HTTP is an active check: Fails bad answers in a row are a detection.
type HTTP struct {
	URL secret.Text `yaml:"url" jsonschema:"required"` // that is asked for
	// GET, HEAD, OPTIONS or POST; default GET
	Method string `yaml:"method"`
	// of each question, such as {Host: shop.example}
	Headers map[string]secret.Text `yaml:"headers"`
	Body    secret.Text            `yaml:"body"` // of each question, by POST
	// what a good answer is: default a status from 200 to 299
	Expect load.Expect `yaml:"expect"`
	// between two questions; default 1s
	Every   time.Duration `yaml:"every"`
	Timeout time.Duration `yaml:"timeout"` // of an answer; default 1s
	// bad answers in a row that are an alarm; default 1
	Fails int `yaml:"fails"`
	// good answers in a row that end it; default 1
	Oks int `yaml:"oks"`
	// file beside the scenario, trusted besides the drill's own authority
	CA string `yaml:"ca"`
}

// methods change nothing at whom is asked, but for POST, which some health pages want.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost}

// Traits: each answer is good or bad by itself.
func (*HTTP) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// Plan has the load node ask.
func (h *HTTP) Plan(p Planner) {
	p.Asks("url", h.URL)
	method, what := cmp.Or(h.Method, http.MethodGet),
		link.Tellf("asks-http", "asks %s", "url", h.URL)
	if method != http.MethodGet {
		what = link.Tellf("asks-http-by", "asks %s by %s", "url", h.URL, "method", method)
	}
	switch {
	case !slices.Contains(methods, method):
		p.Problem("method", "method %q: want GET, HEAD, OPTIONS or POST", method)
	case h.Body != "" && method != http.MethodPost:
		p.Problem("body", "body: a check by %s sends none: want method: POST, or no body; what "+
			"an answer is to hold is expect: {body: …}", method)
	case method == http.MethodHead && (h.Expect.Body != "" || len(h.Expect.JSON) > 0):
		p.Problem("expect", "expect: an answer to HEAD has no body: want method: GET, or a "+
			"status or a header to look at")
	}
	if err := probe.CheckHeaders(h.Headers); err != nil {
		p.Problem("headers", "%v", err)
	}
	p.Expects("expect", h.Expect)
	p.InARow(h.Fails, h.Oks)
	p.Check(what, h.Every, h.Timeout,
		load.Check{HTTP: &load.HTTPProbe{URL: h.URL, Method: h.Method, Headers: h.Headers,
			Body: h.Body, Expect: h.Expect, CA: p.Authority("ca", h.CA)}})
}
