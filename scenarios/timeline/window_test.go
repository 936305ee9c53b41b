package timeline

import (
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

func TestWindow(t *testing.T) {
	w := NewWindow(time.Second)
	if have := w.Last(); have.Success != 1 || have.Rate != 0 {
		t.Errorf("empty: have %+v", have)
	}
	for i := range 200 {
		due := int64(i) * int64(10*time.Millisecond)
		r := load.Request{Due: due, Sent: due, Done: due + int64(time.Millisecond)}
		if i >= 150 {
			r.Class = load.Status
		}
		w.See([]load.Request{r, {Unsent: true}}, time.Second)
	}
	want := Seen{Rate: 100, Success: 0.5, P99: time.Millisecond}
	if have := w.Last(); have != want {
		t.Errorf("have %+v, want %+v", have, want)
	}
}
