package docker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// What a target writes is kept line by line as it came, in whatever pieces; a line that is
// too long is cut, and the cut is reported; of a log that is too long the end is kept.
func TestTargetLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l, err := newTargetLog(path, "all said", func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	l.most = 3 * lab.MostLine
	out, complaint := &stream{targetLog: l}, &stream{targetLog: l}
	say := func(s *stream, text string, piece int) {
		for len(text) > 0 {
			n := min(piece, len(text))
			if k, err := s.Write([]byte(text[:n])); k != n || err != nil {
				t.Fatalf("%d, %v", k, err)
			}
			text = text[n:]
		}
	}
	read := func(path string) string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const short = "one\n\ntwo\r\nall sai"
	say(out, short, 3)
	if l.ready() {
		t.Error("ready before it said so")
	}
	say(out, "d, three\n", 1)
	if !l.ready() || read(path) != short+"d, three\n" {
		t.Errorf("ready: %v, kept %q", l.ready(), read(path))
	}
	l.begin()
	if l.ready() {
		t.Error("ready by what its life before said")
	}
	say(complaint, strings.Repeat("x", lab.MostLine)+"\n", 1000) // fits to the byte
	say(out, strings.Repeat("y", 300*lab.MostLine), 32<<10)      // and does not end
	out.close()
	cut := l.cut
	if want := (lab.LogCut{Lines: 1, Bytes: 299 * lab.MostLine}); cut != want {
		t.Errorf("cut: have %+v, want %+v", cut, want)
	}
	if kept := read(path); !strings.HasSuffix(kept, "yyy … [1224704 bytes cut]") ||
		strings.Count(kept, "x") != lab.MostLine {
		t.Errorf("kept %d bytes, the end is %q", len(kept), kept[len(kept)-40:])
	}
	if end := l.end.text(); len(end) > mostTail {
		t.Errorf("a tail of %d bytes", len(end))
	}
	for i := range 10 {
		say(out, strings.Repeat(string(rune('a'+i)), lab.MostLine-1)+"\n", lab.MostLine)
	}
	older, newer := read(path+".1"), read(path)
	if int64(len(older)) > l.most || int64(len(newer)) > l.most ||
		!strings.HasSuffix(newer, "jj\n") || !strings.HasPrefix(newer, "j") &&
		!strings.HasPrefix(newer, "i") {
		t.Errorf("kept %d and %d bytes of %d each, the last begins with %.3q", len(older),
			len(newer), l.most, newer)
	}
	if cut := l.complete(); cut.Early == 0 || cut.Lines != 1 ||
		!strings.Contains(cut.String(), "made room") {
		t.Errorf("have %s", cut)
	}
}

// A full disk is reported once, and the target goes on: its log is read, and its end kept.
func TestTargetLogOnAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Fatal(err)
	}
	var failed []error
	l, err := newTargetLog("/dev/full", "ready", func(err error) { failed = append(failed, err) })
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{targetLog: l}
	for range 3 {
		if n, err := s.Write([]byte("ready\n")); n != 6 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if len(failed) != 1 || !errors.Is(failed[0], syscall.ENOSPC) || !l.ready() ||
		l.end.text() != "ready\nready\nready" {
		t.Errorf("failed %v, ready %v, tail %q", failed, l.ready(), l.end.text())
	}
	if text := (&lab.LogError{What: "target app", Err: failed[0]}).Error(); !strings.Contains(text,
		"no space left on device: make room") {
		t.Errorf("have %q", text)
	}
}

// Each end is reported as what it was, and the one that explains others before them.
func TestEnds(t *testing.T) {
	for want, e := range map[string]error{
		"target app: its process ended with exit status 3, though": &lab.EndedError{What: "target app",
			Code: 3},
		"its process was killed by SIGSEGV (exit status 139), and the engine was not asked to": &lab.EndedError{Code: 139},
		"the kernel killed it for want of memory (OOM, exit status 137)": &lab.EndedError{Code: 137,
			OOM: true, Signal: "SIGKILL"},
		"something else had the engine send it SIGTERM (exit status 0)": &lab.EndedError{Signal: "SIGTERM"},
		"something else removed its container": &lab.EndedError{Code: 137,
			Removed: true, Signal: "SIGKILL"},
		"its process ended, and the engine does not say how":                                              &lab.EndedError{Code: -1},
		"the engine no longer answers (gone): what of the drill it still holds, stormdrill clean removes": &lab.EngineError{Err: errors.New("gone")},
		"load node: it does not answer (no word)": &lab.SilentError{What: "load node",
			Err: errors.New("no word")},
	} {
		if !strings.Contains(e.Error(), want) {
			t.Errorf("have %q, want %q", e, want)
		}
	}
	target, node, silent, engine := &lab.EndedError{What: "target app", Removed: true},
		&lab.EndedError{What: "load node"}, &lab.SilentError{What: "load node"}, &lab.EngineError{}
	for _, c := range []struct {
		all  []error
		want error
	}{
		{[]error{target}, target},
		{[]error{target, node}, node},
		{[]error{node, target, silent}, silent},
		{[]error{silent, target, engine}, engine},
		{[]error{&lab.LogError{}, target}, &lab.LogError{}},
	} {
		if have := worst(c.all); have.Error() != c.want.Error() {
			t.Errorf("%v: have %v, want %v", c.all, have, c.want)
		}
	}
}
