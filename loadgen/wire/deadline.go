package wire

import (
	"sync"
	"time"
)

// Expired is the event "expired": the node undid something by itself, for its deadline had
// passed and no call had asked for it.
type Expired struct {
	Name  string `json:"name"`            // the fault's
	At    int64  `json:"at"`              // when it was undone, ns on CLOCK_MONOTONIC
	Error string `json:"error,omitempty"` // it could not be, and is tried again until it is
}

// Deadlines are those of what a node has in force. The zero value is ready.
type Deadlines struct {
	mu  sync.Mutex
	all map[string]*deadline
}

type deadline struct{ timer *time.Timer }

// retryEvery is the pause before another try at what resisted.
const retryEvery = time.Second

// Set has undo run once after has passed, unless the name is taken away or set anew
// before; 0: never. Each run is reported; one that failed is followed by another.
func (d *Deadlines) Set(name string, after time.Duration, undo func() error,
	emit func(event string, body any) error) {
	d.Take(name)
	if after <= 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[string]*deadline{}
	}
	one := &deadline{}
	d.all[name] = one
	one.timer = time.AfterFunc(after, func() {
		if !d.holds(name, one) {
			return
		}
		expired := Expired{Name: name}
		if err := undo(); err != nil {
			expired.Error = err.Error()
		}
		expired.At = Now()
		if expired.Error == "" {
			d.Take(name)
		} else if d.holds(name, one) {
			one.timer.Reset(retryEvery)
		}
		_ = emit("expired", expired) // last: it waits while nothing listens
	})
}

// holds reports whether a deadline is still the name's.
func (d *Deadlines) holds(name string, one *deadline) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.all[name] == one
}

// Take takes a deadline away: what it was for is being undone.
func (d *Deadlines) Take(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if one := d.all[name]; one != nil {
		one.timer.Stop()
		delete(d.all, name)
	}
}

// Clear takes all away.
func (d *Deadlines) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.all {
		one.timer.Stop()
	}
	clear(d.all)
}
