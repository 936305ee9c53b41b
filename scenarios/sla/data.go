package sla

import (
	"cmp"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// mostLost bounds how many lost ids a scorecard names; the record has all.
const mostLost = 100

// write is one acknowledged write.
type write struct {
	group string
	seq   uint64
	acked int64
	rate  float64 // of its group
	found bool    // a read-back answered about it
	lost  bool
}

// writes are all acknowledged writes of all ledgers, in order of their
// acknowledgement; ok is false where no group keeps one.
func (s *scorer) writes() (all []write, ok bool) {
	for _, st := range s.streams {
		g := st.group
		if !g.Ledger {
			continue
		}
		ok = true
		lost := map[uint64]bool{}
		for _, f := range s.record.Findings[g.Name] {
			lost[f.Seq] = f.Lost
		}
		for r := range st.all.All() {
			if !r.Acknowledged() {
				continue
			}
			gone, found := lost[r.Seq]
			all = append(all, write{g.Name, r.Seq, r.Done, g.Rate, found, gone})
		}
	}
	slices.SortStableFunc(all, func(a, b write) int { return int(a.acked - b.acked) })
	return all, ok
}

// data counts what became of the acknowledged writes.
func (s *scorer) data() {
	all, ok := s.writes()
	if !ok {
		return
	}
	d, times := &Data{Acknowledged: uint64(len(all)), OldestLost: -1, YoungestLost: -1,
		LostIDs: []string{}}, s.faultTimes()
	for _, w := range all {
		switch {
		case !w.found:
			d.Unknown++
			continue
		case !w.lost:
			d.There++
			continue
		}
		d.Lost++
		if k := len(times); k > 0 && lostBy(times, w.acked) == k {
			s.lostLate = w.acked
		}
		if d.OldestLost < 0 {
			d.OldestLost = Number(s.course.at(w.acked))
		}
		d.YoungestLost = Number(s.course.at(w.acked))
		if len(d.LostIDs) < mostLost {
			d.LostIDs = append(d.LostIDs, load.WriteID(s.record.Header.Run, w.group, w.seq))
		}
	}
	if d.There+d.Lost > 0 {
		low, high := s.rpo(all, false), s.rpo(all, true)
		d.RPO, d.atWorst = &low, high
	}
	s.card.Data = d
}

// rpo is the greatest, over the faults, of the times from the oldest lost
// acknowledgement to the loss: the fault's injection, or the youngest lost
// acknowledgement of its time where that is later. It is exactly zero where nothing is
// lost. Unknown writes are taken for lost on demand.
func (s *scorer) rpo(all []write, pessimist bool) (worst Time) {
	times := s.faultTimes()
	lost := make([][]write, len(times)+1) // by fault; the last: there is none
	for _, w := range all {
		if w.found && w.lost || !w.found && pessimist {
			k := lostBy(times, w.acked)
			lost[k] = append(lost[k], w)
		}
	}
	for k, writes := range lost {
		if len(writes) == 0 {
			continue
		}
		oldest, loss, half := writes[0], writes[len(writes)-1].acked, int64(0)
		if k < len(times) {
			half = (times[k].known - times[k].injected) / 2
			loss = max(loss, times[k].injected+half)
		}
		t := Time{Seconds: seconds(time.Duration(loss - oldest.acked)),
			Resolution: seconds(time.Duration(1e9/oldest.rate) + time.Duration(half))}
		if t.Seconds+t.Resolution > worst.Seconds+worst.Resolution {
			worst = t
		}
	}
	return worst
}

// faultTime is when a fault can lose writes: from its injection, a bracket, to W after
// it was gone.
type faultTime struct{ injected, known, until int64 }

// faultTimes are in order of injection.
func (s *scorer) faultTimes() (all []faultTime) {
	for _, m := range s.record.Marks {
		if m.Name != timeline.MarkInject {
			continue
		}
		t := faultTime{m.Before, m.After, s.course.end}
		if cleared := s.span(m.Fault).cleared; cleared != never {
			t.until = cleared + int64(s.confirm())
		}
		all = append(all, t)
	}
	slices.SortStableFunc(all, func(a, b faultTime) int {
		return cmp.Compare(a.injected, b.injected)
	})
	return all
}

// lostBy is the place of the fault that a write was lost by: the latest in the time of which it
// was acknowledged; else the next, for which it was still to be replicated. One from after
// all of them is none's: its place is behind theirs.
func lostBy(times []faultTime, acked int64) int {
	for k := len(times) - 1; k >= 0; k-- {
		if acked >= times[k].injected && acked <= times[k].until {
			return k
		}
	}
	if k := slices.IndexFunc(times, func(t faultTime) bool { return t.injected > acked }); k >= 0 {
		return k
	}
	return len(times)
}

// lose judges how many acknowledged writes are lost.
func (s *scorer) lose(limit int) Objective {
	o := fewer("max-lost-writes", Say(WantWrites, "<=", limit), float64(limit), "writes")
	d := s.card.Data
	if why := d.silent(); why != nil {
		o.Measured, o.Result, o.Why = Say(Nothing), Undecided, why
		return o
	}
	o.Measured, o.Value = Say(CountOf, d.Lost, d.Acknowledged), counts(d.Lost+d.Unknown)
	switch {
	case d.Lost > uint64(limit):
		o.Result = Missed
	case d.Lost+d.Unknown <= uint64(limit):
		o.Result = Met
	default:
		o.Measured = Say(CountBetween, d.Lost, d.Lost+d.Unknown, d.Acknowledged)
		o.undecided(WritesUnknown, d.Unknown)
	}
	return o
}

// point judges the RPO, both with every write of which nothing is known there
// and with all of those lost.
func (s *scorer) point(limit time.Duration) Objective {
	d := s.card.Data
	if why := d.silent(); why != nil {
		return atMost("rpo", limit, nil, *why)
	}
	o, worst := atMost("rpo", limit, d.RPO, Said{}), atMost("rpo", limit, &d.atWorst, Said{})
	if limit == 0 && d.Lost > 0 { // a lost write is one, however finely its age is resolved
		o.Result, o.Why = Missed, nil
		return o
	}
	if o.Result != worst.Result {
		o.Measured, o.Margin = Say(TimeBetween, d.RPO.Said(), d.atWorst.Said()), nil
		o.undecided(WritesUnknown, d.Unknown)
	}
	return o
}

// silent says why nothing is known of the writes.
func (d *Data) silent() *Said {
	why := NoWriteReadBack
	switch {
	case d == nil:
		why = NoLedger
	case d.Acknowledged == 0:
		why = NoWriteAcknowledged
	case d.There+d.Lost > 0:
		return nil
	}
	said := Say(why)
	return &said
}
