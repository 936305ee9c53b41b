package main

import (
	"bufio"
	"os"
	"sync"

	"golang.org/x/term"
)

// typing is what a person types at the terminal while drills run.
type typing struct {
	once sync.Once
	c    chan string

	mu    sync.Mutex
	typed func(line string) // called with each line as it is typed; nil: none is
}

// pass has typed called with each line from now on, in place of the function before.
func (t *typing) pass(typed func(line string)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.typed = typed
}

// enter passes a line on.
func (t *typing) enter(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.typed != nil {
		t.typed(line)
	}
}

// linesWaiting is how many lines may be typed and not yet taken; those beyond are dropped.
const linesWaiting = 16

// lines gives the lines that are typed from the first call on. It is closed where there are
// no more.
func (t *typing) lines() <-chan string {
	t.once.Do(func() {
		t.c = make(chan string, linesWaiting)
		in, err := typed()
		if err != nil {
			close(t.c)
			return
		}
		go func() {
			defer close(t.c)
			for s := bufio.NewScanner(in); s.Scan(); {
				t.enter(s.Text())
				select {
				case t.c <- s.Text():
				default:
				}
			}
		}()
	})
	return t.c
}

// onTerminal reports whether a person may be typing.
func onTerminal() bool { return term.IsTerminal(int(os.Stdin.Fd())) }
