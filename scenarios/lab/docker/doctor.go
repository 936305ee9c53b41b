package docker

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

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
	if f, ok := room(); ok {
		tell(f)
	}
	engine, err := connect(ctx)
	if err != nil {
		tell(noEngine(err))
		return
	}
	defer engine.Close()
	if !examineEngine(ctx, engine, tell) {
		return
	}
	tell(leftovers(ctx))
	examineLab(ctx, tell)
}

// failed makes a finding of what could not be looked at.
func failed(f lab.Finding, err error, cure link.Text) lab.Finding {
	f.OK, f.Detail, f.Cure = false, link.Text{English: err.Error()}, cure
	return f
}

// leftovers says what dead drills left.
func leftovers(ctx context.Context) lab.Finding {
	f := lab.Finding{What: link.Tell("left", "left by drills that were killed"), OK: true,
		Detail: link.Tell("left-nothing", "nothing"),
		Means: link.Tell("left-means",
			"A drill that was killed may leave containers and a network behind.")}
	runs, err := Left(ctx)
	if err != nil {
		return failed(f, err, link.Tell("left-unknown", "see whether docker ps answers"))
	}
	if all := strings.Join(runs, ", "); all != "" {
		f.OK, f.Detail = false, link.Tell("left-runs", "run "+all, "runs", all)
		f.Cure = link.Tell("left-cure",
			"the next run removes them, and stormdrill clean does it now")
	}
	return f
}

// roomNeeded is what a long drill's evidence takes.
const roomNeeded = 1 << 30

// room says whether this folder has room for evidence, where the system tells.
func room() (lab.Finding, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return lab.Finding{}, false
	}
	free, ok := freeIn(dir)
	return roomOf(free), ok
}

func roomOf(free uint64) lab.Finding {
	have, least := gib(free), strconv.Itoa(roomNeeded>>30)+" GiB"
	f := lab.Finding{What: link.Tell("room", "free disk space in this folder"),
		OK: free >= roomNeeded,
		Detail: link.Tell("room-free", have+", wanted is at least "+least, "free", have,
			"least", least),
		Means: link.Tell("room-means",
			"Runs keep their evidence here. One that finds no room ends as an error.")}
	if !f.OK {
		f.Cure = link.Tell("room-cure", "make room, or give run a folder elsewhere by --out")
	}
	return f
}

// gib writes bytes as GiB.
func gib[N uint64 | int64 | int](bytes N) string {
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}

// engineFinding is the engine's, before it was asked.
var engineFinding = lab.Finding{What: link.Tell("engine", "Docker engine"), Needed: true,
	Means: link.Tell("engine-means", "Each drill runs in Linux containers of this engine.")}

func noEngine(err error) lab.Finding {
	f := failed(engineFinding, err,
		link.Tell("engine-none-cure", "start one, or point DOCKER_HOST at it"))
	if none := (*noEngineError)(nil); errors.As(err, &none) {
		cause := none.cause.Error()
		f.Detail = link.Tell("engine-none", "none answers: "+cause, "error", cause)
	}
	return f
}

func examineEngine(ctx context.Context, engine *client.Client, tell func(lab.Finding)) bool {
	f := engineFinding
	v, err := engine.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		tell(failed(f, err, link.Tell("engine-mute", "see whether docker version answers")))
		return false
	}
	f.OK = v.Os == "linux"
	f.Detail = link.Tell("engine-version",
		fmt.Sprintf("%s, API %s, %s/%s", v.Version, v.APIVersion, v.Os, v.Arch),
		"version", v.Version, "api", v.APIVersion, "os", v.Os, "arch", v.Arch)
	if !f.OK {
		f.Cure = link.Tell("engine-cure", "switch the engine to Linux containers")
	}
	tell(f)
	if info, err := engine.Info(ctx, client.InfoOptions{}); err == nil {
		tell(machineOf(info.Info.NCPU, info.Info.MemTotal, info.Info.KernelVersion))
	}
	return f.OK
}

// coresWanted leave one to the load while the targets have another.
const coresWanted = 2

// machineOf is about the machine that containers run on, which may be another than the CLI's.
func machineOf(cores int, memory int64, kernel string) lab.Finding {
	f := lab.Finding{What: link.Tell("machine", "machine of the engine"), OK: cores >= coresWanted,
		Detail: link.Tell("machine-is",
			fmt.Sprintf("cores: %d, wanted are at least %d; memory: %s; Linux %s", cores,
				coresWanted, gib(memory), kernel), "cores", strconv.Itoa(cores),
			"least", strconv.Itoa(coresWanted), "memory", gib(memory), "kernel", kernel),
		Means: link.Tell("machine-means",
			"Load, switchboard and targets run on these cores at the same time.")}
	if !f.OK {
		f.Cure = link.Tell("machine-cure",
			"keep rates low: requests that leave late make a run inconclusive")
	}
	return f
}

// What the trial lab shows; containment.md describes the walls.
var (
	containers = lab.Finding{What: link.Tell("trial", "containers of a trial drill"), Needed: true,
		Means: link.Tell("trial-means",
			"A drill's containers want NET_ADMIN, sysctls, DNS forwarding and links.")}
	walls = lab.Finding{What: link.Tell("walls", "containment of a drill's network"), Needed: true,
		Means: link.Tell("walls-means",
			"No packet of a drill may reach anything else, this machine included.")}
)

