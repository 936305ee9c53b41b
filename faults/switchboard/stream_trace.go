//go:build linux

package switchboard

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/faults/link"
)

// trace is what is known of the requests on one link: whether any said that it was a
// user's, and what was spoken there in which no request can be read.
type trace struct {
	seen atomic.Bool // a traceparent of a user's request

	mu     sync.Mutex
	unread []string
}

// What is spoken where no request can be read.
const (
	overHTTP2     = "HTTP/2"
	overWebSocket = "WebSocket"
	overUpgrade   = "an upgraded protocol"
)

// hides notes that a connection speaks something in which no request can be read.
func (t *trace) hides(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.unread, what) {
		t.unread = append(t.unread, what)
	}
}

// hidden is what they speak.
func (t *trace) hidden() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.unread)
}

// spoken is the same in words.
func (t *trace) spoken() string { return inWords(t.hidden()) }

// inWords lists what is spoken, each once.
func inWords(all []string) string {
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " and ")
}

// untold adds to a count what its links do not tell of requests.
func untold(c *link.Count, links []*proxied, between func(*proxied) bool) {
	var unread []string
	for _, l := range links {
		c.Untraced = c.Untraced || between(l) && !l.stage.trace.seen.Load()
		unread = append(unread, l.stage.trace.hidden()...)
	}
	c.Unread = inWords(unread)
}
