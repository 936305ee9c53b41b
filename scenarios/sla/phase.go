package sla

import "github.com/stormdrill/stormdrill/loadgen/load"

// phase counts a group's requests of one phase.
type phase struct {
	name string
	due  uint64
	took spread // of good ones
	// Sent on a connection of their own, and on one that stood already.
	own, pooled Served
}

func (p *phase) add(r *load.Request, bad bool) {
	p.due++
	if r.Unsent {
		return
	}
	if !bad {
		p.took.add(r.Latency())
	}
	on := &p.own
	if r.Reused {
		on = &p.pooled
	}
	on.Sent++
	if bad {
		on.Failed++
	}
}

// counted is what was.
func (p *phase) counted() Phase {
	all := Served{Sent: p.own.Sent + p.pooled.Sent, Failed: p.own.Failed + p.pooled.Failed}.share()
	return Phase{Name: p.name, Due: p.due, Sent: all.Sent, Failed: all.Failed, Success: all.Success,
		P50: p.quantile(0.5), P95: p.quantile(0.95), P99: p.quantile(0.99),
		Connections: Connections{New: p.own.share(), Established: p.pooled.share(),
			Differ: p.own.apart(p.pooled)}}
}

// quantile of the latency of all that were sent, bad ones being without end; nil where
// it has none, or nothing was sent.
func (p *phase) quantile(q float64) *float64 {
	k := rank(q, int(p.own.Sent+p.pooled.Sent))
	if k > p.took.n {
		return nil
	}
	v := seconds(p.took.at(k))
	return &v
}

// share fills in Success.
func (s Served) share() Served {
	if s.Success = None; s.Sent > 0 {
		s.Success = Number(round(1 - float64(s.Failed)/float64(s.Sent)))
	}
	return s
}

// apart reports whether two shares of good requests differ by more than chance.
func (s Served) apart(o Served) bool {
	if s.Sent == 0 || o.Sent == 0 {
		return false
	}
	low, high := clopper(int(s.Sent-s.Failed), int(s.Sent))
	otherLow, otherHigh := clopper(int(o.Sent-o.Failed), int(o.Sent))
	return high < otherLow || otherHigh < low
}
