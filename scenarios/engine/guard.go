package engine

import (
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
)

// Condition is a scenario's abort condition: the users' success below Below in
// every second for the length of For.
type Condition struct {
	Below quantity.Share
	For   time.Duration
}

var conditionText = regexp.MustCompile(`^\s*success\s*<\s*(\S+)\s+for\s+(\S+)\s*$`)

// ParseCondition reads "success < SHARE for DURATION", such as
// "success < 50% for 10s"; the duration is at least a second.
func ParseCondition(s string) (Condition, error) {
	m := conditionText.FindStringSubmatch(s)
	if m == nil {
		return Condition{}, fmt.Errorf("abort condition %q: want success < SHARE for DURATION, "+
			"such as success < 50%% for 10s", s)
	}
	below, err := quantity.ParseShare(m[1])
	if err != nil {
		return Condition{}, fmt.Errorf("abort condition: %w", err)
	}
	length, err := time.ParseDuration(m[2])
	if err != nil || length < time.Second {
		return Condition{}, fmt.Errorf("abort condition: %q: want a duration of at least 1s", m[2])
	}
	return Condition{Below: below, For: length}, nil
}

func (c Condition) String() string { return fmt.Sprintf("success < %s for %s", c.Below, c.For) }

// Guard watches requests as they come in and says on C, once, when the
// condition held. Requests are counted by the second in which it was known how
// they went; a second without requests neither holds nor breaks it.
type Guard struct {
	Condition
	C chan string

	mu         sync.Mutex
	second     int64 // being counted
	sent, good int
	since      int64 // first second of the run of bad ones; 0: none
	fired      bool
}

// NewGuard watches for c.
func NewGuard(c Condition) *Guard { return &Guard{Condition: c, C: make(chan string, 1)} }

// See takes requests of one group, with slow as its τ.
func (g *Guard) See(rs []load.Request, slow time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range rs {
		if r.Unsent {
			continue
		}
		if s := r.Known(slow) / int64(time.Second); s > g.second {
			g.close()
			g.second, g.sent, g.good = s, 0, 0
		}
		g.sent++
		if !r.Bad(slow) {
			g.good++
		}
	}
}

// close judges the second that has been counted.
func (g *Guard) close() {
	if g.sent == 0 {
		return
	}
	if float64(g.good) >= float64(g.Below)*float64(g.sent) {
		g.since = 0
		return
	}
	if g.since == 0 {
		g.since = g.second
	}
	if length := time.Duration(g.second-g.since+1) * time.Second; length >= g.For && !g.fired {
		g.fired = true
		g.C <- g.String()
	}
}
