package reports

import (
	"io"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
)

// columns aligns cells that end with a tab, as text/tabwriter does, two blanks apart. It
// counts columns of a terminal, of which a Chinese character takes two, where the former
// counts characters.
type columns struct {
	to   io.Writer
	text strings.Builder
}

func (c *columns) Write(b []byte) (int, error) { return c.text.Write(b) }

// Flush writes the table.
func (c *columns) Flush() error {
	var rows [][]string
	for line := range strings.Lines(c.text.String()) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	c.text.Reset()
	var out strings.Builder
	var widths []int // of the columns that the row above has
	for i, row := range rows {
		ended := len(row) - 1 // the last cell ends with the line, and is as wide as it is
		widths = widths[:min(len(widths), ended)]
		for j := len(widths); j < ended; j++ {
			widths = append(widths, widest(rows[i:], j)+2)
		}
		for j, cell := range row[:ended] {
			out.WriteString(words.Pad(cell, widths[j]))
		}
		out.WriteString(row[ended] + "\n")
	}
	_, err := io.WriteString(c.to, out.String())
	return err
}

// widest is the width of a column over the rows that follow each other and have it.
func widest(rows [][]string, column int) (most int) {
	for _, row := range rows {
		if column >= len(row)-1 {
			break
		}
		most = max(most, words.Width(row[column]))
	}
	return most
}
