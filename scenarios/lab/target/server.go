//go:build linux

package target

import (
	"fmt"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// server is one server of a balancer.
type server struct {
	name    string // "app-2"
	address string // "198.18.2.3:8080"
	changed func(s State)

	mu    sync.Mutex
	check health
	eject ejection
	back  *time.Timer // ends an ejection; nil: none is on
	why   string
	since time.Time
	open  bool // it is to be checked, and no answer has come yet
}

// State is one server's state, as GET /state on the state port gives it in
// {"servers":[…]}, sorted by name.
type State struct {
	Name    string `json:"name"`
	Address string `json:"address"` // the address requests go to
	Up      bool   `json:"up"`      // it is given requests
	Why     string `json:"why"`     // what made it so
	Since   int64  `json:"since"`   // Unix time in ms
}

// newServer is a server that is up; changed is called at every change.
func newServer(name, address string, cfg scenarios.Balancer, changed func(State)) *server {
	s := &server{name: name, address: address, changed: changed, why: "not checked yet",
		since: time.Now()}
	if c := cfg.Check; c != nil {
		s.check = health{fall: c.Fall, rise: c.Rise, fresh: c.Path != ""}
		s.open = true
	} else {
		s.why = "not checked"
	}
	if p := cfg.Passive; p != nil {
		s.eject = ejection{errors: p.Errors, length: p.For}
	}
	return s
}

// Up reports whether the server is given requests.
func (s *server) Up() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up()
}

func (s *server) up() bool { return !s.check.down && !s.eject.out }

// State is the server's state now.
func (s *server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state()
}

func (s *server) state() State {
	return State{Name: s.name, Address: s.address, Up: s.up(), Why: s.why,
		Since: s.since.UnixMilli()}
}

// checked takes in what an active check found.
func (s *server) checked(good bool, found string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
	took := s.check.limit()
	if s.check.note(good) {
		s.turn(fmt.Sprintf("check: %s, %d in a row", found, took))
	}
}

// unasked reports whether the server's checks have not had an answer yet.
func (s *server) unasked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// served takes in how a request ended.
func (s *server) served(good bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.eject.note(good) {
		return
	}
	s.back = time.AfterFunc(s.eject.length, s.readmit)
	s.turn(fmt.Sprintf("ejected: %d failed requests in a row", s.eject.errors))
}

// readmit ends an ejection: the server is tried again.
func (s *server) readmit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.back == nil {
		return // retired meanwhile
	}
	s.back, s.eject.out = nil, false
	s.turn(fmt.Sprintf("ejection over after %s", s.eject.length))
}

// turn notes a change and reports it, in order.
func (s *server) turn(why string) {
	s.why, s.since = why, time.Now()
	s.changed(s.state())
}

// retire forgets a server that is no longer among the balancer's.
func (s *server) retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.back != nil {
		s.back.Stop()
		s.back = nil
	}
}
