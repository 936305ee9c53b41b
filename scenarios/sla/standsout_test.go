package sla

// standsOut is the share that a scorecard says would have stood out to the run's end.
func standsOut(c Scorecard) float64 {
	worst := 0.0
	for _, f := range c.Faults {
		if f.Detectable != nil {
			worst = max(worst, *f.Detectable)
		}
	}
	return worst
}
