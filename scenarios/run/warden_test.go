package run

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// echo is a reaper that answers each call with itself.
func echo() (*reaper, error) {
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &reaper{wire.NewPeer(out, in, nil), cmd, sync.OnceValue(cmd.Wait)}, nil
}

// A reaper that is killed is followed by another, but not for ever; one that has commands
// something, or that none can follow, ends the drill.
func TestWarden(t *testing.T) {
	refused := errors.New("no more processes")
	for name, c := range map[string]struct {
		kills, starts int // starts: that succeed
		commands      bool
		said          int
		want          error
	}{
		"none is killed": {0, 1, false, 0, nil},
		"one is":         {1, 2, false, 1, nil},
		"again and again": {3, 4, false, 2,
			errors.New("3 reapers were ended from outside: nothing would remove what would be left of a killed drill")},
		"one that has commands": {1, 2, true, 0, errReaperGone},
		"none starts after": {1, 1, false, 0,
			fmt.Errorf("the reaper was ended from outside, and another does not start: %w",
				refused)},
		"nor after one with commands": {1, 1, true, 0, errReaperGone},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var all []*reaper
			said := make(chan string, 10)
			w, err := ward(func() (*reaper, error) {
				mu.Lock()
				defer mu.Unlock()
				if len(all) == c.starts {
					return nil, refused
				}
				r, err := echo()
				all = append(all, r)
				return r, err
			}, c.commands, func(_, text string, _ ...string) { said <- text })
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.kills {
				if err := w.reaper().cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				if i < c.said {
					<-said
				}
			}
			if c.want != nil {
				if err := <-w.lost; err.Error() != c.want.Error() {
					t.Errorf("have %v, want %v", err, c.want)
				}
			}
			w.dismiss()
			if len(w.lost) > 0 || len(said) > 0 || len(all) != c.starts {
				t.Errorf("%d more losses, %d more words, %d started, want %d", len(w.lost),
					len(said), len(all), c.starts)
			}
			if i := slices.IndexFunc(all,
				func(r *reaper) bool { <-r.Done(); return !c.commands && r.cmd.ProcessState == nil }); i >= 0 {
				t.Errorf("reaper %d was not waited for", i)
			}
		})
	}
}
