package docker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// Bounds of what is kept of a target's log: of a line, and of all lines, in two files of
// which the older one is NODE.log.1.
const (
	mostLog = 64 << 20
)

// targetLog is what one target writes, over all its lives, as far as it is kept. A log
// that cannot be written is read on all the same: its writer must not have to wait.
type targetLog struct {
	path string
	most int64           // of a file
	fail func(err error) // called once, with the first failure to write

	mu   sync.Mutex
	f    *os.File
	size int64
	err  error
	end  tail
	cut  lab.LogCut

	want  string // the text that says that it is ready; empty: none does
	found bool   // in this life
	late  []byte // the end of what was searched, in which want may begin
}

func newTargetLog(path, want string, fail func(error)) (*targetLog, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return &targetLog{path: path, most: mostLog / 2, fail: fail, f: f, want: want}, nil
}

// begin begins another life.
func (l *targetLog) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.found, l.late = false, nil
}

// ready reports whether the text that says so was written in this life.
func (l *targetLog) ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found
}

// stream is stdout or stderr; each has lines of its own.
type stream struct {
	*targetLog
	column int // in the line that is being written
	cut    int64
}

// Write keeps what may be kept of b. It never fails.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.search(b)
	for rest := b; len(rest) > 0; {
		line, ends := rest, false
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, ends = rest[:i], true
		}
		rest = rest[len(line):]
		fits := line[:min(len(line), lab.MostLine-s.column)]
		s.keep(fits)
		s.column += len(fits)
		s.cut += int64(len(line) - len(fits))
		if ends {
			s.finish()
			s.keep(rest[:1])
			rest = rest[1:]
		}
	}
	return len(b), nil
}

// finish ends a line, and says where it was cut.
func (s *stream) finish() {
	if s.cut > 0 {
		s.targetLog.cut.Lines++
		s.targetLog.cut.Bytes += s.cut
		s.keep(fmt.Appendf(nil, " … [%d bytes cut]", s.cut))
	}
	s.column, s.cut = 0, 0
}

// close ends what is left of a line.
func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish()
}

func (l *targetLog) search(b []byte) {
	if l.want == "" || l.found {
		return
	}
	l.late = append(l.late, b...)
	l.found = bytes.Contains(l.late, []byte(l.want))
	l.late = l.late[max(0, len(l.late)-len(l.want)+1):]
}

// keep writes a piece, in the next file where this one is full.
func (l *targetLog) keep(b []byte) {
	_, _ = l.end.Write(b)
	if l.err != nil {
		return
	}
	if l.size+int64(len(b)) > l.most {
		l.err = l.rotate()
	}
	if l.err == nil {
		var n int
		n, l.err = l.f.Write(b)
		l.size += int64(n)
	}
	if l.err != nil {
		l.fail(l.err)
	}
}

// rotate goes on in a new file; the full one takes the place of the one before.
func (l *targetLog) rotate() error {
	older := l.path + ".1"
	if s, err := os.Stat(older); err == nil {
		l.cut.Early += s.Size()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := errors.Join(l.f.Close(), os.Rename(l.path, older)); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		l.f, l.size = f, 0
	}
	return err
}

// complete closes the log and says what of it is missing.
func (l *targetLog) complete() lab.LogCut {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.f.Close()
	return l.cut
}

func (l *Lab) logPath(node string) string { return filepath.Join(l.Dir, "logs", node+".log") }

// log is a target's.
func (l *Lab) log(node string) (*targetLog, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if have := l.written[node]; have != nil {
		return have, nil
	}
	want := ""
	if r := l.planned(node).Spec.Ready; r != nil {
		want = r.Log
	}
	made, err := newTargetLog(l.logPath(node), want, func(err error) {
		go l.lose(&lab.LogError{What: "target " + node, Err: err}) // not under its lock
	})
	if err == nil {
		l.written[node] = made
	}
	return made, err
}

// completeLogs ends all logs, and reports what they lack.
func (l *Lab) completeLogs() {
	l.mu.Lock()
	all := l.written
	l.written = map[string]*targetLog{}
	l.mu.Unlock()
	for node, w := range all {
		cut := w.complete()
		if cut == (lab.LogCut{}) || l.Events == nil {
			continue
		}
		cut.Target = node
		body, _ := json.Marshal(cut)
		l.Events("target", "log-cut", body)
	}
}

// How much of a log's end is shown: lines, and bytes of each.
const (
	mostTailLines = 20
	mostTailLine  = 200
)

// tailOf gives the last lines of a target's log.
func (l *Lab) tailOf(node string) string {
	l.mu.Lock()
	w := l.written[node]
	l.mu.Unlock()
	text := ""
	if w != nil {
		text = w.end.text()
	}
	if text == "" {
		return "  (its log is empty)"
	}
	lines := strings.Split(text, "\n")
	lines = lines[max(0, len(lines)-mostTailLines):]
	for i, line := range lines {
		if len(line) > mostTailLine {
			lines[i] = strings.ToValidUTF8(line[:mostTailLine], "") + " …"
		}
	}
	return "  " + strings.Join(lines, "\n  ")
}
