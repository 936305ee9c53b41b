// Package probe asks one question again and again, and reads what monitoring answers. It is
// the same wherever it asks from: a load node inside a drill's network, or the CLI.
package probe

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Probe asks one question. ctx has to have a deadline; when it passes, that is
// an answer too.
type Probe interface {
	Ask(ctx context.Context) Reply
}

// Reply is what a probe makes of an answer; its fields are those of load.Answer.
type Reply struct {
	Good   bool
	Known  bool
	Detail string
}

// Unknown is a reply that says nothing about what was asked for.
func Unknown(format string, args ...any) Reply {
	return Reply{Detail: fmt.Sprintf(format, args...)}
}

// MostPage bounds a page that reports a state, bytes: HAProxy's CSV has about 400 a server.
const MostPage = 4 << 20

// MostValue bounds how much of a value is reported, bytes.
const MostValue = 100

// Page is one that reports a state.
type Page interface {
	// Whole reads it, whatever its status: what is unwell often says so with 503. The error
	// is that it is out of reach.
	Whole(ctx context.Context) (body []byte, status int, err error)
	// Close ends the connection that it may keep.
	Close()
}

// Answered is a page's status where it has none of what was asked for.
type Answered int

func (a Answered) Error() string { return fmt.Sprintf("answered %d", int(a)) }

// Get reads a page; a status other than 200 is an error that says so.
func Get(ctx context.Context, p Page) ([]byte, error) {
	body, status, err := p.Whole(ctx)
	if err == nil && status != http.StatusOK {
		return nil, Answered(status)
	}
	return body, err
}

// patience is how long a check waits that does not say.
const patience = time.Second

// Once asks, for as long as the check may take, and stamps the answer by now.
func Once(ctx context.Context, c load.Check, p Probe, now func() int64) load.Answer {
	limit := c.Timeout
	if limit <= 0 {
		limit = patience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a := load.Answer{Check: c.Name, Start: now()}
	r := p.Ask(ctx)
	a.End, a.Good, a.Known, a.Detail = now(), r.Good && r.Known, r.Known, r.Detail
	return a
}

// Close closes the connection that a probe may keep.
func Close(p Probe) {
	if c, ok := p.(interface{ Close() }); ok {
		c.Close()
	}
}
