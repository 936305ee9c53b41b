//go:build drill

package drills

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps what a run prints and signals when it has printed something.
type tail struct {
	mu    sync.Mutex
	b     bytes.Buffer
	until string
	seen  chan struct{}
	done  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b.Write(p)
	if !t.done && strings.Contains(t.b.String(), t.until) {
		t.done = true
		close(t.seen)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}
