//go:build linux

package loadgen

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// flushEvery is how often observations are sent, and usageEvery, how often the generator's
// own state is, counted in flushes.
const (
	flushEvery = 200 * time.Millisecond
	usageEvery = 5
)

// mostPerBlock keeps a block's line far below what the conversation allows.
const mostPerBlock = 8192

// recorder gathers the observations of one group and sends them in blocks. Adding never
// waits for the listener: a slow CLI must not slow the load.
type recorder struct {
	group string
	emit  func(event string, body any) error
	seen  func([]load.Request) // is called with all that is sent, before it is; nil: not called

	mu           sync.Mutex
	pending      []load.Request
	lag          *hdrhistogram.Histogram // µs, of this second
	sent, unsent uint64
}

func newRecorder(group string, emit func(string, any) error) *recorder {
	return &recorder{group: group, emit: emit,
		lag: hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)}
}

// add keeps one observation. An unsent request's lag is what it had waited when
// it was given up.
func (r *recorder) add(q load.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending, q)
	begin := q.Sent
	if q.Unsent {
		begin = q.Done
		r.unsent++
	} else {
		r.sent++
	}
	lag := time.Duration(begin - q.Due).Microseconds()
	_ = r.lag.RecordValue(min(max(lag, 0), r.lag.HighestTrackableValue())) // cannot be out of range
}

// flush sends what was added since the last flush.
func (r *recorder) flush() error {
	r.mu.Lock()
	all := r.pending
	r.pending = make([]load.Request, 0, len(all))
	r.mu.Unlock()
	if r.seen != nil && len(all) > 0 {
		r.seen(all)
	}
	for len(all) > 0 {
		n := min(len(all), mostPerBlock)
		b, err := load.EncodeBlock(r.group, all[:n])
		if err == nil {
			err = r.emit("requests", b)
		}
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// usage fills in the recorder's counts and begins the next second.
func (r *recorder) usage(u load.Usage) load.Usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	u.Group, u.Sent, u.Unsent = r.group, r.sent, r.unsent
	u.LagP99 = time.Duration(r.lag.ValueAtQuantile(99)) * time.Microsecond
	r.lag.Reset()
	return u
}
