package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Live shows a running drill. On a terminal it is a few lines that are drawn over again,
// and end as one line per phase; elsewhere a plain line, with the time of day, is written
// at the start of each phase, whenever a fault or a watcher turns, and every plainEvery
// after.
type Live struct {
	w    io.Writer
	size Size
	lines

	mu    sync.Mutex
	phase string
	since time.Time
	long  time.Duration
	state timeline.State   // that was shown last
	calm  []timeline.Woken // watchers that are content again, and since when
	last  time.Time        // of the last plain line, or of what was drawn of a pull
	said  string           // of what is injected, and who noticed, in that line
	drawn drawing
}

// Size gives the columns and rows of a terminal, as they are now; nil: it is none.
type Size func() (columns, rows int)

// Pauses between two plain lines of a phase, or of a pull, and between two drawings of a pull.
const (
	plainEvery = 5 * time.Second
	drawEvery  = 250 * time.Millisecond
)

// NewLive writes to w, a terminal of that size or none. The language nil is English.
func NewLive(w io.Writer, size Size, in *words.Language) *Live {
	return &Live{w: w, size: size, lines: lines{cmp.Or(in, words.English)}, drawn: drawing{w: w}}
}

// Say tells what is being prepared, or went wrong.
func (l *Live) Say(n timeline.Note) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(Plain(l.Text(sla.Noted(n))), l.drawn.lines)
}

// Entered takes in that a person typed a line, whose echo stands below what is drawn.
func (l *Live) Entered(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if columns, _ := l.terminal(); columns > 0 && len(l.drawn.lines) > 0 {
		l.drawn.typed += rowsOf([]string{line}, columns)
	}
}

// Pulling shows how far an image has come.
func (l *Live) Pulling(p timeline.Pull) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := oneLine.Replace(Plain(l.pulling(p)))
	columns, _ := l.terminal()
	pause := plainEvery
	if columns > 0 {
		pause = drawEvery
	}
	switch {
	case p.Over && p.Layers == 0:
		l.redraw(nil)
	case p.Over:
		l.write(line, nil)
	case time.Since(l.last) < pause:
		return
	case columns > 0:
		l.redraw([]string{words.Cut(line, columns-1)})
	case !l.last.IsZero(): // the beginning was said
		l.write(line, nil)
	}
	l.last = time.Now()
}

// pulling says how far an image has come.
func (l lines) pulling(p timeline.Pull) string {
	return l.Line("live-pull", "image", p.Image, "done", strconv.Itoa(p.Done),
		"layers", strconv.Itoa(p.Layers), "size", fmt.Sprintf("%.1f MB", float64(p.Loaded)/1e6))
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
	l.state = inLines(s)
	said := strings.Join(l.turns(), "  ")
	columns, rows := l.terminal()
	switch {
	case columns > 0:
		l.redraw(l.block(columns, rows))
	case said != l.said || time.Since(l.last) >= plainEvery:
		l.last, l.said = time.Now(), said
		l.write(l.line(0), nil)
	}
}

// turned keeps the watchers that are content again.
func (l *Live) turned(all []timeline.Turn) {
	for _, t := range all {
		if t.What != timeline.OfWatcher {
			continue
		}
		l.calm = slices.DeleteFunc(l.calm,
			func(w timeline.Woken) bool { return w.Watcher == t.Name })
		if !t.On {
			l.calm = append(l.calm, timeline.Woken{Watcher: t.Name, Since: t.At})
		}
	}
}

// injected says what is in force; empty: nothing.
func (l *Live) injected() string {
	if s := l.state; len(s.Faults) > 0 && !s.Biting {
		return l.Line("live-unmet", "faults", l.List(s.Faults))
	}
	return l.List(l.state.Faults)
}

// noticed are the watchers that are not content.
func (l *Live) noticed() (names []string) {
	for _, w := range l.state.Alarms {
		names = append(names, w.Watcher)
	}
	return names
}

// label is what stands before what it is of.
func (l *Live) label(line string) string { return l.Line("live-label", "label", l.Line(line)) }

// turns say what is injected, what is about to be, and who noticed; none: nothing, and nobody.
func (l *Live) turns() (said []string) {
	for _, turn := range []struct{ line, is string }{
		{"live-injected", l.injected()}, {"live-injecting", l.List(l.state.Injecting)},
		{"live-noticed", l.List(l.noticed())}} {
		if turn.is != "" {
			said = append(said, l.label(turn.line)+turn.is)
		}
	}
	return said
}

// injection is the row of a block that says what is injected, and what is about to be.
func (l *Live) injection(columns int) []string {
	is, begun := l.injected(), l.List(l.state.Injecting)
	switch {
	case begun == "":
		return l.row("live-injected", columns, is)
	case is == "":
		return l.row("live-injecting", columns, begun)
	}
	return l.row("live-injected", columns, is+"  "+l.label("live-injecting")+begun)
}

