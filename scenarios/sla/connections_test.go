package sla

import (
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A fault of new connections alone shows as one.
func TestConnections(t *testing.T) {
	s := usual()
	s.downs = nil
	s.adjust = func(q *load.Request) {
		q.Reused = q.Seq%4 > 0
		if !q.Reused && q.Due > t0+s.inject && q.Due < t0+s.lift {
			q.Class, q.Status = load.DialTimeout, 0
		}
	}
	have := Score(s.record(), s.goals).Groups[0].Phases
	for i, want := range []Connections{
		{New: Served{375, 0, 1}, Established: Served{1125, 0, 1}},
		{New: Served{250, 250, 0}, Established: Served{750, 0, 1}, Differ: true},
		{New: Served{375, 0, 1}, Established: Served{1125, 0, 1}},
	} {
		if have[i].Connections != want {
			t.Errorf("%s: have %+v, want %+v", have[i].Name, have[i].Connections, want)
		}
	}
}
