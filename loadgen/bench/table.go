//go:build drill

package bench

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Table gathers a comparison's rows in Markdown. They are printed, and appended
// to the file that BENCH_TABLE names, when the test has run.
type Table struct{ lines, notes []string }

// NewTable begins a table with its head, "| a | b |".
func NewTable(tb testing.TB, head string) *Table {
	t := &Table{lines: []string{head, "|" + strings.Repeat("---|", strings.Count(head, "|")-1)}}
	tb.Cleanup(func() {
		text := strings.Join(append(append(t.lines, t.notes...), ""), "\n")
		tb.Log("\n" + text)
		if file := os.Getenv("BENCH_TABLE"); file != "" {
			must(tb, appendTo(file, text+"\n"))
		}
	})
	return t
}

// Row adds one row: its cells, formatted, between bars.
func (t *Table) Row(format string, args ...any) {
	t.lines = append(t.lines, "| "+fmt.Sprintf(format, args...)+" |")
}

// Note adds a sentence below the table.
func (t *Table) Note(format string, args ...any) {
	t.notes = append(t.notes, "\n"+fmt.Sprintf(format, args...))
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
