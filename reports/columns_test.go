package reports

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stormdrill/stormdrill/reports/words"
)

// Where each character takes a column, the table is text/tabwriter's.
func TestColumnsAreThoseOfTabwriter(t *testing.T) {
	for _, text := range []string{
		"a\tbb\tc\nccc\td\te\n", "a\tb\t\naaaa\t\n\nb\tccccc\td\nx\ty\tz\tw\nq\n", "a\n",
		"", "\t\t\n  a\t\tb\n", "one\ntwo\tthree\nfour\tfive\tsix\n",
	} {
		var have, want strings.Builder
		for _, w := range []interface {
			io.Writer
			Flush() error
		}{&columns{to: &have}, tabwriter.NewWriter(&want, 0, 8, 2, ' ', 0)} {
			fmt.Fprint(w, text)
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if have.String() != want.String() {
			t.Errorf("%q:\nhave %q\nwant %q", text, have.String(), want.String())
		}
	}
}

// Cells below each other begin in the same column of a terminal, whatever stands before them.
func TestColumnsOfWideNames(t *testing.T) {
	var b strings.Builder
	c := &columns{to: &b}
	fmt.Fprint(c, "用户\t1\nshoppers\t2\nकि\t3\n")
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if at := words.Width(line[:len(line)-1]); at != 10 {
			t.Errorf("%q: the second cell begins in column %d, want 10", line, at)
		}
	}
}
