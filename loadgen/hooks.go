package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// MostDelivery is how much of a notification is kept, bytes: some thousand alerts.
const MostDelivery = 1 << 20

// How many notifications one listener takes in a drill, and bytes of them: a sender that
// runs wild fills no record. What comes after is refused, and told once.
const (
	MostDeliveries    = 10_000
	mostDeliveryBytes = 64 << 20
)

// Allowance counts what of it is left. The zero value has taken none.
type Allowance struct {
	n, bytes atomic.Int64
	told     atomic.Bool
}

// Take reports whether one more notification may be taken; first, whether it is the first
// that may not.
func (a *Allowance) Take(bytes int) (ok, first bool) {
	if a.n.Add(1) <= MostDeliveries && a.bytes.Add(int64(bytes)) <= mostDeliveryBytes {
		return true, false
	}
	return false, !a.told.Swap(true)
}

// hooks receives notifications on all of the node's addresses.
type hooks struct {
	servers []*http.Server
	taken   Allowance
	full    func(hook string)
}

// listenHooks serves all hooks, those of one port by their path; any other path
// is 404. tell is called before the sender has its 204; full once, with the first hook
// that had to refuse one, as there were too many.
func listenHooks(all []Hook, now func() int64, tell func(Delivery), full func(hook string)) (*hooks, error) {
	h := &hooks{full: full}
	ports := map[int]map[string]string{}
	for _, k := range all {
		if ports[k.Port] == nil {
			ports[k.Port] = map[string]string{}
		}
		if other, taken := ports[k.Port][k.Path]; taken {
			return nil, fmt.Errorf("hook %q: %q has the same port and path", k.Name, other)
		}
		ports[k.Port][k.Path] = k.Name
	}
	for port, paths := range ports {
		if err := h.listen(port, paths, now, tell); err != nil {
			h.close()
			return nil, fmt.Errorf("hooks on port %d: %w", port, err)
		}
	}
	return h, nil
}

func (h *hooks) listen(port int, names map[string]string, now func() int64, tell func(Delivery)) error {
	l, err := net.Listen("tcp4", ":"+strconv.Itoa(port))
	if err != nil {
		return err
	}
	s := &http.Server{
		Handler:           h.receive(names, now, tell),
		ReadHeaderTimeout: 10 * time.Second, // a sender that stalls must not stay for ever
		ReadTimeout:       30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, arrivalKey{}, c)
		},
	}
	h.servers = append(h.servers, s)
	go func() {
		if err := s.Serve(arrivals{l, now}); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close() // nobody may believe that it is still listened to
		}
	}()
	return nil
}

func (h *hooks) close() {
	for _, s := range h.servers {
		_ = s.Close()
	}
}

func (h *hooks) receive(names map[string]string, now func() int64, tell func(Delivery)) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		c, _ := req.Context().Value(arrivalKey{}).(*arrival)
		at := c.first.Swap(0)
		if at == 0 {
			at = now() // its first byte came in with the request before
		}
		body, err := io.ReadAll(io.LimitReader(req.Body, MostDelivery))
		c.first.Store(0)
		name, known := names[req.URL.Path]
		switch {
		case !known:
			http.NotFound(w, req)
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		default:
			ok, first := h.taken.Take(len(body))
			if first {
				h.full(name)
			}
			if !ok {
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			tell(Delivery{Hook: name, At: at, Body: string(body)})
			w.WriteHeader(http.StatusNoContent)
		}
	}
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