// line says all in one, or, where that is wider, in one and a further one.
func (l *Live) line(columns int) string {
	all := l.named() + l.progress() + "  " + l.rate() + "  " + strings.Join(l.served(), "  ")
	turns := strings.Join(l.turns(), "  ")
	switch {
	case turns == "":
		return all
	case columns > 0 && words.Width(all)+2+words.Width(turns) >= columns:
		return all + "\n  " + turns
	}
	return all + "  " + turns
}

// named is the phase, as wide as any.
func (l *Live) named() string {
	wide := 0
	for _, name := range []string{"warm-up", "baseline", "fault", "recovery"} {
		wide = max(wide, words.Width(l.lines.phase(name)))
	}
	return words.Pad(l.lines.phase(l.phase), wide) + " "
}

func (l *Live) progress() string {
	return l.Line("live-progress", "done", fmt.Sprintf("%4s", l.done().Round(time.Second)),
		"length", l.long.Round(time.Second).String())
}

func (l *Live) done() time.Duration { return min(time.Since(l.since), l.long) }

// rate is how many requests a second the users make, and served what they have of them.
func (l *Live) rate() string { return fmt.Sprintf("%6.0f/s", l.state.Rate) }

func (l *Live) served() []string {
	return []string{l.Line("live-success", "share", words.Percent(l.state.Success)),
		"p99 " + words.Brief(l.state.P99.Seconds())}
}

// barWide is how many columns the progress of a phase takes, where it has them.
const barWide = 24

// block are the lines of a terminal: the phase, what users have, what is injected, who
// noticed, who is content again. They are as many before somebody notices as after.
func (l *Live) block(columns, rows int) (out []string) {
	phase, done := l.named(), l.progress()
	wide := max(0, min(barWide, columns-2-words.Width(phase)-words.Width(done)))
	full := wide
	if l.long > 0 {
		full = int(time.Duration(wide) * l.done() / l.long)
	}
	out = append(out, phase+strings.Repeat("█", full)+strings.Repeat("░", wide-full)+" "+done)
	served := append([]string{strings.TrimSpace(l.rate())}, l.served()...)
	out = append(out, l.row("users", columns, served...)...)
	out = append(out, l.injection(columns)...)
	out = append(out, l.row("live-noticed", columns, l.ago(l.state.Alarms))...)
	if len(l.calm) > 0 {
		out = append(out, l.row("live-content", columns, l.ago(l.calm))...)
	}
	for i := range out {
		out[i] = words.Cut(out[i], columns-1)
	}
	return out[:min(len(out), max(1, rows-1))]
}

// row sets values behind a label, in a further row what has no room; none is a dash.
func (l *Live) row(label string, columns int, values ...string) (rows []string) {
	behind := 0
	for _, other := range []string{"users", "live-injecting", "live-injected", "live-noticed",
		"live-content"} {
		behind = max(behind, words.Width(l.label(other)))
	}
	row := "  " + words.Pad(strings.TrimRight(l.label(label), " "), behind)
	blank := strings.Repeat(" ", words.Width(row))
	for i, v := range values {
		v = cmp.Or(v, "–")
		switch {
		case i == 0:
			row += v
		case words.Width(row)+2+words.Width(v) < columns:
			row += "  " + v
		default:
			rows, row = append(rows, row), blank+v
		}
	}
	return append(rows, row)
}

// ago lists watchers with the time since.
func (l *Live) ago(all []timeline.Woken) string {
	var said []string
	for _, w := range all {
		said = append(said, l.Line("live-ago", "watcher", oneLine.Replace(Plain(w.Watcher)),
			"time", time.Since(w.Since).Round(time.Second).String()))
	}
	return l.List(said)
}

// terminal is its size; none: no columns.
func (l *Live) terminal() (columns, rows int) {
	if l.size == nil {
		return 0, 0
	}
	columns, rows = l.size()
	return max(columns, 2), rows
}

// redraw puts a block in the place of what is drawn.
func (l *Live) redraw(block []string) {
	if columns, _ := l.terminal(); columns > 0 {
		l.drawn.show(nil, block, columns)
	}
}

// write writes lines for good, on a terminal above what is drawn then, and elsewhere behind
// the time of day: a CI's log has no other.
func (l *Live) write(text string, block []string) {
	columns, _ := l.terminal()
	if columns == 0 {
		_, _ = io.WriteString(l.w, time.Now().Format(time.TimeOnly)+" "+text+"\n")
		return
	}
	var said []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); words.Width(line) < columns {
			said = append(said, line)
			continue
		}
		said = append(said, folded(line, columns-1, 2)...)
	}
	l.drawn.show(said, block, columns)
}

// end leaves one line of a phase.
func (l *Live) end() {
	if columns, _ := l.terminal(); len(l.drawn.lines) > 0 {
		l.write(l.line(columns), nil)
	}
}

// Close ends the lines.
func (l *Live) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end()
	l.phase = ""
}
