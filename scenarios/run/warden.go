package run

import (
	"errors"
	"fmt"
	"sync"
)

// errReaperGone ends a drill of faults that only its reaper could undo.
var errReaperGone = errors.New("the reaper was ended from outside: nothing would undo what " +
	"the drill's own commands did")

// mostReapers is how many one drill starts: where they end as soon as they begin,
// something is wrong that another one does not mend.
const mostReapers = 3

// warden sees to it that a run has a reaper as long as it goes on. The zero value is that
// of a run without one.
type warden struct {
	start func() (*reaper, error)
	// commands: the reaper has the drill's own commands in its care, and no other one can take
	// them over.
	commands bool
	say      func(kind, text string, values ...string)
	lost     chan error // sent to, once, where there can be no reaper any more

	mu   sync.Mutex
	now  *reaper
	over bool
	busy sync.WaitGroup
}

// ward starts a run's first reaper, and watches over it until dismiss.
func ward(start func() (*reaper, error), commands bool,
	say func(kind, text string, values ...string)) (*warden, error) {
	first, err := start()
	if err != nil {
		return nil, err
	}
	w := &warden{start: start, commands: commands, say: say, lost: make(chan error, 1), now: first}
	w.busy.Go(w.watch)
	return w, nil
}

// reaper is the one that waits now.
func (w *warden) reaper() *reaper {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *warden) watch() {
	for n := 1; ; n++ {
		gone := w.reaper()
		<-gone.Done()
		if !w.replace(gone, n) {
			return
		}
	}
}

// replace starts another reaper for one that is gone; it reports whether there is one.
func (w *warden) replace(gone *reaper, n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return false
	}
	if w.commands {
		_ = gone.Close()
		// one that was only stopped runs its pending lifts, whenever it goes on
		go func() { _ = gone.wait() }()
	} else {
		_ = gone.cmd.Process.Kill() // first: one that went on would take the drill for ended
		_ = gone.Close()
		_ = gone.wait()
	}
	switch another, err := w.start(); {
	case w.commands:
		if err == nil {
			w.now = another // to remove what is left, at least
		}
		w.lost <- errReaperGone
		w.over = err != nil
	case err != nil:
		w.lost <- fmt.Errorf("the reaper was ended from outside, and another does not start: "+
			"%w", err)
		w.over = true
	case n == mostReapers:
		w.now = another
		w.lost <- fmt.Errorf("%d reapers were ended from outside: nothing would remove what "+
			"would be left of a killed drill", n)
	default:
		w.now = another
		w.say("reaper-again", "the reaper was ended from outside: started another")
		return true
	}
	return false
}

// dismiss ends the reaper: its work is done.
func (w *warden) dismiss() {
	w.mu.Lock()
	w.over = true
	now := w.now
	w.mu.Unlock()
	if now == nil {
		return
	}
	now.dismiss()
	w.busy.Wait()
}
