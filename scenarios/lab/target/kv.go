//go:build linux

package target

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Defaults of a pair's own health check.
const (
	defaultSilence = 500 * time.Millisecond
	defaultLosses  = 3
)

// founded marks, in a container's own file system, that its pair was founded:
// a node that is started again, its memory being empty, must not found another.
const founded = "/stormdrill-kv-founded"

// newKVService is one node of an active/standby pair: NAME-1 or NAME-2.
func newKVService(spec Spec, lines *journal) (service, error) {
	peer, err := peerOf(spec.Node)
	if err != nil {
		return service{}, err
	}
	dial, err := newDial()
	if err != nil {
		return service{}, err
	}
	cfg := *spec.KV
	cfg.Interval, cfg.Fall = or(cfg.Interval, defaultSilence), or(cfg.Fall, defaultLosses)
	store := newStore(lines, cfg.Lag)
	if _, n, _ := hostname.Original(spec.Node); n == 1 && firstStart() {
		store.lead(1)
	}
	k := &kv{node: spec.Node, cfg: cfg, store: store, lines: lines, metrics: newMetrics(spec.Node)}
	f := follower{cfg: cfg, store: store,
		base:   fmt.Sprintf("http://%s:%d", hostname.Wire(peer), spec.Ports[0]),
		client: &http.Client{Transport: &http.Transport{DialContext: dial}}}
	return service{Handler: k, run: f.run}, nil
}

// peerOf names the other of two.
func peerOf(node string) (string, error) {
	if name, n, ok := hostname.Original(node); ok && n <= 2 {
		return hostname.Replica(name, 3-n), nil
	}
	return "", fmt.Errorf("kv %q: want two replicas, NAME-1 and NAME-2", node)
}

// firstStart reports whether this container never ran before.
func firstStart() bool {
	f, err := os.OpenFile(founded, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// kv serves a store over HTTP:
//
//	PUT|POST /write?id=ID  200 once it is committed; 503 by one that is not active
//	GET /read?id=ID        200 or 404; 503 by one that is not active
//	GET /active            200 by the active one, else 503: a balancer's check
//	GET /state             Standing as JSON
//	GET /log?from=N        for the standby: see follower
//	GET /metrics           for a Prometheus: reads and writes
type kv struct {
	node    string
	cfg     scenarios.KV
	store   *store
	lines   *journal
	metrics *metrics
}

// longestID bounds an id, bytes.
const longestID = 200

func (k *kv) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	came := wire.Now()
	out.Header().Set(NodeHeader, hostname.Wire(k.node))
	answer := &watched{ResponseWriter: out}
	id := r.URL.Query().Get("id")
	if r.URL.Path == "/write" || r.URL.Path == "/read" {
		begun := time.Now()
		defer func() { k.metrics.count(answer.Status(), r.Method, time.Since(begun)) }()
	}
	switch {
	case r.URL.Path == "/log":
		k.log(answer, r)
		return // its standby's questions would drown the users' in the log
	case r.URL.Path == "/metrics":
		k.metrics.page.ServeHTTP(answer, r)
	case r.URL.Path == "/state":
		_ = json.NewEncoder(answer).Encode(k.store.standing(k.node)) // the client's loss
	case !k.fit():
		http.Error(answer, "not active", http.StatusServiceUnavailable)
	case r.URL.Path == "/active":
		_, _ = answer.Write([]byte("active\n")) // the client's loss
	case r.URL.Path == "/write" && (r.Method == http.MethodPut || r.Method == http.MethodPost):
		k.write(answer, r, id)
	case r.URL.Path == "/read" && r.Method == http.MethodGet:
		if !k.store.holds(id) {
			http.Error(answer, "no such id", http.StatusNotFound)
			break
		}
		_, _ = answer.Write([]byte(id + "\n")) // the client's loss
	default:
		http.NotFound(answer, r)
	}
	k.lines.request(came, r, answer.Status(), "")
}

// fit reports whether the node may act as the active one: it is it, and has not
// just woken from a sleep in which the standby may have taken over.
func (k *kv) fit() bool {
	active, beat := k.store.active()
	return active && time.Since(beat) <= time.Duration(k.cfg.Fall)*k.cfg.Interval-k.cfg.Interval/2
}

// wellFormed says whether an id is one, and answers where it is not.
func wellFormed(out http.ResponseWriter, id string) bool {
	if id == "" || len(id) > longestID || strings.ContainsAny(id, " \r\n") {
		http.Error(out, "want an id of up to "+strconv.Itoa(longestID)+" bytes without spaces",
			http.StatusBadRequest)
		return false
	}
	return true
}

// write commits, waits for the standby where that is wished, and acknowledges.
func (k *kv) write(out http.ResponseWriter, r *http.Request, id string) {
	if !wellFormed(out, id) {
		return
	}
	n, err := k.store.commit(id)
	if err != nil {
		http.Error(out, err.Error(), http.StatusServiceUnavailable)
		return
	}
	if k.cfg.Sync && !k.replicated(r.Context(), n) {
		http.Error(out, "lost the active part", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintf(out, "%d\n", n) // the client's loss
}

// replicated waits until the standby has entry n. A standby that sends nothing for the
// length of Fall silences is no longer waited for, as with MySQL's semi-synchronous
// replication: one lost node must not stop the other.
func (k *kv) replicated(ctx context.Context, n int) bool {
	for {
		active, confirmed, last, changed := k.store.followed()
		switch {
		case !active || ctx.Err() != nil:
			return false
		case confirmed >= n:
			return true
		}
		left := time.Duration(k.cfg.Fall)*k.cfg.Interval - time.Since(last)
		if left <= 0 {
			return true
		}
		wait(ctx, changed, left)
	}
}

// log gives a standby what it lacks, as soon as there is something, at the
// latest after half of an interval.
func (k *kv) log(out http.ResponseWriter, r *http.Request) {
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 {
		http.Error(out, "want from, a number", http.StatusBadRequest)
		return
	}
	end := time.Now().Add(k.cfg.Interval / 2)
	page, err := k.store.since(from)
	for err == nil && len(page.IDs) == 0 && time.Now().Before(end) && r.Context().Err() == nil {
		wait(r.Context(), page.changed, min(time.Until(end), page.due))
		page, err = k.store.since(from)
	}
	if err != nil {
		http.Error(out, err.Error(), http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(out).Encode(page) // the standby asks again
}

// wait ends when something changed, when the time is over, or with ctx.
func wait(ctx context.Context, changed <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
	}
}

var errNotActive = errors.New("not active")
