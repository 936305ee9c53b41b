//go:build linux

package target

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios"
)

// ending is how a server behaves once it was sent a statement to execute.
type ending int32

const (
	commits    ending = iota
	dies              // after it has said that the statement is complete
	fails             // to commit, after it has said so
	isReadOnly        // and takes no writes
	sleeps            // and says nothing
)

// postgres implements as much of PostgreSQL's protocol as the application uses; it finds
// the row "there" and no other.
type postgres struct {
	end     atomic.Int32
	clients atomic.Int32
}

func (p *postgres) client(c net.Conn) {
	defer func() { _ = c.Close() }()
	b := pgproto3.NewBackend(c, c)
	if m, err := b.ReceiveStartupMessage(); err != nil || !isStartup(m) {
		return
	}
	p.clients.Add(1)
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	id := ""
	for b.Flush() == nil {
		m, err := b.Receive()
		if err != nil {
			return
		}
		switch m := m.(type) {
		case *pgproto3.Bind:
			b.Send(&pgproto3.ParseComplete{})
			b.Send(&pgproto3.BindComplete{})
			if len(m.Parameters) > 0 {
				id = string(m.Parameters[0])
			}
		case *pgproto3.Describe:
			b.Send(&pgproto3.RowDescription{})
		case *pgproto3.Execute:
			if !p.execute(b, id) {
				return
			}
		case *pgproto3.Sync:
			b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		}
	}
}

func isStartup(m pgproto3.FrontendMessage) bool {
	_, ok := m.(*pgproto3.StartupMessage)
	return ok
}

// execute reports whether the server lives on.
func (p *postgres) execute(b *pgproto3.Backend, id string) bool {
	complete := &pgproto3.CommandComplete{CommandTag: []byte("INSERT 0 1")}
	switch ending(p.end.Load()) {
	case commits:
		if id == "there" {
			b.Send(&pgproto3.DataRow{})
		}
		b.Send(complete)
	case dies:
		b.Send(complete)
		_ = b.Flush()
		return false
	case fails:
		b.Send(complete)
		b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "40001",
			Message: "could not serialize access"})
	case isReadOnly:
		b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: readOnly,
			Message: "cannot execute INSERT in a read-only transaction"})
	case sleeps:
		_, _ = b.Receive() // Sync
		_, _ = b.Receive() // until the client goes
		return false
	}
	return true
}

// application is an application in front of a server that p plays.
func application(t *testing.T, p *postgres, patience time.Duration) *sql {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.client(c)
		}
	}()
	return applicationOf(t, l.Addr().String(), net.DefaultResolver.LookupHost, patience)
}

// applicationOf has one connection to a server, whose address find gives where it
// is a name. It has patience with it.
func applicationOf(t *testing.T, address string, find pgconn.LookupFunc,
	patience time.Duration) *sql {
	t.Helper()
	dial, err := newDial()
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDatabase(scenarios.SQL{DSN: secret.Text(fmt.Sprintf("postgres://app@%s/app?sslmode=disable",
		address)),
		Timeout: patience, Connections: 1},
		dial, find)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.pool.Close)
	j := newJournal(io.Discard)
	t.Cleanup(j.Close)
	return &sql{node: "app", rows: d, lines: j, metrics: newMetrics("app")}
}

// A write is acknowledged where the server has said that it is ready again, and
// nowhere else: a statement is complete before its transaction is.
func TestSQLAcknowledgesWhatIsCommitted(t *testing.T) {
	for end, want := range map[ending]int{commits: 200, dies: 503, fails: 503, isReadOnly: 503, sleeps: 503} {
		p := &postgres{}
		p.end.Store(int32(end))
		patience := aMinute
		if end == sleeps {
			patience = aMoment
		}
		if have := put(application(t, p, patience), "x"); have != want {
			t.Errorf("ending %d: have %d, want %d", end, have, want)
		}
	}
}

func TestSQLReadsBack(t *testing.T) {
	p := &postgres{}
	a := application(t, p, aMinute)
	for path, want := range map[string]int{
		"/read?id=there": 200, "/read?id=lost": 404, "/health": 200, "/write?id=there": 404, "/": 404,
	} {
		if have := get(a, path).StatusCode; have != want {
			t.Errorf("GET %s: have %d, want %d", path, have, want)
		}
	}
	if have := put(a, ""); have != http.StatusBadRequest {
		t.Errorf("no id: have %d", have)
	}
	p.end.Store(int32(sleeps))
	a = application(t, p, aMoment)
	if have := get(a, "/read?id=there").StatusCode; have != 503 {
		t.Errorf("no answer says nothing of a row: have %d", have)
	}
}

// A connection to a server that leads no longer is given up; one that works is kept.
func TestSQLLeavesAServerThatTakesNoWrites(t *testing.T) {
	p := &postgres{}
	a := application(t, p, aMinute)
	put(a, "x")
	put(a, "x")
	if n := p.clients.Load(); n != 1 {
		t.Errorf("%d connections for two writes, one after the other", n)
	}
	p.end.Store(int32(isReadOnly))
	put(a, "x")
	p.end.Store(int32(commits))
	if have := put(a, "x"); have != 200 || p.clients.Load() != 2 {
		t.Errorf("have %d over the connection number %d, want a new one", have, p.clients.Load())
	}
}

// A question to the resolver that stays without an answer costs the request that asked
// and no other: its place in the pool is free again when the next one comes.
func TestSQLOutlivesALostQuestion(t *testing.T) {
	var silent atomic.Bool
	silent.Store(true)
	a := applicationOf(t, "absent:5432", func(ctx context.Context, host string) ([]string, error) {
		if silent.Load() {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}, 2*time.Second)
	if text := body(t, get(a, "/read?id=x")); !strings.Contains(text, "deadline exceeded") {
		t.Errorf("have %q of a resolver that says nothing", text)
	}
	silent.Store(false)
	if text := body(t, get(a, "/read?id=x")); !strings.Contains(text, "no such host") {
		t.Errorf("have %q of one that answers again", text)
	}
}

func TestSQLSaysWhyItFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close() // nothing listens there now
	a := get(applicationOf(t, l.Addr().String(), net.DefaultResolver.LookupHost, aMinute),
		"/read?id=x")
	if text := body(t, a); a.StatusCode != 503 || !strings.Contains(text, "connection refused") ||
		strings.Count(text, "\n") != 1 {
		t.Errorf("have %d: %q", a.StatusCode, text)
	}
}
