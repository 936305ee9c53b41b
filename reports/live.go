package reports

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Live is the line that shows a running drill. On a terminal it is drawn over
// again and ends as one line per phase; elsewhere a plain line is written at
// the start of each phase, whenever what is injected changes, and every plainEvery after.
type Live struct {
	w     io.Writer
	tty   bool
	width int

	mu    sync.Mutex
	phase string
	since time.Time
	long  time.Duration
	last  time.Time // of the last plain line
	said  string    // of what is injected, in that line
	drawn bool      // a line stands without its end
}

// plainEvery is the pause between two plain lines of a phase.
const plainEvery = 5 * time.Second

// NewLive writes to w, a terminal of that width if tty.
func NewLive(w io.Writer, tty bool, width int) *Live { return &Live{w: w, tty: tty, width: width} }

// Say writes a line of its own: what is being prepared, or went wrong.
func (l *Live) Say(format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	fmt.Fprintln(l.w, Plain(fmt.Sprintf(format, a...)))
}

// Phase begins a phase of a planned length; the same one again changes nothing.
func (l *Live) Phase(name string, length time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if name == l.phase {
		return
	}
	l.end()
	l.phase, l.since, l.long, l.last = name, time.Now(), length, time.Time{}
}

// Update shows how it goes.
func (l *Live) Update(s timeline.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phase == "" {
		return
	}
	injected := injected(s)
	line := l.line(s.Seen, injected)
	switch {
	case l.tty:
		if n := utf8.RuneCountInString(line); n >= l.width {
			line = string([]rune(line)[:l.width-1])
		}
		fmt.Fprintf(l.w, "\r\x1b[K%s", line)
		l.drawn = true
	case injected != l.said || time.Since(l.last) >= plainEvery:
		l.last, l.said = time.Now(), injected
		fmt.Fprintln(l.w, line)
	}
}

// injected says what is in force; empty: nothing.
func injected(s timeline.State) string {
	if len(s.Faults) == 0 {
		return ""
	}
	said := "  injected: " + strings.Join(s.Faults, ", ")
	if !s.Biting {
		said += " (no user met it yet)"
	}
	return said
}

func (l *Live) line(s timeline.Seen, injected string) string {
	done := min(time.Since(l.since), l.long).Round(time.Second)
	return fmt.Sprintf("%-8s %4s of %s  %6.0f/s  success %s  p99 %s%s",
		l.phase, done, l.long.Round(time.Second), s.Rate, words.Percent(s.Success),
		words.Brief(s.P99.Seconds()), injected)
}

func (l *Live) end() {
	if l.drawn {
		fmt.Fprintln(l.w)
		l.drawn = false
	}
}

// Close ends the line.
func (l *Live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	l.phase = ""
}
