package watch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
	"github.com/stormdrill/stormdrill/scenarios/userdir"
)

// Person is somebody who acknowledges that there is something the matter, by `stormdrill ack
// RUN` on the machine that runs the drill, as the same user. An acknowledgement after the
// fault is gone is a late one. With the handbook's profile, respond is theirs.
type Person struct {
	Who string `yaml:"who"` // for a reader: the on-call engineer; default somebody
}

// Traits: they answer on the CLI's machine, in their own words.
func (*Person) Traits() timeline.WatcherTraits {
	return timeline.WatcherTraits{Told: true, Local: true, Lines: true, Person: true,
		Step: timeline.StepAcknowledged}
}

// Plan says who is waited for.
func (w *Person) Plan(p Planner) {
	p.Anyhow() // what they look at is not known here
	p.Endless("is a person, who gives no all-clear: ask another watcher for it")
	p.Waits(link.Tell("waits-person", fmt.Sprintf("waits for %s to acknowledge, by stormdrill ack",
		cmp.Or(w.Who, "somebody")), "who", w.Who), "", "")
}

// Start waits for acknowledgements of the run, at a socket that only this user reaches.
func (*Person) Start(l *Local, name string, sink Sink) error {
	if l.acks == nil {
		a, err := l.listenForAcks(sink)
		if err != nil {
			return fmt.Errorf("watch %s: %w", name, err)
		}
		l.acks = a
	}
	l.acks.mu.Lock()
	defer l.acks.mu.Unlock()
	l.acks.watchers = append(l.acks.watchers, name)
	sink.Awaits(name, "stormdrill ack "+sink.Run)
	return nil
}

// MostNote is how long the note of an acknowledgement may be, bytes.
const MostNote = 1000

// acknowledgement is what is sent to the socket, and acknowledged what comes back.
type acknowledgement struct {
	Note string `json:"note"`
}

type acknowledged struct {
	Watchers []string `json:"watchers"`
}

// acks takes acknowledgements for all persons of a run.
type acks struct {
	sink  Sink
	taken load.Allowance

	mu       sync.Mutex
	watchers []string
}

// ackEnd is how a run's socket ends, after its id.
const ackEnd = ".ack"

// listenForAcks listens in the user's own folder, where `stormdrill ack` looks.
func (l *Local) listenForAcks(sink Sink) (*acks, error) {
	dir, err := userdir.Make()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, sink.Run+ackEnd)
	at, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("%w: is the path of TMPDIR too long for a socket?", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = at.Close()
		return nil, err
	}
	a := &acks{sink: sink}
	s := &http.Server{Handler: a, ReadTimeout: ackWithin, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0)}
	l.servers = append(l.servers, s)
	l.busy.Go(func() { _ = s.Serve(at) })
	return a, nil
}

// ServeHTTP takes one.
func (a *acks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := a.sink.Now()
	var said acknowledgement
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8*MostNote))
	if r.Method != http.MethodPost || d.Decode(&said) != nil || len(said.Note) > MostNote {
		http.Error(w, "want a POST of a note", http.StatusBadRequest)
		return
	}
	if ok, _ := a.taken.Take(len(said.Note)); !ok {
		http.Error(w, "there were too many", http.StatusTooManyRequests)
		return
	}
	a.mu.Lock()
	all := slices.Clone(a.watchers)
	a.mu.Unlock()
	for _, name := range all {
		a.sink.Deliver(load.Delivery{Hook: name, At: at, Body: cmp.Or(said.Note, "acknowledged")})
	}
	a.sink.Acked(all, said.Note)
	_ = json.NewEncoder(w).Encode(acknowledged{all}) // the caller may be gone
}

// ErrNobodyWaits is returned for an acknowledgement of a run that does not wait for one.
var ErrNobodyWaits = errors.New("no drill waits for that acknowledgement")

// ackWithin is how long one may take to be taken.
const ackWithin = 10 * time.Second

var beginsRun = regexp.MustCompile(`^[0-9a-f]{1,16}$`)

// Acknowledge acknowledges for the persons that a run of this user on this machine waits for:
// run is its id, or the beginning of it. It gives the whole id, and their watchers. The
// error is ErrNobodyWaits, with those runs that do wait, where none, or more than one,
// begins so.
func Acknowledge(ctx context.Context, run, note string) (id string, watchers []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	if len(note) > MostNote {
		return "", nil, fmt.Errorf("a note of %d bytes: want at most %d", len(note), MostNote)
	}
	all, err := Waiting(ctx)
	if err != nil {
		return "", nil, err
	}
	fit := slices.DeleteFunc(slices.Clone(all), func(id string) bool {
		return !beginsRun.MatchString(run) || !strings.HasPrefix(id, run)
	})
	switch {
	case len(fit) > 1:
		return "", nil, fmt.Errorf("%w: %q is the beginning of %s", ErrNobodyWaits, run,
			strings.Join(fit, " and of "))
	case len(fit) == 0 && len(all) > 0:
		return "", nil, fmt.Errorf("%w: %q is none of those that do: %s", ErrNobodyWaits, run,
			strings.Join(all, ", "))
	case len(fit) == 0:
		return "", nil, fmt.Errorf("%w: %q is over, has no watcher that is a person, or is "+
			"another user's, or of another TMPDIR (%s)", ErrNobodyWaits, run, userdir.Path())
	}
	body, err := json.Marshal(acknowledgement{note})
	if err != nil {
		return "", nil, err
	}
	watchers, err = bring(ctx, fit[0], body)
	if err != nil {
		return "", nil, fmt.Errorf("run %s: %w", fit[0], err)
	}
	return fit[0], watchers, nil
}

// bring brings an acknowledgement to a run.
func bring(ctx context.Context, id string, body []byte) ([]string, error) {
	via := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialRun(ctx, id)
	}}
	defer via.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://run/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	res, err := via.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it refused: %s", bytes.TrimSpace(said))
	}
	var a acknowledged
	if err := json.Unmarshal(said, &a); err != nil {
		return nil, err
	}
	return a.Watchers, nil
}

// Waiting lists the runs of this user that wait for an acknowledgement. The socket of one
// that was killed is left, and is removed here.
func Waiting(ctx context.Context) (ids []string, err error) {
	dir, err := userdir.Make()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		id, is := strings.CutSuffix(e.Name(), ackEnd)
		if !is {
			continue
		}
		c, err := dialRun(ctx, id)
		if err == nil {
			_ = c.Close()
			ids = append(ids, id)
			continue
		}
		// One that is being made refuses, too.
		if info, gone := e.Info(); gone == nil && errors.Is(err, syscall.ECONNREFUSED) &&
			time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	return ids, nil
}

// dialRun reaches a run.
func dialRun(ctx context.Context, id string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", filepath.Join(userdir.Path(), id+ackEnd))
}
