package run

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// orders are commands on this machine as faults use them: the reaper carries them
// out. Their times are this machine's, put on the record's clock as well as is known.
type orders struct {
	warden *warden
	clock  wire.Offset
	most   time.Duration // that a fault may last; 0: any
}

var _ faults.Commands = orders{}

// Inject runs a job's first command.
func (o orders) Inject(ctx context.Context, j commands.Job) (link.Bracket, error) {
	j.For = o.most
	return o.call(ctx, "inject", j)
}

// Lift runs the pending lift of a fault.
func (o orders) Lift(ctx context.Context, fault string) (link.Bracket, error) {
	return o.call(ctx, "lift", fault)
}

// Prove runs a command and gives what it says.
func (o orders) Prove(ctx context.Context, c commands.Command) (said commands.Said, at int64,
	err error) {
	err = o.warden.reaper().Call(ctx, "prove", c, &said)
	return said, wire.Now() + int64(o.clock.Shift), err
}

func (o orders) call(ctx context.Context, name string, in any) (link.Bracket, error) {
	b := link.Bracket{Before: wire.Now() + int64(o.clock.Shift-o.clock.Bound)}
	err := o.warden.reaper().Call(ctx, name, in, nil)
	b.After = wire.Now() + int64(o.clock.Shift+o.clock.Bound)
	return b, err
}

// MissingPrograms names what a plan's faults would run and this machine has not.
func MissingPrograms(p *plan.Plan) error {
	var missing []string
	for _, f := range p.Faults {
		own, ok := f.Fault.(faults.Commanding)
		if !ok {
			continue
		}
		for _, c := range own.Commands() {
			if _, err := exec.LookPath(c.Program); err != nil {
				missing = append(missing, fmt.Sprintf("fault %s: %s: %v", f.Name, c.What, err))
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: %s", p.Scenario.Name, strings.Join(missing, "; "))
	}
	return nil
}
