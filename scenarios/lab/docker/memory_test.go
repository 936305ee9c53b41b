package docker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/moby/moby/client"
)

// oldGroup is an engine with one target in a memory control group of version 1: a limit below what
// the target holds is refused, and for one above it the kernel gives up cached files, which the
// target reads again at once. Before each question the target asks for a piece more for a moment,
// and is killed where that does not fit.
type oldGroup struct {
	mu                  sync.Mutex
	limit, asked        int64 // in force; what the engine remembers
	held, piece, cached int64
	dead                bool
	rounds              int
}

func (g *oldGroup) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	g.dead = g.dead || g.held+g.piece > g.limit
	switch {
	case strings.HasSuffix(r.URL.Path, "/update"):
		var want struct{ Memory int64 }
		_ = json.NewDecoder(r.Body).Decode(&want)
		if !g.dead && want.Memory < g.held {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"message": "unable to set memory limit"}`)
			return
		}
		g.limit, g.asked = want.Memory, want.Memory
		fmt.Fprint(w, `{}`)
	case strings.HasSuffix(r.URL.Path, "/stats"):
		g.rounds++
		use := min(g.held+g.cached, g.limit)
		fmt.Fprintf(w, `{"memory_stats": {"usage": %d, "stats": {"inactive_file": %d, `+
			`"active_file": %d}}}`, use, (use-g.held)/2, (use-g.held)-(use-g.held)/2)
	default:
		fmt.Fprintf(w, `{"State": {"Running": %t}, "HostConfig": {"Memory": %d}}`, !g.dead, g.asked)
	}
}

// A target is killed by its lower limit soon, however much of the files that it reads the kernel
// has for it: with them taken for its own, a round closed in by no more than a part of them.
func TestLimitMemoryBesideCachedFiles(t *testing.T) {
	const most = 256 << 20
	g := &oldGroup{limit: most, asked: most, held: 70 << 20, piece: 4 << 20, cached: 40 << 20}
	s := httptest.NewServer(g)
	defer s.Close()
	c, err := client.New(client.WithHost("tcp://"+s.Listener.Addr().String()),
		client.WithAPIVersion("1.44"))
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{engine: c, living: t.Context(), ids: map[string]string{"app": "c0ffee"},
		lives: map[string]*life{"app": {}}}
	err = l.LimitMemory(t.Context(), "app", 32<<20)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil || !g.dead || g.rounds > 2 {
		t.Errorf("have %v, dead %t, after %d rounds", err, g.dead, g.rounds)
	}
}
