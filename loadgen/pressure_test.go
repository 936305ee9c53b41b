//go:build linux

package loadgen

import "testing"

func TestPressure(t *testing.T) {
	if have := meanLoad("7.81 11.48 7.65 18/509 15837\n"); have != 7.81 {
		t.Errorf("load: have %v", have)
	}
	const psi = "some avg10=62.50 avg60=69.07 avg300=78.20 total=1084656930\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
	if have := waited(psi); have == nil || *have != 0.625 {
		t.Errorf("waited: have %v", have)
	}
	for _, none := range []string{"", "some", "some avg10=x avg60=0"} {
		if have := waited(none); have != nil {
			t.Errorf("%q: have %v", none, *have)
		}
	}
	var g gauge
	if p := g.read(1); p.Cores < 1 || p.Load < 0 || p.Since != nil {
		t.Errorf("this machine: have %+v", p)
	}
	g = gauge{}
	for _, c := range []struct {
		at    int64
		total string
		want  float64 // below 0: not known
	}{{1e9, "1000000", -1}, {2e9, "1250000", 0.25}, {4e9, "3250000", 1}, {5e9, "0", -1}, {6e9, "10",
		0}, {7e9, "x", -1}} {
		have := g.since(c.at, "some avg10=0.00 total="+c.total+"\nfull avg10=0.00 total=9\n")
		if (have == nil) != (c.want < 0) || have != nil && *have != c.want {
			t.Errorf("%+v: have %v", c, have)
		}
	}
}
