package switchboard

func (l *LimitData) unit() string { return "answers cut" }

// shape ends the connection where an answer is longer than it may be.
func (l *LimitData) shape(p piece, m *mode, _ *pace) []piece {
	return p.cut(l.Bytes, m, false)
}
