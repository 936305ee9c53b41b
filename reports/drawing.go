package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
)

// drawing is a block of lines at the foot of a terminal that is drawn over again. The cursor
// stays in the row below, where a terminal echoes what a person types; no state of the
// terminal is changed, so that there is nothing to restore however the program ends.
type drawing struct {
	w     io.Writer
	lines []string // that stand
	typed int      // rows that were typed below, each ended by Enter
}

// rowsOf is how many rows lines take where a terminal is so wide: one that was made narrower
// folds those that were drawn before.
func rowsOf(lines []string, columns int) (n int) {
	for _, l := range lines {
		n += max(1, (words.Width(l)+columns-1)/columns)
	}
	return n
}

// show writes said in the place of the block, for good, and a block below it, in one go, so
// that nothing flickers. Where nothing but the block's text changes, what a person is typing
// below it stays.
func (d *drawing) show(said, block []string, columns int) {
	var b strings.Builder
	up := rowsOf(d.lines, columns) + d.typed
	again := up > 0 && len(said) == 0 && len(block) == up && len(block) == len(d.lines)
	switch {
	case again:
		fmt.Fprintf(&b, "\x1b7\x1b[%dA\r", up)
	case up > 0:
		fmt.Fprintf(&b, "\x1b[%dA\r\x1b[J", up)
	}
	for _, l := range append(said[:len(said):len(said)], block...) {
		b.WriteString(l)
		if again {
			b.WriteString("\x1b[K")
		}
		b.WriteByte('\n')
	}
	if again {
		b.WriteString("\x1b8")
	}
	d.lines, d.typed = block, 0
	_, _ = io.WriteString(d.w, b.String())
}

// folded sets a text in lines of so many columns, the further ones so many further in; a word
// that is longer has a line of its own, and is not parted.
func folded(s string, columns, indent int) (all []string) {
	var line strings.Builder
	at, from := 0, 0
	for _, word := range strings.Fields(s) {
		for k, part := range words.Breaks(word) {
			blank := 0
			if k == 0 && at > from {
				blank = 1
			}
			n := words.Width(part)
			if at > from && at+blank+n > columns {
				all = append(all, line.String())
				line.Reset()
				line.WriteString(strings.Repeat(" ", indent))
				at, from, blank = indent, indent, 0
			}
			line.WriteString(strings.Repeat(" ", blank) + part)
			at += blank + n
		}
	}
	return append(all, line.String())
}
