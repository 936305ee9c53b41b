package sla

import (
	"slices"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// A link's requests are given per request of the users whose way leads there, phase by
// phase; what cannot be counted is not given.
func TestRequestsOnLinks(t *testing.T) {
	const lb, behind, other = "lb -> app:8080", "app -> db:5432", "batch -> app:8080"
	s := usual() // 100 requests/s: 15 s, 10 s and 15 s
	r := s.record()
	group := r.Header.Groups[0].Name
	r.Traffic = []link.Traffic{{Link: group + " -> lb:80", Connections: 1},
		{Link: lb, Connections: 1}, {Link: behind, Connections: 1}, {Link: other}}
	read := func(phase string, at int64, lbs, all uint64) timeline.Reading {
		return timeline.Reading{Phase: phase, At: t0 + at, Links: []link.Traffic{
			{Link: lb, Requests: all, Users: lbs}, {Link: behind, Requests: all, Untraced: true},
			{Link: other, Requests: all, Users: lbs},
			{Link: "lb -> grpc:9090", Requests: all, Users: lbs, Unread: "HTTP/2"}}}
	}
	r.Readings = []timeline.Reading{read("baseline", 0, 0, 10), read("fault", 15*sec, 1500, 1600),
		read("recovery", 25*sec, 4500, 4800), read(timeline.ReadAtEnd, 45*sec, 6000, 6400)}
	want := map[string][]float64{lb: {1, 3, 1}, behind: {1.06, 3.2, 1.066667}, other: {-1, -1, -1}}
	have := Score(r, s.goals).Links
	if len(have) != len(want) {
		t.Fatalf("have %+v", have)
	}
	for _, l := range have {
		if l.Blind != (l.Name == behind) || len(l.Phases) != 3 {
			t.Fatalf("have %+v", l)
		}
		for k, p := range l.Phases {
			each := -1.0
			if p.Each != nil {
				each = *p.Each
			}
			if p.Name != r.Readings[k].Phase || each != want[l.Name][k] {
				t.Errorf("%s in %s: have %v of %d for %d, want %v", l.Name, p.Name, each, p.Requests,
					p.Asked, want[l.Name][k])
			}
		}
	}
	whole := r.Readings
	for k, want := range map[int][]string{1: {"recovery"}, 2: {"baseline"}} {
		r.Readings = slices.Delete(slices.Clone(whole), k, k+1) // one failed
		for _, l := range Score(r, s.goals).Links {
			var have []string
			for _, p := range l.Phases {
				have = append(have, p.Name)
			}
			if !slices.Equal(have, want) {
				t.Errorf("without a reading of %s: have %s's %q, want %q", whole[k].Phase, l.Name, have, want)
			}
		}
	}
	r.Readings = whole[:1] // a run that broke off
	if have := Score(r, s.goals).Links; have == nil || len(have) > 0 {
		t.Errorf("of one reading: have %+v", have)
	}
}
