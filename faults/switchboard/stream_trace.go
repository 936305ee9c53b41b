//go:build linux

package switchboard

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/faults/link"
)

// trace is what is known of the requests on one link: whether any was marked as a user's,
// and the protocols there in which no request can be read.
type trace struct {
	seen atomic.Bool // a traceparent of a user's request

	mu     sync.Mutex
	unread []string
}

// Protocols in which no request can be read.
const (
	overHTTP2     = "HTTP/2"
	overWebSocket = "WebSocket"
	overUpgrade   = "an upgraded protocol"
)

// hides notes that a connection uses a protocol in which no request can be read.
func (t *trace) hides(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.unread, what) {
		t.unread = append(t.unread, what)
	}
}

// hidden are these protocols.
func (t *trace) hidden() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.unread)
}

// protocols is the same in words.
func (t *trace) protocols() string { return inWords(t.hidden()) }

// inWords lists them, each once.
func inWords(all []string) string {
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " and ")
}

// countUnread adds to a count what cannot be read of its links' requests.
func countUnread(c *link.Count, links []*proxied, between func(*proxied) bool) {
	var unread []string
	for _, l := range links {
		c.Untraced = c.Untraced || between(l) && !l.stage.trace.seen.Load()
		unread = append(unread, l.stage.trace.hidden()...)
	}
	c.Unread = inWords(unread)
}
