//go:build linux

package loadgen

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestFindingsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lost := rapid.MapOf(rapid.Uint64Range(0, 1<<40), rapid.Bool()).Draw(t, "lost")
		want := []load.Finding{}
		for seq, gone := range lost {
			want = append(want, load.Finding{Seq: seq, Lost: gone})
		}
		b := load.EncodeFindings("clerks", want)
		have, err := load.DecodeFindings(b)
		if err != nil || !reflect.DeepEqual(have, want) {
			t.Fatalf("have %v, %v, want %v", have, err, want)
		}
		cut := rapid.IntRange(0, len(b.Data)-1).Draw(t, "cut")
		b.Data = b.Data[:cut]
		if _, err := load.DecodeFindings(b); err == nil {
			t.Fatalf("cut at %d: no error", cut)
		}
	})
}

// A server that loses some of what it acknowledged, and gives no answer about some.
func TestLedgerReadsBack(t *testing.T) {
	var mu sync.Mutex
	written := map[string]bool{}
	shy := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		id := r.URL.Query().Get("id")
		switch {
		case r.Method == http.MethodPost && string(b) != "<"+id+">":
			w.WriteHeader(http.StatusBadRequest)
		case r.Method == http.MethodPost && strings.HasSuffix(id, "1"):
			w.WriteHeader(http.StatusServiceUnavailable) // never acknowledged
		case r.Method == http.MethodPost:
			written[id] = true
		case strings.HasSuffix(id, "2"):
			w.WriteHeader(http.StatusNotFound)
		case strings.HasSuffix(id, "3"):
			w.WriteHeader(http.StatusBadGateway)
		case strings.HasSuffix(id, "4") && shy[id] == 0:
			shy[id]++
			w.WriteHeader(http.StatusBadGateway) // answers the second time
		}
	}))
	defer server.Close()
	var have []load.Finding
	emit := func(event string, body any) error {
		if event != "findings" {
			return nil
		}
		all, err := load.DecodeFindings(body.(load.Block))
		mu.Lock()
		defer mu.Unlock()
		have = append(have, all...)
		return err
	}
	s := load.Spec{Run: "0123456789abcdef", Subnet: netip.MustParsePrefix("127.0.0.0/8"),
		Groups: []load.Group{{
			Name: "clerks", URL: secret.Text(server.URL + "/write?id={id}"),
			Method: http.MethodPost,
			Body:   "<{id}>", Rate: 500, Users: 5,
			Timeout: time.Minute, Slow: time.Second,
			Sources: []netip.Addr{netip.MustParseAddr("127.0.0.1")},
			Writes: &load.Writes{Read: secret.Text(server.URL + "/read?id={id}"),
				Missing: []int{404},
				Rate:    1000},
		}}}
	l, err := newLoad(t.Context(), s, 0, wire.Now, emit)
	if err != nil {
		t.Fatal(err)
	}
	l.start(wire.Now())
	for n := 0; n < 50 && t.Context().Err() == nil; time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		n = len(written)
		mu.Unlock()
	}
	if err := l.stop(); err != nil {
		t.Fatal(err)
	}
	if err := l.ledger.readBack(context.Background()); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range have {
		id := load.WriteID(s.Run, "clerks", f.Seq)
		if !written[id] || f.Lost != strings.HasSuffix(id, "2") || strings.HasSuffix(id, "3") {
			t.Errorf("%s: written %v, lost %v", id, written[id], f.Lost)
		}
		found[id] = true
	}
	for id := range written {
		if !found[id] && !strings.HasSuffix(id, "3") {
			t.Errorf("%s: no finding", id)
		}
	}
}
