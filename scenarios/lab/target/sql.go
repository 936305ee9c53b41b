//go:build linux

package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/hostname"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// What the application says to its database, each a transaction of its own.
const (
	createRows = `CREATE TABLE IF NOT EXISTS writes ` +
		`(id text PRIMARY KEY, written timestamptz NOT NULL DEFAULT now())`
	// A row that is there is written again: else a replay of a write whose first
	// attempt waits for a standby would be acknowledged without that wait.
	insertRow = `INSERT INTO writes (id) VALUES ($1) ` +
		`ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id`
	findRow = `SELECT FROM writes WHERE id = $1`
	anyRow  = `SELECT FROM writes LIMIT 1`
)

// newSQLService is an application with its rows in another target's PostgreSQL.
func newSQLService(spec Spec, lines *journal) (service, error) {
	dial, err := newDial()
	if err != nil {
		return service{}, err
	}
	d, err := newDatabase(*spec.SQL, dial, resolver.LookupHost)
	if err != nil {
		return service{}, err
	}
	s := &sql{node: spec.Node, rows: d, lines: lines, metrics: newMetrics(spec.Node)}
	return service{Handler: s, run: s.run}, nil
}

// sql serves the rows of a database over HTTP:
//
//	PUT|POST /write?id=ID  200 once the database has committed it
//	GET /read?id=ID        200 or 404
//	GET /metrics           for a Prometheus: reads and writes
//	GET /health            200 where the database answers: a balancer's check
//
// What the database does not do in time is 503, with the reason. A write that failed
// is not tried again: it may have been committed or not, and its client, which was promised
// nothing, decides.
type sql struct {
	node    string
	rows    *database
	lines   *journal
	metrics *metrics
}

func (s *sql) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	came := wire.Now()
	out.Header().Set(NodeHeader, hostname.Wire(s.node))
	answer := &watched{ResponseWriter: out}
	id := r.URL.Query().Get("id")
	if r.URL.Path == "/write" || r.URL.Path == "/read" {
		begun := time.Now()
		defer func() { s.metrics.count(answer.Status(), r.Method, time.Since(begun)) }()
	}
	switch {
	case r.URL.Path == "/metrics":
		s.metrics.page.ServeHTTP(answer, r)
	case r.URL.Path == "/health":
		_, err := s.rows.ask(r.Context(), anyRow)
		s.reply(answer, "health", err)
	case r.URL.Path == "/write" && (r.Method == http.MethodPut || r.Method == http.MethodPost):
		if wellFormed(answer, id) {
			_, err := s.rows.ask(r.Context(), insertRow, id)
			s.reply(answer, id, err)
		}
	case r.URL.Path == "/read" && r.Method == http.MethodGet:
		n, err := s.rows.ask(r.Context(), findRow, id)
		if err == nil && n == 0 {
			err = errNoSuchID
		}
		s.reply(answer, id, err)
	default:
		http.NotFound(answer, r)
	}
	s.lines.request(came, r, answer.Status(), "")
}

var errNoSuchID = errors.New("no such id")

// reply answers by how it ended.
func (s *sql) reply(out http.ResponseWriter, what string, err error) {
	switch {
	case err == nil:
		_, _ = fmt.Fprintln(out, what) // the client's loss
	case errors.Is(err, errNoSuchID):
		http.Error(out, err.Error(), http.StatusNotFound)
	default:
		why := oneLine(err)
		s.lines.note("failed %s: %s", field(what), why)
		http.Error(out, why, http.StatusServiceUnavailable)
	}
}

// oneLine is an error's text without the lines that pgx puts under each other, and without
// secrets: it goes into the log and into answers.
func oneLine(err error) string {
	return strings.Join(strings.Fields(secret.Hidden(err.Error())), " ")
}

// tableEvery is between two tries to make the table.
const tableEvery = 200 * time.Millisecond

// run makes the table as soon as the database lets it, and ends with ctx.
func (s *sql) run(ctx context.Context) error {
	var last string
	for ctx.Err() == nil {
		_, err := s.rows.ask(ctx, createRows)
		if err == nil {
			break
		}
		if why := oneLine(err); why != last {
			s.lines.note("no table yet: %s", why)
			last = why
		}
		pause(ctx, tableEvery)
	}
	<-ctx.Done()
	return nil
}
