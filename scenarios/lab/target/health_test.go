//go:build linux

package target

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// states plays answers (+ good, - bad) and gives the state after each (U up, D down).
func states(h *health, answers string) string {
	var b strings.Builder
	for _, a := range answers {
		h.note(a == '+')
		if h.down {
			b.WriteByte('D')
		} else {
			b.WriteByte('U')
		}
	}
	return b.String()
}

func TestHealthNeedsARow(t *testing.T) {
	for _, c := range []struct {
		fall, rise    int
		answers, want string
	}{
		{2, 2, "--++", "UDDU"},
		{2, 2, "-+-+--", "UUUUUD"},
		{3, 2, "---+-++", "UUDDDDU"},
		{1, 1, "-+-+", "DUDU"},
		{3, 1, "++--+---", "UUUUUUUD"},
	} {
		if have := states(&health{fall: c.fall, rise: c.rise}, c.answers); have != c.want {
			t.Errorf("fall %d rise %d %s: have %s, want %s", c.fall, c.rise, c.answers, have,
				c.want)
		}
	}
}

func TestEjectionEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes []string
		cfg := scenarios.Balancer{Passive: &scenarios.Eject{Errors: 3, For: 10 * time.Second}}
		s := newServer("app-2", "198.18.2.3:8080", cfg,
			func(now State) { changes = append(changes, upOrDown(now.Up)) })
		for _, good := range []bool{false, false, true, false, false} {
			s.served(good)
		}
		if !s.Up() {
			t.Fatal("ejected without three failures in a row")
		}
		s.served(false)
		if s.Up() {
			t.Fatal("not ejected after three failures in a row")
		}
		s.served(true) // was under way before the ejection
		if s.Up() {
			t.Fatal("a late answer ended the ejection")
		}
		time.Sleep(10*time.Second - time.Millisecond)
		if s.Up() {
			t.Fatal("back too early")
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if !s.Up() {
			t.Fatal("not tried again")
		}
		s.served(false)
		if !s.Up() {
			t.Fatal("came back with a failure on its slate")
		}
		if have := strings.Join(changes, " "); have != "down up" {
			t.Errorf("changes: have %q", have)
		}
	})
}

func TestEjectedServerStaysOutWhileChecksAreGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := withDefaults(scenarios.Balancer{Check: &scenarios.Health{Fall: 1, Rise: 1},
			Passive: &scenarios.Eject{Errors: 1, For: time.Second}})
		s := newServer("app-1", "198.18.2.2:8080", cfg, func(State) {})
		s.served(false)
		s.checked(true, "200")
		if s.Up() {
			t.Error("a good check ended the ejection")
		}
		s.checked(false, "503")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if s.Up() {
			t.Error("the ejection's end overruled the check")
		}
		s.checked(true, "200")
		if !s.Up() {
			t.Error("not up though both are content")
		}
	})
}

// Where it is fresh, the first answer decides alone.
func TestHealthFirstAnswer(t *testing.T) {
	for answers, want := range map[string]string{"-+-+": "DDDD", "-++-": "DDUU", "+--": "UUD"} {
		if have := states(&health{fall: 2, rise: 2, fresh: true}, answers); have != want {
			t.Errorf("%s: have %s, want %s", answers, have, want)
		}
	}
}
