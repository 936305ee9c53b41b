package sim

import (
	"context"
	"slices"
	"time"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Write has a target write a line to its log, which goes to its followers; a dead one
// writes nothing.
func (l *Lab) Write(target, text string) {
	l.mu.Lock()
	n, all := l.nodes[target], slices.Clone(l.logs[target])
	alive := n != nil && n.running && !n.paused
	l.mu.Unlock()
	if !alive {
		return
	}
	line := lab.Line{At: time.Now().UnixNano(), Text: text[:min(len(text), lab.MostLine)]}
	for _, to := range all {
		select {
		case to <- line:
		case <-l.closed:
		}
	}
}

// Follow gives the lines that a target writes from now on.
func (l *Lab) Follow(ctx context.Context, target string, take func(lab.Line)) error {
	lines := make(chan lab.Line, 1000)
	l.mu.Lock()
	l.logs[target] = append(l.logs[target], lines)
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.logs[target] = slices.DeleteFunc(l.logs[target],
			func(c chan lab.Line) bool { return c == lines })
	}()
	for {
		select {
		case line := <-lines:
			take(line)
		case <-ctx.Done():
			return nil
		case <-l.closed:
			return nil
		}
	}
}
