package load

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
)

// Hook is a web address inside the drill's network, on the load node, where a
// user's monitoring delivers notifications by POST: http://hooks:PORT/PATH. Each becomes a
// Delivery event.
type Hook struct {
	Name string `json:"name"`
	Port int    `json:"port"`
	Path string `json:"path"`
	// Token ends the path: only a sender that has it notifies. Empty: any that reaches the
	// node does.
	Token secret.Text `json:"token,omitempty"`
}

// Delivery is one notification received by a hook, or one line of a log that says something.
// One that came to no hook, at an address where others wait, has no Hook and no Body.
type Delivery struct {
	Hook string `json:"hook"`
	From string `json:"from,omitempty"` // the node with the log it is in; empty: it came by a hook
	At   int64  `json:"at"`
	Body string `json:"body"` // at most MostDelivery
}

// MostDelivery is how large a notification may be, bytes: some thousand alerts.
const MostDelivery = 4 << 20

// How many notifications one listener takes in a drill, and bytes of them: a sender that
// runs wild fills no record. What comes after is refused, and reported once. A thousand a
// second are taken for longer than most drills last.
const (
	MostDeliveries    = 100_000
	MostDeliveryBytes = 64 << 20
)

// Of one listener: how many bytes it holds of bodies that are not whole yet, and from how many
// senders it reads at once. Slow ones cost no more.
const (
	MostUnderWay = 32 << 20
	MostSenders  = 1000
)

// Refusal is why a notification was not taken, with the status of HTTP that its sender gets.
// Of 503 it may try again.
type Refusal struct {
	Status int
	Why    string
	Stated *link.Statement // Why by a code
}

func (r *Refusal) Error() string { return r.Why }

// Bodies reads those of one listener, from many senders at once. The zero value has read none.
type Bodies struct{ bytes, senders atomic.Int64 }

// Read reads a body to its end, as it comes: it holds what has come of it, doubled at most.
// Length is what the sender says; −1: nothing.
func (b *Bodies) Read(r io.Reader, length int64) (body []byte, refused *Refusal) {
	defer b.senders.Add(-1)
	if b.senders.Add(1) > MostSenders {
		return nil, &Refusal{503, fmt.Sprintf("%d others were on their way", MostSenders),
			link.State("many-senders", "most", strconv.Itoa(MostSenders))}
	}
	tooLarge := &Refusal{413, fmt.Sprintf("it is larger than %d bytes", MostDelivery),
		link.State("too-large", "most", strconv.Itoa(MostDelivery))}
	if length > MostDelivery {
		return nil, tooLarge
	}
	defer func() { b.bytes.Add(int64(-cap(body))) }()
	for {
		if len(body) == cap(body) {
			more := min(max(512, cap(body)), MostDelivery+1-cap(body))
			if b.bytes.Add(int64(more)) > MostUnderWay {
				b.bytes.Add(int64(-more))
				return body, &Refusal{503, fmt.Sprintf("others that were not whole yet held %d MiB",
					MostUnderWay>>20), link.State("others-unfinished", "most",
					strconv.Itoa(MostUnderWay>>20))}
			}
			grown := make([]byte, len(body), cap(body)+more)
			copy(grown, body)
			body = grown
		}
		n, err := r.Read(body[len(body):cap(body)])
		switch body = body[:len(body)+n]; {
		case len(body) > MostDelivery:
			return body, tooLarge
		case errors.Is(err, io.EOF):
			return body, nil
		case err != nil:
			return body, &Refusal{400, "its body broke off", link.State("body-broke-off")}
		}
	}
}

// Allowance counts what of it is left. The zero value has taken none.
type Allowance struct {
	n, bytes atomic.Int64
	refused  atomic.Bool
}

// Take reports whether one more notification may be taken; first, whether it is the first
// that may not.
func (a *Allowance) Take(bytes int) (ok, first bool) {
	if a.n.Add(1) <= MostDeliveries && a.bytes.Add(int64(bytes)) <= MostDeliveryBytes {
		return true, false
	}
	return false, !a.refused.Swap(true)
}
