package run

import (
	"context"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// clockEvery is how often it is measured how far two clocks have drifted: by 5 ms at
// the 500 ppm that NTP may slew one by. clockAsks is how often the other is asked each
// time, of which the quickest answer counts.
const (
	clockEvery = 10 * time.Second
	clockAsks  = 20
)

// remeasure relates the clocks again and again until it is stopped. settle does so a
// last time, and says where it fails.
func (d *Drill) remeasure(ctx context.Context, l lab.Lab) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	tick := time.NewTicker(clockEvery)
	var done sync.WaitGroup
	done.Go(func() {
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if o, err := wire.MeasureOffset(ctx, l.Load(), clockAsks); err == nil {
				d.recorder.clock(o)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}
