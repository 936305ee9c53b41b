//go:build drill

package bench

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Stormdrill is the binary that `make build` made.
func Stormdrill(tb testing.TB) string {
	tb.Helper()
	path, err := filepath.Abs("../../bin/stormdrill")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		tb.Fatalf("no bin/stormdrill (make build): %v", err)
	}
	return path
}

// Seen is what a load node reported, and what it cost.
type Seen struct {
	Requests []load.Request
	Usage    []load.Usage
	CPU      time.Duration
	Resident int64 // most bytes it ever held in memory
}

// Load runs a load node of its own process for so long, its events taken as the
// CLI takes them, but unpacked only when it has ended.
func Load(tb testing.TB, s load.Spec, d time.Duration) Seen {
	tb.Helper()
	c := exec.Command(Stormdrill(tb), "node", "load")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	must(tb, err)
	out, w, err := os.Pipe() // not StdoutPipe: Wait would close it under the reader
	must(tb, err)
	c.Stdout = w
	must(tb, c.Start())
	must(tb, w.Close())
	k := &keeper{}
	p := wire.NewPeer(out, in, k.event)
	ctx, cancel := context.WithTimeout(context.Background(), d+time.Minute)
	defer cancel()
	must(tb, p.Call(ctx, "prepare", s, nil))
	must(tb, p.Call(ctx, "start", load.Start{Load: true}, nil))
	time.Sleep(d)
	must(tb, p.Call(ctx, "stop", nil, nil))
	_ = p.Close()
	<-p.Done()
	must(tb, c.Wait())
	seen, err := k.seen()
	must(tb, err)
	seen.CPU, seen.Resident = Cost(c.ProcessState)
	return seen
}

// keeper keeps the lines that a load node sends.
type keeper struct {
	mu    sync.Mutex
	lines []line
}

type line struct {
	name string
	body json.RawMessage
}

func (k *keeper) event(name string, body json.RawMessage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lines = append(k.lines, line{name, body})
}

func (k *keeper) seen() (t Seen, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.lines {
		switch l.name {
		case "requests":
			var b load.Block
			if err := json.Unmarshal(l.body, &b); err != nil {
				return t, err
			}
			rs, err := load.DecodeBlock(b)
			if err != nil {
				return t, err
			}
			t.Requests = append(t.Requests, rs...)
		case "usage":
			var u load.Usage
			if err := json.Unmarshal(l.body, &u); err != nil {
				return t, err
			}
			t.Usage = append(t.Usage, u)
		}
	}
	return t, nil
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