// examineLab starts the trial lab and asks its nodes.
func examineLab(ctx context.Context, tell func(lab.Finding)) {
	began := time.Now()
	l, err := tryLab(ctx)
	if err != nil {
		tell(noLab(err))
		return
	}
	up, closed := containers, walls
	took := fmt.Sprintf("%.1f s", time.Since(began).Seconds())
	up.OK, up.Detail = true, link.Tell("trial-up", "up within "+took, "time", took)
	closed.OK, closed.Detail = true, link.Tell("walls-up", "no masquerading, no address of this "+
		"machine, strays go to the switchboard; looked at from inside")
	tell(up)
	tell(closed)
	var features []link.Feature
	if err := l.Switchboard().Call(ctx, "examine", nil, &features); err != nil {
		tell(failed(lab.Finding{What: link.Tell("kernel", "kernel of the engine's machine"),
			Needed: true, Means: link.Tell("kernel-means",
				"Links and packet faults are made of what the kernel has.")}, err,
			link.Tell("kernel-cure", "run doctor again: the switchboard of the trial drill ended")))
	}
	for _, f := range features {
		tell(feature(f))
	}
	clock(ctx, l, tell)
	var busy load.Pressure
	if err := l.Load().Call(ctx, "machine", nil, &busy); err != nil {
		f := busyFinding
		f.Needed = true // of the node, and not of what it would have said
		tell(failed(f, err, loadEnded))
	} else {
		tell(loadOf(busy))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := l.Close(ctx); err != nil {
		tell(failed(lab.Finding{What: link.Tell("removal", "removal of the trial drill"),
			Needed: true, Means: link.Tell("removal-means",
				"Each drill removes its containers and its network at its end.")}, err,
			link.Tell("removal-cure", "stormdrill clean removes it")))
	}
}

// noLab says why the trial lab did not start.
func noLab(err error) lab.Finding {
	if open := (*lab.UncontainedError)(nil); errors.As(err, &open) {
		return failed(walls, errors.New(strings.Join(open.Lacks, "; ")),
			link.Tell("walls-cure", "use Docker 20.10 or newer; run --uncontained does without"))
	}
	return failed(containers, err, link.Tell("trial-cure",
		"the message names what the engine refused: allow it, or use another engine"))
}

func feature(f link.Feature) lab.Finding {
	out := lab.Finding{What: f.Name, OK: f.There, Needed: f.Needed, Detail: f.Detail,
		Means: f.Means}
	if !f.There {
		out.Cure = link.Tell("feature-cure",
			"use an engine whose kernel has it, and allow it to a container with NET_ADMIN")
	}
	return out
}

// clockNeeded is the doubt about two clocks that no objective of 100 ms feels.
const clockNeeded = 5 * time.Millisecond

// clockFinding is about the clocks, before they were compared.
var clockFinding = lab.Finding{
	What: link.Tell("clock", "clock of the containers against this command's"),
	Means: link.Tell("clock-means",
		"Watchers that run on this machine are timed no better than that.")}

// loadEnded is the cure where the trial's load node does not answer.
var loadEnded = link.Tell("load-ended",
	"run doctor again: the load node of the trial drill ended")

func clock(ctx context.Context, l *Lab, tell func(lab.Finding)) {
	o, err := wire.MeasureOffset(ctx, l.Load(), 20)
	if err != nil {
		f := clockFinding
		f.Needed = true // of the node, and not of its clock
		tell(failed(f, err, loadEnded))
		return
	}
	tell(clockOf(o.Bound))
}

func clockOf(bound time.Duration) lab.Finding {
	f := clockFinding
	f.OK = bound <= clockNeeded
	have, want := bound.Round(time.Microsecond).String(), clockNeeded.String()
	f.Detail = link.Tell("clock-is", fmt.Sprintf("known to ± %s, wanted is ± %s or better", have,
		want), "have", have, "want", want)
	if !f.OK {
		f.Cure = link.Tell("clock-cure",
			"run stormdrill nearer to the engine, or leave command and loopback watchers out")
	}
	return f
}

// mostLoad is how many runnable tasks a core may have for a drill to have its share of it.
const mostLoad = 1.0

// busyFinding is about the load, before it was asked.
var busyFinding = lab.Finding{What: link.Tell("busy", "load of the engine's machine"),
	Means: link.Tell("busy-means",
		"On a busy machine requests leave late, and targets that get no turn fail their users.")}

// loadOf says whether the engine's machine has room for a drill. The lab that asks is in the
// figure, with a few hundredths.
func loadOf(p load.Pressure) lab.Finding {
	f := busyFinding
	if p.Load == 0 && p.CPU == nil {
		f.OK, f.Detail = true, link.Tell("busy-unknown",
			"not known: the engine's kernel does not say")
		return f
	}
	each := p.Load / float64(max(p.Cores, 1))
	f.OK = each <= mostLoad
	have, most, waited := fmt.Sprintf("%.1f", each), fmt.Sprintf("%.0f", mostLoad), ""
	text := have + " runnable tasks a core over the last minute, wanted is at most " + most
	if p.CPU != nil {
		waited = fmt.Sprintf("%.0f%%", 100**p.CPU)
		text += "; some task waited for CPU " + waited + " of the last 10 s"
	}
	f.Detail = link.Tell("busy-is", text, "have", have, "most", most, "waited", waited)
	if !f.OK {
		f.Cure = link.Tell("busy-cure", "wait, or give drills a machine of their own")
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
