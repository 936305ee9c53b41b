package watch

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Log reads a target's log: an alarm is on from the first line that matches to the first
// that matches clear, at the instants with which the engine stamped them. Of a target with
// replicas each has alarms of its own, and all of them have to be over.
type Log struct {
	Of string `yaml:"of" jsonschema:"required"` // the target, or the replica
	// regular expression (RE2) of a line that is an alarm
	Match string `yaml:"match" jsonschema:"required"`
	// regular expression of a line that ends it; it wins over match. Default none does
	Clear string `yaml:"clear"`
}

// Traits: it waits, for lines, by the clock of the machine that the containers run on.
func (*Log) Traits() timeline.WatcherTraits {
	return timeline.WatcherTraits{Told: true, Lines: true}
}

// Plan has the log read.
func (g *Log) Plan(p Planner) {
	p.Logs("of", g.Of)
	if g.Match == "" {
		p.Problem("match", "log: want the regular expression of a line that is an alarm, such as "+
			"match: \"connection refused\"")
	}
	for key, text := range map[string]string{"match": g.Match, "clear": g.Clear} {
		if _, err := regexp.Compile(text); err != nil {
			p.Problem(key, "%s: %v", key, err)
		}
	}
	what := link.Tellf("waits-log", "reads the log of %s for %q", "target", g.Of, "match", g.Match)
	if g.Clear != "" {
		what = link.Tellf("waits-log-until", "reads the log of %s for %q, until %q", "target", g.Of,
			"match", g.Match, "clear", g.Clear)
	} else {
		p.Endless("does not say when it is content again: give its log clear, the regular " +
			"expression of a line that does")
	}
	p.Waits(what, g.Match, g.Clear)
}

// Start reads the log, until the context ends.
func (g *Log) Start(l *Local, name string, sink Sink) error {
	match, err := regexp.Compile(g.Match)
	if err != nil {
		return fmt.Errorf("watch %s: match: %w", name, err)
	}
	r := &lineReader{name: name, match: match, sink: sink, alarmed: map[string]bool{}}
	if g.Clear != "" {
		if r.clear, err = regexp.Compile(g.Clear); err != nil {
			return fmt.Errorf("watch %s: clear: %w", name, err)
		}
	}
	l.busy.Go(func() { r.read(l.ctx, g.Of) })
	return nil
}

// lineReader delivers the lines that change whether an alarm is on, and of no others: a
// target may write many a second.
type lineReader struct {
	name         string
	match, clear *regexp.Regexp // clear may be nil
	sink         Sink
	taken        load.Allowance

	mu      sync.Mutex
	alarmed map[string]bool // by node
}

// logAgain is how long after a log could not be read it is tried again.
const logAgain = time.Second

// read reads, and says, each time that it cannot, that nothing is known.
func (r *lineReader) read(ctx context.Context, target string) {
	for {
		begun := r.sink.Now()
		err := r.sink.Lines(ctx, target, r.take)
		if ctx.Err() != nil || err == nil {
			return
		}
		r.sink.Note(r.name, fmt.Sprintf("the log of %s cannot be read: %v", target, err),
			"target", target, "error", err.Error())
		r.sink.Answer(load.Answer{Check: r.name, Start: begun, End: r.sink.Now(),
			Detail: err.Error()})
		select {
		case <-ctx.Done():
			return
		case <-time.After(logAgain):
		}
	}
}

// take takes a line of a node's in.
func (r *lineReader) take(node, text string, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.alarmed[node]
	switch {
	case r.clear != nil && r.clear.MatchString(text):
		delete(r.alarmed, node)
	case r.match.MatchString(text):
		r.alarmed[node] = true
	}
	if r.alarmed[node] == was {
		return
	}
	switch ok, first := r.taken.Take(len(text)); {
	case ok:
		r.sink.Deliver(load.Delivery{Hook: r.name, From: node, At: at, Body: text})
	case first:
		r.sink.Note(r.name, fmt.Sprintf("the log switched more than %d times: what comes after "+
			"that is not read",
			load.MostDeliveries), "most", strconv.Itoa(load.MostDeliveries))
	}
}
