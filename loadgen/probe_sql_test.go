//go:build linux

package loadgen

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// postgres answers each query as the test has it.
func postgres(t *testing.T, answer func(b *pgproto3.Backend)) (address string) {
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
			go func() {
				defer func() { _ = c.Close() }()
				b := pgproto3.NewBackend(c, c)
				if _, err := b.ReceiveStartupMessage(); err != nil {
					return
				}
				b.Send(&pgproto3.AuthenticationOk{})
				b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
				for b.Flush() == nil {
					m, err := b.Receive()
					if _, query := m.(*pgproto3.Query); err != nil || !query {
						return
					}
					answer(b)
					b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestSQLProbe(t *testing.T) {
	row := func(value string) func(b *pgproto3.Backend) {
		return func(b *pgproto3.Backend) {
			b.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("v"),
				DataTypeOID: 25}}})
			if value != "" {
				b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte(value)}})
			}
			b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		}
	}
	answer := row("f")
	at := postgres(t, func(b *pgproto3.Backend) { answer(b) })
	check := load.Check{SQL: &load.SQLProbe{DSN: secret.Text("postgres://probe@" + at +
		"/shop?sslmode=disable"), Query: "select pg_is_in_recovery()"}}
	expectAnswer(t, knockOn(t, check), true, true, "f")
	check.SQL.Equals = "f"
	expectAnswer(t, knockOn(t, check), true, true, "f")
	answer = row("t")
	expectAnswer(t, knockOn(t, check), false, true, "t")
	answer = row("")
	expectAnswer(t, knockOn(t, check), false, true, "no row")
	answer = func(b *pgproto3.Backend) {
		b.Send(&pgproto3.ErrorResponse{Severity: "ERROR", Code: "25006", Message: "read-only"})
	}
	expectAnswer(t, knockOn(t, check), false, true, "read-only (25006)")
	hang := make(chan struct{})
	defer close(hang)
	answer = func(*pgproto3.Backend) { <-hang }
	check.Timeout = 100 * time.Millisecond
	expectAnswer(t, knockOn(t, check), false, true, "timeout")
	check.SQL.DSN = secret.Text("postgres://probe@" +
		strings.TrimSuffix(closedPort(t)[len("http://"):], "/") + "/shop?sslmode=disable")
	expectAnswer(t, knockOn(t, check), false, true, "refused")
}
