//go:build linux

package target

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/stormdrill/stormdrill/scenarios"
)

// Defaults of an active check are HAProxy's: inter 2s, fall 3, rise 2; a check
// may take as long as the interval.
const (
	defaultInterval = 2 * time.Second
	defaultFall     = 3
	defaultRise     = 2
)

// withDefaults fills in what the scenario left open.
func withDefaults(cfg scenarios.Balancer) scenarios.Balancer {
	if cfg.State == 0 {
		cfg.State = 8404
	}
	if cfg.Check != nil {
		c := *cfg.Check
		c.Interval = or(c.Interval, defaultInterval)
		c.Timeout = or(c.Timeout, c.Interval)
		c.Fall = or(c.Fall, defaultFall)
		c.Rise = or(c.Rise, defaultRise)
		cfg.Check = &c
	}
	if cfg.Passive != nil {
		p := *cfg.Passive
		p.Errors = or(p.Errors, 5) // Envoy's consecutive_5xx
		p.For = or(p.For, 30*time.Second)
		cfg.Passive = &p
	}
	return cfg
}

func or[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// ask puts one question to a server: whether the answer was good, and in a
// word what it was.
type ask func(ctx context.Context, address string) (good bool, found string)

// phase is how long after its start the balancer first asks a server: checks that
// start with the target would all meet a fault at the same phase. It is the same
// whenever the run is drawn from the same seed.
func (b *balancer) phase(server string) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(b.node + " " + server))
	return time.Duration(rand.New(rand.NewPCG(b.seed,
		h.Sum64())).Int64N(int64(b.cfg.Check.Interval)))
}

// watchServer asks a server once per interval until ctx ends, first after a phase.
func watchServer(ctx context.Context, s *server, c scenarios.Health, phase time.Duration,
	question ask) {
	if !pause(ctx, phase) {
		return
	}
	tick := time.NewTicker(c.Interval)
	defer tick.Stop()
	for {
		bounded, cancel := context.WithTimeout(ctx, c.Timeout)
		good, found := question(bounded, s.address)
		cancel()
		if ctx.Err() != nil {
			return
		}
		s.checked(good, found)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

type dialler func(ctx context.Context, network, address string) (net.Conn, error)

// connects asks for a TCP handshake, and where servers use TLS for that one too.
func connects(w way) ask {
	return func(ctx context.Context, address string) (bool, string) {
		conn, err := w.connect(ctx, "tcp4", address)
		if err != nil {
			return false, inAWord(err)
		}
		_ = conn.Close() // it was the handshake that counted
		return true, "connected"
	}
}

// answers asks for a path over a fresh connection, in the backend's name; good
// is 200 to 399.
func answers(w way, host, path string) ask {
	transport := &http.Transport{DialContext: w.dial, TLSClientConfig: w.tls,
		DisableKeepAlives: true}
	return func(ctx context.Context, address string) (bool, string) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.scheme()+"://"+address+path,
			nil)
		if err != nil {
			return false, err.Error()
		}
		r.Host = host
		r.Header.Set("User-Agent", "stormdrill-check")
		answer, err := transport.RoundTrip(r)
		if err != nil {
			return false, inAWord(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return false, inAWord(err)
		}
		return answer.StatusCode >= 200 && answer.StatusCode < 400, strconv.Itoa(answer.StatusCode)
	}
}

// inAWord is the part of an error that a reader of a state needs.
func inAWord(err error) string {
	var n net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF):
		return "reset"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &n) && n.Timeout():
		return "timeout"
	}
	if why := untrusted(err); why != "" {
		return why
	}
	return fmt.Sprintf("error (%v)", err)
}
