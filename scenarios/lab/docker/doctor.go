package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// finding is a line; its cure is empty where it is well.
func finding(what string, ok, needed bool, detail, cure string) lab.Finding {
	return lab.Finding{What: what, OK: ok, Needed: needed, Detail: detail, Cure: cure}
}

// trial is a lab of the smallest kind that uses everything: its balancer is
// ready only when names, links and the load node work.
const trial = `name: doctor
targets:
  lb: {lab: {lb: {backend: "app:8080"}}, ports: [8080, 8404], uses: [app],
    ready: {http: "http://lb:8080/", within: 30s}}
  app: {lab: {web: {}}, ports: [8080]}
load:
  users: {to: "http://lb:8080/", rate: 100/s}
phases: {baseline: 10s, fault: 5s, recovery: 10s}
faults:
  closed: {refuse: {link: lb -> app}}
sla: {thresholds: [success in baseline >= 99%]}
`

// Doctor examines whether drills can run here: the engine, this machine, and,
// by a trial lab that is removed again, what containers may do. tell takes each
// finding as it is made.
func (Engine) Doctor(ctx context.Context, tell func(lab.Finding)) {
	machine(tell)
	engine, err := connect(ctx)
	if err != nil {
		tell(finding("engine", false, true, err.Error(),
			"start a Docker engine, or point DOCKER_HOST at it"))
		return
	}
	defer engine.Close()
	if !examineEngine(ctx, engine, tell) {
		return
	}
	tell(leftovers(ctx))
	examineLab(ctx, tell)
}

// leftovers says what dead drills left.
func leftovers(ctx context.Context) lab.Finding {
	runs, err := Left(ctx)
	f := finding("nothing left of dead drills", err == nil && len(runs) == 0, false, "nothing", "")
	switch {
	case err != nil:
		f.Detail, f.Cure = err.Error(), "see whether docker ps answers"
	case len(runs) > 0:
		f.Detail, f.Cure = "of "+strings.Join(runs, ", "),
			"the next run removes it, or stormdrill clean now"
	}
	return f
}

// roomNeeded is what a long drill's evidence and the node image take.
const roomNeeded = 1 << 30

func machine(tell func(lab.Finding)) {
	cores := finding("cores", runtime.NumCPU() >= 2, false, fmt.Sprint(runtime.NumCPU()), "")
	if !cores.OK {
		cores.Cure = "load, switchboard and targets share one core: keep rates low, or the " +
			"generator will convict itself"
	}
	tell(cores)
	dir, err := os.Getwd()
	if err != nil {
		return
	}
	if free, ok := freeIn(dir); ok {
		f := finding("disk", free >= roomNeeded, false,
			fmt.Sprintf("%.1f GiB free here", float64(free)/(1<<30)), "")
		if !f.OK {
			f.Cure = "make room, or give run another --out"
		}
		tell(f)
	}
}

func examineEngine(ctx context.Context, engine *client.Client, tell func(lab.Finding)) bool {
	v, err := engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		tell(finding("engine", false, true, err.Error(), "see whether docker version answers"))
		return false
	}
	ok := v.Os == "linux"
	f := finding("engine", ok, true, fmt.Sprintf("%s, API %s, %s/%s", v.Version, v.APIVersion, v.Os,
		v.Arch), "")
	if !ok {
		f.Cure = "switch the engine to Linux containers"
	}
	tell(f)
	if info, err := engine.Info(ctx, client.InfoOptions{}); err == nil {
		tell(finding("engine's machine", true, false,
			fmt.Sprintf("%d cores, %.0f GiB, Linux %s", info.Info.NCPU,
				float64(info.Info.MemTotal)/(1<<30), info.Info.KernelVersion), ""))
	}
	return ok
}

// walls are what containment.md describes.
const walls = "a network that no packet leaves (no masquerading, no address of this machine, " +
	"strays to the switchboard)"

