package docker

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Follow reads the engine's log of a target. Its lines have the time stamps with which the
// engine took them from the container; what is attached (see follow) has none. A log ends
// with each of the target's lives, or breaks off: then it is asked for once more, from the
// last stamp on. The error is that it cannot be asked for, as of a log driver that keeps none.
func (l *Lab) Follow(ctx context.Context, node string, take func(lab.Line)) error {
	now, err := engineNow(ctx, l.engine)
	if err != nil {
		return err
	}
	from := now.UnixNano()
	for {
		err := l.lines(ctx, l.id(node), from, func(line lab.Line) {
			from = max(from, line.At+1)
			take(line)
		})
		if ctx.Err() != nil || l.living.Err() != nil || errdefs.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("log of %s: %w", node, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.living.Done():
			return nil
		case <-time.After(readyEvery): // its next life
		}
	}
}

// lines reads a container's log from a time stamp on, until its process ends or the stream
// breaks off.
func (l *Lab) lines(ctx context.Context, id string, from int64, take func(lab.Line)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.living, cancel)()
	r, err := l.engine.ContainerLogs(ctx, id, client.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Timestamps: true, Follow: true,
		Since: fmt.Sprintf("%d.%09d", from/int64(time.Second), from%int64(time.Second)),
	})
	if err != nil {
		return err
	}
	defer r.Close()
	out, complaint := &stampedLines{last: from - 1, take: take},
		&stampedLines{last: from - 1, take: take}
	_, _ = stdcopy.StdCopy(out, complaint, r) // what breaks off is taken up again
	return nil
}

// stampedLines takes the lines of stdout, or of stderr, apart: each begins with its time
// stamp and a blank. Of a line only as much is kept as is reported of it, however long it
// is. A stream's stamps rise: Docker 20.10 gives a line again that is written while it is
// read.
type stampedLines struct {
	last int64
	take func(lab.Line)
	line []byte
}

// mostStamp is how long a time stamp may be, with its blank.
const mostStamp = len("2006-01-02T15:04:05.000000000+00:00 ")

// Write takes a piece in. It never fails.
func (s *stampedLines) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		line, after, ends := bytes.Cut(rest, []byte{'\n'})
		s.line = append(s.line, line[:min(len(line), mostStamp+lab.MostLine-len(s.line))]...)
		if ends {
			s.finish()
		}
		rest = after
	}
	return len(b), nil
}

// finish reports a line. What has no stamp is none.
func (s *stampedLines) finish() {
	stamp, text, ok := strings.Cut(string(s.line), " ")
	s.line = s.line[:0]
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if !ok || err != nil || at.UnixNano() <= s.last {
		return
	}
	s.last = at.UnixNano()
	text = strings.TrimSuffix(text[:min(len(text), lab.MostLine)], "\r")
	s.take(lab.Line{At: s.last, Text: strings.ToValidUTF8(text, "\uFFFD")})
}
