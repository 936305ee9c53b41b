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
	if p := pressure(); p.Cores < 1 || p.Load < 0 {
		t.Errorf("this machine: have %+v", p)
	}
}