// examineLab starts the trial lab and asks its nodes.
func examineLab(ctx context.Context, tell func(lab.Finding)) {
	began := time.Now()
	l, err := tryLab(ctx)
	var open *lab.UncontainedError
	if errors.As(err, &open) {
		tell(finding(walls, false, true, strings.Join(open.Lacks, "; "),
			"use Docker 20.10 or newer; run --uncontained does without"))
		return
	}
	if err != nil {
		tell(finding("a drill's containers (NET_ADMIN, sysctls, DNS forwarding, links)", false,
			true, err.Error(), "the message names what the engine refused: allow it, or use "+
				"another engine"))
		return
	}
	tell(finding("a drill's containers (NET_ADMIN, sysctls, DNS forwarding, links)", true, true,
		fmt.Sprintf("up in %.1f s", time.Since(began).Seconds()), ""))
	tell(finding(walls, true, true, "looked at from inside", ""))
	var features []link.Feature
	if err := l.Switchboard().Call(ctx, "examine", nil, &features); err != nil {
		tell(finding("kernel", false, true, err.Error(), ""))
	}
	for _, f := range features {
		tell(feature(f))
	}
	clock(ctx, l, tell)
	var busy load.Pressure
	if err := l.Load().Call(ctx, "machine", nil, &busy); err != nil {
		tell(finding("a quiet machine", false, true, err.Error(), ""))
	} else {
		tell(loadOf(busy))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := l.Close(ctx); err != nil {
		tell(finding("removal", false, true, err.Error(), "stormdrill clean removes it"))
	}
}

func feature(f link.Feature) lab.Finding {
	out := finding(f.Name, f.There, f.Needed, f.Detail, "")
	if !f.There {
		out.Cure = "no fault of today needs it"
		if f.Needed {
			out.Cure = "use an engine whose kernel has it, and allow it to a container with " +
				"NET_ADMIN"
		}
	}
	return out
}

// clockNeeded is the doubt about two clocks that no objective of 100 ms feels.
const clockNeeded = 5 * time.Millisecond

func clock(ctx context.Context, l *Lab, tell func(lab.Finding)) {
	o, err := wire.MeasureOffset(ctx, l.Load(), 20)
	if err != nil {
		tell(finding("clock", false, true, err.Error(), ""))
		return
	}
	f := finding("clock", o.Bound <= clockNeeded, false,
		fmt.Sprintf("known to ± %s", o.Bound.Round(time.Microsecond)), "")
	if !f.OK {
		f.Cure = "command and loopback watchers are timed no better than that: run stormdrill " +
			"nearer to the engine"
	}
	tell(f)
}

// mostLoad is how many runnable tasks a core may have for a drill to have its share of it.
const mostLoad = 1.0

// loadOf says whether the engine's machine has room for a drill. The lab that asks is in the
// figure, with a few hundredths.
func loadOf(p load.Pressure) lab.Finding {
	const what = "a quiet machine"
	if p.Load == 0 && p.CPU == nil {
		return finding(what, true, false, "not known: the engine's kernel does not say", "")
	}
	each := p.Load / float64(max(p.Cores, 1))
	detail := fmt.Sprintf("%.1f runnable tasks a core over the last minute, at most %.0f is quiet",
		each, mostLoad)
	if p.CPU != nil {
		detail += fmt.Sprintf("; some task waited for CPU %.0f %% of the last 10 s", 100**p.CPU)
	}
	f := finding(what, each <= mostLoad, false, detail, "")
	if !f.OK {
		f.Cure = "requests leave late, and runs end inconclusive; a target that gets no turn " +
			"fails its users: wait, or give drills a machine of their own"
	}
	return f
}

func tryLab(ctx context.Context) (*Lab, error) {
	s, err := plan.Parse("doctor.yaml", []byte(trial))
	if err != nil {
		return nil, err
	}
	subnet, err := freeSubnet(ctx)
	if err != nil {
		return nil, err
	}
	var run [8]byte
	rand.Read(run[:])
	p, err := plan.New(s, plan.Options{Run: hex.EncodeToString(run[:]), Subnet: subnet})
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stormdrill-doctor-")
	if err != nil {
		return nil, fmt.Errorf("%w: is TMPDIR a folder that you may write to?", err)
	}
	defer os.RemoveAll(dir) // what is open in it is written to its end all the same
	return Start(ctx, lab.Options{Plan: p, Dir: dir,
		Events: func(string, string, json.RawMessage) {}})
}
