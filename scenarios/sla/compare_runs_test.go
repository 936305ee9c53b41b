package sla

import (
	"math/rand/v2"
	"testing"
)

// campaign is runs of whose one objective the times are given; negative: cut short at so long.
func campaign(times ...float64) (all []Scorecard) {
	for _, v := range times {
		o := Objective{Name: "recover", Op: "<=", Unit: inSeconds, Censored: v < 0}
		v = max(v, -v)
		o.Value, o.Measured = &v, Say(TimeTaken, v)
		all = append(all, Scorecard{Objectives: []Objective{o}})
	}
	return all
}

// Campaigns differ where their runs do, in the direction that an objective asks for; what has
// not ended is longer than what has; few runs show nothing.
func TestCompareRuns(t *testing.T) {
	before := campaign(1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7)
	for name, c := range map[string]struct {
		now []Scorecard
		is  string
	}{
		"the same":          {before, Alike},
		"mixed with them":   {campaign(1.05, 1.15, 1.25, 1.35, 1.45, 1.55, 1.65, 1.75), Alike},
		"slower":            {campaign(2, 2.1, 2.2, 2.3, 2.4, 2.5), Worse},
		"faster":            {campaign(.2, .3, .4, .5, .6, .7), Better},
		"one outlier":       {campaign(1.05, 1.15, 1.25, 1.35, 1.45, 9), Alike},
		"cut short, each":   {campaign(-.5, -.5, -.5, -.5, -.5, -.5), Worse},
		"all as the middle": {campaign(1.4, 1.4, 1.4, 1.4, 1.4, 1.4), Alike},
		"too few":           {campaign(9, 9, 9, 9, 9), Open},
		"none":              {nil, Open},
	} {
		d := CompareRuns(before, c.now)
		if len(d) != 1 || d[0].Is != c.is || d[0].Values[0].Of("seconds") != 1.4 {
			t.Errorf("%s: %+v, want %s", name, d, c.is)
		}
	}
	share := func(failed ...uint64) (all []Scorecard) {
		for _, n := range failed {
			all = append(all, Scorecard{Groups: []Group{{Name: "page",
				Phases: []Phase{{Name: "fault", Sent: 1000, Failed: n}}}}})
		}
		return all
	}
	some := share(10, 12, 14, 16, 18, 20)
	if d := CompareRuns(some, share(110, 112, 114, 116, 118, 120)); d[0].Is != Worse ||
		d[0].Name != "success of page in fault" {
		t.Errorf("more fail: %+v", d)
	}
	if d := CompareRuns(some, share(0, 1, 2, 3, 4, 5)); d[0].Is != Better {
		t.Errorf("fewer fail: %+v", d)
	}
}

// Of campaigns that are alike, one in twenty at most is reported to differ in anything,
// however many things are asked about. 2,000 pairs at 5 % are beyond 150 once in 10⁶ times.
func TestAlikeCampaignsAreAlike(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	differ := 0
	for range 2000 {
		side := func() (all []Scorecard) {
			for range 8 {
				c := Scorecard{}
				for k := range 6 {
					v := random.ExpFloat64()
					c.Objectives = append(c.Objectives, Objective{Name: string(rune('a' + k)),
						Op: "<=", Unit: inSeconds, Value: &v, Measured: Say(TimeTaken, v)})
				}
				all = append(all, c)
			}
			return all
		}
		for _, d := range CompareRuns(side(), side()) {
			if d.Is != Alike {
				differ++
				break
			}
		}
	}
	if differ > 150 || differ < 10 {
		t.Errorf("%d of 2,000 pairs that are alike are reported to differ", differ)
	}
}
