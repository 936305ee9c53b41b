//go:build linux

package target

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// flushEvery bounds how much of the log dies with a killed target.
const flushEvery = 200 * time.Millisecond

// journal is a target's log: lines that begin with CLOCK_MONOTONIC in ns. It is
// evidence, so nothing is left out; it is buffered, because a write per request
// would cost more than the request.
type journal struct {
	mu   sync.Mutex
	w    *bufio.Writer
	buf  []byte
	stop chan struct{}
	done chan struct{}
}

func newJournal(w io.Writer) *journal {
	j := &journal{w: bufio.NewWriterSize(w, 64<<10), stop: make(chan struct{}),
		done: make(chan struct{})}
	go j.flush()
	return j
}

func (j *journal) flush() {
	defer close(j.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-j.stop:
		}
		j.mu.Lock()
		_ = j.w.Flush() // a target goes on serving when its log is not read
		j.mu.Unlock()
		select {
		case <-j.stop:
			return
		default:
		}
	}
}

// Close writes what is left.
func (j *journal) Close() {
	close(j.stop)
	<-j.done
}

// request adds the line of one request:
//
//	<ns it came> <remote address> <method> <path> <status> <traceparent> [<server>]
//
// with - for no traceparent, and the server where it was passed on.
func (j *journal) request(came int64, r *http.Request, status int, server string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	b := strconv.AppendInt(j.buf[:0], came, 10)
	for _, s := range []string{r.RemoteAddr, r.Method, r.URL.EscapedPath()} {
		b = append(append(b, ' '), field(s)...)
	}
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(append(b, ' '), field(r.Header.Get("Traceparent"))...)
	if server != "" {
		b = append(append(b, ' '), server...)
	}
	j.buf = append(b, '\n')
	_, _ = j.w.Write(j.buf)
}

// note adds a line about the target itself.
func (j *journal) note(format string, args ...any) { j.noteAt(wire.Now(), format, args...) }

// noteAt adds one about an instant that is not now.
func (j *journal) noteAt(at int64, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.w, "%d %s\n", at, fmt.Sprintf(format, args...))
}

// keep adds lines about the target itself and writes them before it returns:
// what another relies on must not die with a killed target.
func (j *journal) keep(lines ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := wire.Now()
	for _, s := range lines {
		fmt.Fprintf(j.w, "%d %s\n", now, s)
	}
	_ = j.w.Flush() // a target goes on serving when its log is not read
}

// field is s as one field of a line: a client must not be able to forge lines.
func field(s string) string {
	if s == "" {
		return "-"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return strings.ReplaceAll(strconv.QuoteToASCII(s), " ", `\x20`)
	}
	return s
}

// watched is a ResponseWriter that remembers the status.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(code int) {
	if w.status == 0 && code >= 200 { // 1xx are not the answer
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap lets a reverse proxy flush.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Status is the answer's status; a handler that wrote none said 200.
func (w *watched) Status() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
