package run

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// sink is where the detectors that run in the CLI find the record, and the lab.
func (d *Drill) sink(l lab.Lab) watch.Sink {
	return watch.Sink{
		Lines: func(ctx context.Context, target string,
			take func(node, text string, at int64)) error {
			return d.lines(ctx, l, target, take)
		},
		Run: d.plan.Run,
		Awaits: func(watcher, command string) {
			d.awaited = true
			here, key := "", ""
			if d.Typed != nil {
				here, key = "; or here: "+ackKey+" and Enter, a note in between", ackKey
			}
			d.say("awaits", fmt.Sprintf(
				"watcher %s waits for an acknowledgement: %s [--note TEXT]%s",
				watcher, command, here), "watcher", watcher, "command", command, "key", key)
		},
		Acked: d.acked,
		Note: func(watcher, text string, values ...string) {
			d.recorder.note(timeline.Noted(wire.Now(), "watcher",
				fmt.Sprintf("watcher %s: %s", watcher, text),
				append(values, "watcher", watcher)...))
		},
		Now: d.now, Answer: d.recorder.answer, Deliver: d.recorder.delivery,
		Waits: func(watcher, url string) {
			d.say("waits", fmt.Sprintf("watcher %s waits for a POST to %s", watcher, url),
				"watcher", watcher, "url", url)
		},
		Refused: func(n load.NoDelivery) {
			d.recorder.note(webhookRefused(wire.Now(), n))
		},
	}
}

// acked says that a person acknowledged, and keeps their words.
func (d *Drill) acked(watchers []string, note string) {
	all := strings.Join(watchers, ", ")
	said := "watcher " + all + ": acknowledged"
	if note != "" {
		said += ": " + note
	}
	noted := timeline.Noted(wire.Now(), "acknowledged", said, "watchers", all, "note", note)
	if note != "" {
		d.recorder.note(noted)
	}
	d.Console.Say(noted)
}

// lines follows the logs of a target's nodes.
func (d *Drill) lines(ctx context.Context, l lab.Lab, target string,
	take func(node, text string, at int64)) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, n := range d.plan.Nodes {
		if n.Name != target && n.Target != target {
			continue
		}
		g.Go(func() error {
			return l.Follow(ctx, n.Name, func(line lab.Line) {
				take(n.Name, line.Text, d.recorder.clocks.stamp(line.At))
			})
		})
	}
	return g.Wait()
}
