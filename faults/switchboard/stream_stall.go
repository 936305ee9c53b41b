package switchboard

func (s *Stall) unit() string { return "answers held" }

// shape holds everything until the lift.
func (s *Stall) shape(p piece, m *mode, _ *pace) []piece {
	m.touch(p.answer)
	return []piece{p.held(hold{by: m})}
}
