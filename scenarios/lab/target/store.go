//go:build linux

package target

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// store is what one node of a pair holds: ids in the order of their commits, and its part.
// It is in memory, so that a killed node has lost all of it.
type store struct {
	lines *journal
	lag   time.Duration

	mu        sync.Mutex
	leads     bool
	epoch     int         // of the active one; each that takes over begins the next
	ids       []string    // the n-th entry is ids[n-1]
	at        []time.Time // when each was committed here
	numbers   map[string]int
	synced    bool          // has had all that the active one would give, once
	confirmed int           // entries that the standby has
	last      time.Time     // when the standby last asked
	beat      time.Time     // the active one's own loop went round
	changed   chan struct{} // closed, and replaced, at every change
}

func newStore(lines *journal, lag time.Duration) *store {
	return &store{lines: lines, lag: lag, numbers: map[string]int{}, changed: make(chan struct{})}
}

// Standing is a node's state, as GET /state gives it.
type Standing struct {
	Node      string `json:"node"`
	Role      string `json:"role"` // "active" or "standby"
	Epoch     int    `json:"epoch"`
	Position  int    `json:"position"`  // entries it has
	Confirmed int    `json:"confirmed"` // of them, those its standby is known to have
}

// logPage is what a standby is given: entries from the one after From on.
type logPage struct {
	Epoch int      `json:"epoch"`
	IDs   []string `json:"ids"`
	End   bool     `json:"end"` // there is nothing more that is due

	due     time.Duration // until the next entry is
	changed <-chan struct{}
}

// mostEntries bounds a page of the log.
const mostEntries = 5000

func (s *store) standing(node string) Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	role := "standby"
	if s.leads {
		role = "active"
	}
	return Standing{Node: node, Role: role, Epoch: s.epoch, Position: len(s.ids),
		Confirmed: s.confirmed}
}

// turn wakes all that wait; mu is held.
func (s *store) turn() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// lead makes the node the active one of an epoch.
func (s *store) lead(epoch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leads, s.epoch, s.confirmed = true, epoch, 0
	s.beat = time.Now()
	s.lines.keep(fmt.Sprintf("active epoch %d position %d", epoch, len(s.ids)))
	s.turn()
}

// step makes an active node, that another has replaced, an empty standby.
func (s *store) step(epoch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines.keep(fmt.Sprintf("standby: epoch %d replaced mine, %d, at position %d", epoch, s.epoch,
		len(s.ids)))
	s.leads, s.synced = false, false
	s.clear()
	s.turn()
}

func (s *store) clear() { s.ids, s.at, s.numbers = nil, nil, map[string]int{} }

// beats notes that the active one's loop went round.
func (s *store) beats() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat = time.Now()
}

func (s *store) active() (leads bool, beat time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leads, s.beat
}

func (s *store) holds(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.numbers[id]
	return ok
}

// commit takes an id in and gives its number; the log has its line before that.
// An id that is there already keeps its number.
func (s *store) commit(id string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leads {
		return 0, errNotActive
	}
	if n, ok := s.numbers[id]; ok {
		return n, nil
	}
	s.take(id)
	s.lines.keep(fmt.Sprintf("commit %d %s", len(s.ids), id))
	s.turn()
	return len(s.ids), nil
}

func (s *store) take(id string) {
	s.ids, s.at = append(s.ids, id), append(s.at, time.Now())
	s.numbers[id] = len(s.ids)
}

// followed is the active one's view of its standby.
func (s *store) followed() (leads bool, confirmed int, last time.Time, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leads, s.confirmed, s.last, s.changed
}

// since gives a standby that has `from` entries those that follow and were
// committed at least a lag ago. By asking, it confirms what it has.
func (s *store) since(from int) (logPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leads {
		return logPage{}, errNotActive
	}
	if from > len(s.ids) {
		return logPage{}, fmt.Errorf("position %d is beyond mine, %d", from, len(s.ids))
	}
	s.last = time.Now()
	if from > s.confirmed {
		s.confirmed = from
		s.turn()
	}
	end := from
	for end < min(len(s.ids), from+mostEntries) && time.Since(s.at[end]) >= s.lag {
		end++
	}
	p := logPage{Epoch: s.epoch, IDs: s.ids[from:end:end], End: end < from+mostEntries,
		due: time.Hour, changed: s.changed}
	if end < len(s.ids) {
		p.due = max(0, s.lag-time.Since(s.at[end]))
	}
	return p, nil
}

var errOtherEpoch = errors.New("another epoch began")

// apply takes a page in, which follows the first `from` entries. What a standby
// has of another epoch may not be the new active one's: it begins anew.
func (s *store) apply(from int, p logPage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Epoch != s.epoch && len(s.ids) > 0 {
		s.epoch, s.synced = p.Epoch, false
		s.clear()
		return errOtherEpoch
	}
	if s.leads || from != len(s.ids) {
		return nil // it came too late
	}
	s.epoch = p.Epoch
	lines := make([]string, len(p.IDs))
	for i, id := range p.IDs {
		s.take(id)
		lines[i] = fmt.Sprintf("applied %d %s", len(s.ids), id)
	}
	s.lines.keep(lines...)
	s.synced = s.synced || p.End
	return nil
}

// place is where a standby stands.
func (s *store) place() (position, epoch int, synced bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ids), s.epoch, s.synced
}
