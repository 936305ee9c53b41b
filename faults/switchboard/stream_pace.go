//go:build linux

package switchboard

import "time"

// pace is what a kind notes for one connection while one rule is in force.
type pace struct {
	by   *mode
	free time.Time // when the last piece that it paced has gone
}

// under gives the pace under a rule; a new one begins afresh.
func (l *pace) under(m *mode) *pace {
	if l.by != m {
		*l = pace{by: m}
	}
	return l
}

// parts parts a piece into such of at most n bytes.
func (p piece) parts(n int) []piece {
	var out []piece
	for len(p.data) > n {
		head := p
		head.data, head.last, head.rst = p.data[:n], false, false
		p.data, p.at = p.data[n:], p.at+int64(n)
		out = append(out, head)
	}
	return append(out, p)
}
