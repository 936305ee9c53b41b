//go:build linux

package loadgen

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// hooks receives notifications on all of the node's addresses.
type hooks struct {
	servers []*http.Server
	bodies  load.Bodies
	taken   load.Allowance
	astray  load.Allowance // of what came to no hook
	say     hookEvents

	mu       sync.Mutex
	reported map[string]bool // refusals, each once
	strayed  bool            // it was reported where something went astray
}

// hookEvents take what hooks find; each is called on the goroutine of a request.
type hookEvents struct {
	deliver func(load.Delivery)
	refused func(load.NoDelivery) // each reason once
	// once, with the first hook that had to refuse one, as there were too many
	full func(hook string)
}

// listenHooks serves all hooks, those of one port by their path; any other path
// is 404. A delivery is reported before the sender has its 204.
func listenHooks(all []load.Hook, now func() int64, say hookEvents) (*hooks, error) {
	h := &hooks{say: say, reported: map[string]bool{}}
	ports := map[int]map[string]string{}
	for _, k := range all {
		if ports[k.Port] == nil {
			ports[k.Port] = map[string]string{}
		}
		path, err := hookPath(k)
		if err != nil {
			return nil, fmt.Errorf("hook %q: %w", k.Name, err)
		}
		if other, taken := ports[k.Port][path]; taken {
			return nil, fmt.Errorf("hook %q: %q has the same port and path", k.Name, other)
		}
		ports[k.Port][path] = k.Name
	}
	for port, paths := range ports {
		if err := h.listen(port, paths, now); err != nil {
			h.close()
			return nil, fmt.Errorf("hooks on port %d: %w", port, err)
		}
	}
	return h, nil
}

// hookPath is where a hook is asked, its token included.
func hookPath(k load.Hook) (string, error) {
	if k.Token == "" {
		return k.Path, nil
	}
	token, err := k.Token.Reveal()
	return strings.TrimSuffix(k.Path, "/") + "/" + token, err
}

// named finds the hook of a path, in a time that does not reveal how much of one is right.
func named(names map[string]string, path string) (name string, ok bool) {
	for p, n := range names {
		if subtle.ConstantTimeCompare([]byte(p), []byte(path)) == 1 {
			name, ok = n, true
		}
	}
	return name, ok
}

func (h *hooks) listen(port int, names map[string]string, now func() int64) error {
	l, err := net.Listen("tcp4", ":"+strconv.Itoa(port))
	if err != nil {
		return err
	}
	s := &http.Server{
		Handler:           h.receive(port, names, now),
		ReadHeaderTimeout: 10 * time.Second, // a sender that stalls must not stay for ever
		ReadTimeout:       30 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, arrivalKey{}, c)
		},
	}
	h.servers = append(h.servers, s)
	go func() {
		if err := s.Serve(arrivals{l, now}); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close() // none may take it for listened to
		}
	}()
	return nil
}

func (h *hooks) close() {
	for _, s := range h.servers {
		_ = s.Close()
	}
}

// receive takes a POST to a hook's path, of at most MostDelivery bytes, which came whole.
// Of anything else a watcher gets nothing.
func (h *hooks) receive(port int, names map[string]string, now func() int64) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		c, _ := req.Context().Value(arrivalKey{}).(*arrival)
		at := c.first.Swap(0)
		if at == 0 {
			at = now() // its first byte came in with the request before
		}
		name, known := named(names, req.URL.Path)
		switch {
		case !known:
			refuse(w, http.StatusNotFound, "no watcher waits there")
			if req.Method == http.MethodPost {
				h.stray(at, port, req.URL.Path)
			}
			return
		case req.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			h.refuse(w, name, &load.Refusal{Status: http.StatusMethodNotAllowed,
				Why: "its method is not POST", Stated: link.State("not-post")})
			return
		}
		body, refused := h.bodies.Read(req.Body, req.ContentLength)
		c.first.Store(0)
		if refused != nil {
			h.refuse(w, name, refused)
			return
		}
		ok, first := h.taken.Take(len(body))
		if first {
			h.say.full(name)
		}
		if !ok {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		h.say.deliver(load.Delivery{Hook: name, At: at, Body: string(body)})
		w.WriteHeader(http.StatusNoContent)
	}
}

// mostPath is how much of a path is reported.
const mostPath = 100

// stray delivers that something came to no hook, and reports where the first was sent.
func (h *hooks) stray(at int64, port int, path string) {
	if ok, _ := h.astray.Take(0); ok {
		h.say.deliver(load.Delivery{At: at})
	}
	h.mu.Lock()
	reported := h.strayed
	h.strayed = true
	h.mu.Unlock()
	// a path that is nearly right ends in the token: hidden here, as a part of it is
	// reported
	if !reported {
		path = secret.Hidden(path)
		path = path[:min(len(path), mostPath)]
		h.say.refused(load.NoDelivery{
			Why:    fmt.Sprintf("no watcher waits at port %d, path %q", port, path),
			Stated: link.State("nothing-waits-there", "port", strconv.Itoa(port), "path", path)})
	}
}

// refuse answers, and reports each reason once: senders can be many.
func (h *hooks) refuse(w http.ResponseWriter, hook string, r *load.Refusal) {
	refuse(w, r.Status, r.Why)
	key := hook + ": " + r.Why
	h.mu.Lock()
	reported := h.reported[key]
	h.reported[key] = true
	h.mu.Unlock()
	if !reported {
		h.say.refused(load.NoDelivery{Hook: hook, Why: r.Why, Stated: r.Stated})
	}
}

// refuse answers, and takes no more from the connection: what is left of the body would be
// taken for the beginning of the next request.
func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Connection", "close")
	http.Error(w, why, status)
}

type arrivalKey struct{}

// arrivals stamps connections with when a request's first byte was read: the
// handler runs only when the whole head is there.
type arrivals struct {
	net.Listener
	now func() int64
}

func (l arrivals) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &arrival{Conn: c, now: l.now}, nil
}

type arrival struct {
	net.Conn
	now   func() int64
	first atomic.Int64 // ns; 0: nothing since the last request
}

func (c *arrival) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.first.CompareAndSwap(0, c.now())
	}
	return n, err
}
