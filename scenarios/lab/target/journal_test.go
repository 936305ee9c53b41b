//go:build linux

package target

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// page of a log that many may write to.
type sheet struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *sheet) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *sheet) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestJournalLine(t *testing.T) {
	var out sheet
	j := newJournal(&out)
	r := httptest.NewRequest("GET", "/account?id=7", nil)
	r.RemoteAddr = "198.18.3.7:4711"
	j.request(42, r, 200, "")
	r.Header.Set("Traceparent", "00-ab-cd-01")
	j.request(43, r, 503, "app-2")
	r.Header.Set("Traceparent", "x\n44 forged line")
	j.request(44, r, 200, "")
	j.Close()
	want := `42 198.18.3.7:4711 GET /account 200 -
43 198.18.3.7:4711 GET /account 503 00-ab-cd-01 app-2
44 198.18.3.7:4711 GET /account 200 "x\n44\x20forged\x20line"
`
	if have := out.String(); have != want {
		t.Errorf("have\n%swant\n%s", have, want)
	}
}

// What a killed target leaves behind must lack at most the last 200 ms.
func TestJournalFlushesWhileServing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out sheet
		j := newJournal(&out)
		defer j.Close()
		j.note("server %s down", "app-2")
		time.Sleep(flushEvery)
		synctest.Wait()
		if !strings.HasSuffix(out.String(), " server app-2 down\n") {
			t.Errorf("have %q", out.String())
		}
	})
}
