package reports

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Live shows a running drill. On a terminal it is a few lines that are drawn over again,
// and end as one line per phase; elsewhere a plain line, with the time of day, is written
// at the start of each phase, whenever a fault or a watcher turns, and every plainEvery
// after.
type Live struct {
	w     io.Writer
	tty   bool
	width int

	mu    sync.Mutex
	phase string
	since time.Time
	long  time.Duration
	state timeline.State   // that was shown last
	calm  []timeline.Woken // watchers that are content again, and since when
	last  time.Time        // of the last plain line
	said  string           // of what is injected, and who noticed, in that line
	drawn int              // lines that stand and will be drawn over
}

// plainEvery is the pause between two plain lines of a phase.
const plainEvery = 5 * time.Second

// NewLive writes to w, a terminal of that width if tty.
func NewLive(w io.Writer, tty bool, width int) *Live { return &Live{w: w, tty: tty, width: width} }

// Say writes a line of its own: what is being prepared, or went wrong.
func (l *Live) Say(format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(l.clock() + Plain(fmt.Sprintf(format, a...)))
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
	l.turned(s.Turns)
	if l.phase == "" {
		return
	}
	l.state = s
	said := injected(s) + noticed(s)
	switch {
	case l.tty:
		block := l.block()
		l.write(block...)
		l.drawn = len(block)
	case said != l.said || time.Since(l.last) >= plainEvery:
		l.last, l.said = time.Now(), said
		l.write(l.clock() + l.line())
	}
}

// turned keeps who is content again.
func (l *Live) turned(all []timeline.Turn) {
	for _, t := range all {
		if t.What != timeline.OfWatcher {
			continue
		}
		var others []timeline.Woken
		for _, w := range l.calm {
			if w.Watcher != t.Name {
				others = append(others, w)
			}
		}
		if l.calm = others; !t.On {
			l.calm = append(l.calm, timeline.Woken{Watcher: t.Name, Since: t.At})
		}
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

// noticed says which watchers are not content; empty: all are.
func noticed(s timeline.State) string {
	var names []string
	for _, w := range s.Alarms {
		names = append(names, w.Watcher)
	}
	if len(names) == 0 {
		return ""
	}
	return "  noticed: " + strings.Join(names, ", ")
}

// line says all in one.
func (l *Live) line() string {
	return fmt.Sprintf("%-8s %s  %s%s%s", l.phase, l.progress(), seen(l.state.Seen),
		injected(l.state), noticed(l.state))
}

func (l *Live) progress() string {
	return fmt.Sprintf("%4s of %s", l.done().Round(time.Second), l.long.Round(time.Second))
}

func (l *Live) done() time.Duration { return min(time.Since(l.since), l.long) }

func seen(s timeline.Seen) string {
	return fmt.Sprintf("%6.0f/s  success %s  p99 %s", s.Rate, words.Percent(s.Success),
		words.Brief(s.P99.Seconds()))
}

// barWide is how many columns the progress of a phase takes.
const barWide = 24

// block are the lines of a terminal: the phase, what users have, what is injected, who noticed.
func (l *Live) block() []string {
	full := barWide
	if l.long > 0 {
		full = int(barWide * l.done() / l.long)
	}
	out := []string{fmt.Sprintf("%-8s %s%s %s", l.phase, strings.Repeat("█", full),
		strings.Repeat("░", barWide-full), l.progress()), "  users:   " + seen(l.state.Seen)}
	if s := injected(l.state); s != "" {
		out = append(out, s)
	}
	if s := ago(l.state.Alarms); s != "" {
		out = append(out, "  noticed: "+s)
	}
	if s := ago(l.calm); s != "" {
		out = append(out, "  content again: "+s)
	}
	for i := range out {
		out[i] = words.Cut(out[i], l.width-1)
	}
	return out
}

// ago lists watchers with the time since.
func ago(all []timeline.Woken) string {
	var said []string
	for _, w := range all {
		said = append(said, w.Watcher+" "+time.Since(w.Since).Round(time.Second).String()+" ago")
	}
	return strings.Join(said, ", ")
}

// clock is the time of day before a plain line: a CI's log has no other.
func (l *Live) clock() string {
	if l.tty {
		return ""
	}
	return time.Now().Format(time.TimeOnly) + " "
}

// write writes lines in the place of those that are drawn, in one go, so that nothing flickers.
func (l *Live) write(lines ...string) {
	var b strings.Builder
	if l.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", l.drawn)
		l.drawn = 0
	}
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	_, _ = io.WriteString(l.w, b.String())
}

// end leaves one line of a phase.
func (l *Live) end() {
	if l.drawn > 0 {
		l.write(words.Cut(l.line(), l.width-1))
	}
}

// Close ends the lines.
func (l *Live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	l.phase = ""
}
