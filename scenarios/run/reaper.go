package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/commands"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/engine"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// reaper is a process of its own that outlives this one, however it ends. It runs
// the drill's own commands when it is asked to, at the read end of a pipe. Only
// this process holds the write end. Once that end is gone it ends the command that
// runs, runs pending lifts, and removes all of a run's containers and networks.
type reaper struct {
	*wire.Peer
	cmd  *exec.Cmd
	wait func() error // for its end; several may wait
}

// startReaper starts the command that is a run's reaper, before the run's first container. What it
// lifts it notes in the run's ledger; what it reports meanwhile goes to events.
func startReaper(cmd *exec.Cmd, events func(name string, body json.RawMessage)) (*reaper, error) {
	cmd.SysProcAttr = apart()  // a Ctrl-C of the terminal is not for it
	in, err := cmd.StdinPipe() // closed in every other child
	if err != nil {
		return nil, fmt.Errorf("reaper: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("reaper: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("reaper: %w", err)
	}
	return &reaper{wire.NewPeer(out, in, events), cmd, sync.OnceValue(cmd.Wait)}, nil
}

// dismissWithin is how long a reaper has to take notice that it is not needed.
const dismissWithin = 10 * time.Second

// dismiss ends the reaper: its work is done.
func (r *reaper) dismiss() {
	ctx, cancel := context.WithTimeout(context.Background(), dismissWithin)
	defer cancel()
	if err := r.Call(ctx, "dismiss", nil, nil); err != nil && !errors.Is(err, wire.ErrGone) {
		return // it goes on to look for what is left
	}
	_ = r.Close()
	<-r.Done()
	_ = r.wait()
}

// reapWithin bounds a reaper's life after the end of its run: an engine that
// does not answer for so long is gone.
const reapWithin = 10 * time.Minute

// Reap is the reaper's own side: it runs the commands that a drill asks it for by in, and
// answers by out, until the end of that conversation. Then, unless it was dismissed, it
// runs pending lifts, notes that in the run's ledger, and removes what is left of the run.
// Its context is not the drill's: it has to outlive whatever ended that.
func Reap(ctx context.Context, ground lab.Ground, run, ledger string, in io.Reader,
	out io.Writer) error {
	var runner commands.Runner
	if attend(ctx, &runner, in, out) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, reapWithin)
	defer cancel()
	settle(ctx, &runner, ledger)
	return ground.Reap(ctx, run)
}

// attend runs the commands it is asked to, until the end of the conversation; then
// none runs any more. It reports whether there is nothing left to do.
func attend(ctx context.Context, runner *commands.Runner, in io.Reader, out io.Writer) bool {
	var dismissed atomic.Bool
	calls := runner.Handlers()
	calls["dismiss"] = wire.Handle(func(context.Context, struct{}) (any, error) {
		dismissed.Store(true)
		return nil, nil
	})
	server := wire.NewServer(out)
	runner.Report = server.Emit
	_ = server.Serve(ctx, in, calls) // a line that broke off is an end, too
	return dismissed.Load()
}

// settle runs pending lifts and notes it. A ledger that cannot be written to keeps
// nothing from lifting.
func settle(ctx context.Context, runner *commands.Runner, path string) {
	ledger, _ := engine.OpenLedger(path)
	defer ledger.Close()
	runner.Settle(ctx, func(fault string, err error) {
		if err != nil {
			_ = ledger.Left(fault, err)
			return
		}
		_ = ledger.Lifted(fault)
	})
}
