package scenarios

import (
	"regexp"
	"strings"
)

// blockText is the end of a line below which text follows that is no YAML.
var blockText = regexp.MustCompile(`[:-]\s+[|>][-+0-9]*\s*(#.*)?$`)

// leftOpen is the line, counted from 1, of the last bracket that opens a list or a mapping and is
// not closed in the lines; 0 where there is none. Of a text that is no YAML it is a guess.
func leftOpen(lines []string) int {
	var open []int
	var quote byte // that a text stands in
	block := -1    // how far the line is indented below which text follows
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if block >= 0 && (strings.TrimSpace(line) == "" || indent > block) {
			continue
		}
		block = -1
		var last byte = ','
		for k := 0; k < len(line); k++ {
			c := line[k]
			begins := strings.IndexByte(",:-[{", last) >= 0 // a value, which may be quoted
			switch {
			case quote != 0:
				if c == '\\' && quote == '"' {
					k++
				} else if c == quote {
					quote = 0
				}
			case c == '#' && (k == 0 || line[k-1] == ' '):
				k = len(line)
			case begins && (c == '"' || c == '\''):
				quote = c
			case begins && (c == '{' || c == '['):
				open = append(open, i+1)
			case (c == '}' || c == ']') && len(open) > 0:
				open = open[:len(open)-1]
			}
			if c != ' ' {
				last = c
			}
		}
		if quote == 0 && len(open) == 0 && blockText.MatchString(line) {
			block = indent
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}
