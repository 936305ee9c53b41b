package timeline

import (
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// Window looks at the latest requests of a running drill, for a person to see
// how it goes. Nothing is judged from it.
type Window struct {
	length time.Duration
	seen   []landed
	latest int64
}

type landed struct {
	done    int64
	latency time.Duration
	bad     bool
}

// Seen is what a window shows.
type Seen struct {
	Rate    float64 // requests answered or failed per second
	Success float64 // share of them that was good; 1 of none
	P99     time.Duration
}

// State is what is shown of a running drill.
type State struct {
	Seen               // of the last second
	Injecting []string // faults whose injection has begun and has not ended
	Faults    []string // injected now
	Biting    bool     // one of them was seen to touch users' traffic
	Alarms    []Woken  // watchers that are not content, in the order in which they woke
	// Turns are what changed since the State before, in order, as it was heard of.
	Turns []Turn
}

// Pull is how far an engine has come with an image that it did not have.
type Pull struct {
	Image  string
	Layers int   // that are known of
	Done   int   // of them, that are there
	Loaded int64 // bytes, of all layers
	Over   bool  // nothing more comes of it
}

// Woken is a watcher that is not content, and since when.
type Woken struct {
	Watcher string
	Since   time.Time
}

// Turn is a change of a fault or of a watcher, by the clock on the wall.
type Turn struct {
	At   time.Time
	What What
	Name string
	On   bool // a fault: injected; a watcher: not content
}

// What turned.
type What string

// Of those things turns are told.
const (
	OfFault   What = "fault"
	OfWatcher What = "watcher"
)

// NewWindow looks back over the given length.
func NewWindow(length time.Duration) *Window { return &Window{length: length} }

// See adds requests of a group with slow as its τ, and forgets the old ones.
func (w *Window) See(rs []load.Request, slow time.Duration) {
	for _, r := range rs {
		if r.Unsent {
			continue
		}
		w.latest = max(w.latest, r.Done)
		w.seen = append(w.seen, landed{r.Done, r.Latency(), r.Bad(slow)})
	}
	w.seen = slices.DeleteFunc(w.seen, func(s landed) bool {
		return s.done <= w.latest-int64(w.length)
	})
}

// Last is the state of the window's length before the latest request.
func (w *Window) Last() Seen {
	if len(w.seen) == 0 {
		return Seen{Success: 1}
	}
	bad := 0
	latencies := make([]time.Duration, len(w.seen))
	for i, s := range w.seen {
		latencies[i] = s.latency
		if s.bad {
			bad++
		}
	}
	slices.Sort(latencies)
	n := len(latencies)
	return Seen{
		Rate:    float64(n) / w.length.Seconds(),
		Success: 1 - float64(bad)/float64(n),
		P99:     latencies[(99*n-1)/100],
	}
}
