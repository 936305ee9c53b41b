package docker

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// stamped is a line as an engine gives it, so many ns after the beginning.
func stamped(after int64, text string) string {
	return time.Unix(1000, after).UTC().Format("2006-01-02T15:04:05.000000000Z") + " " + text
}

// Lines come apart in whatever pieces, each with its stamp; what is long is cut, what comes
// again is reported once, and nothing is kept of a line without end.
func TestStampedLines(t *testing.T) {
	long := strings.Repeat("x", 20*lab.MostLine)
	log := stamped(1, "one") + "\n" + stamped(2, "two \xff words\r") + "\n" + stamped(2,
		"two \xff words\r") + "\n" + stamped(3, "") + "\nno stamp\n\n" + stamped(4, long) + "\n" +
		stamped(1, "one") + "\n" + stamped(5, long[:lab.MostLine]) + "\n" + stamped(6, "not over")
	want := []lab.Line{{At: 1e12 + 1, Text: "one"}, {At: 1e12 + 2, Text: "two \uFFFD words"},
		{At: 1e12 + 3}, {At: 1e12 + 4, Text: long[:lab.MostLine]},
		{At: 1e12 + 5, Text: long[:lab.MostLine]}}
	for _, piece := range []int{1, 7, 4096, len(log)} {
		var have []lab.Line
		s := &stampedLines{take: func(l lab.Line) { have = append(have, l) }}
		for b := range slices.Chunk([]byte(log), piece) {
			if n, err := s.Write(b); n != len(b) || err != nil {
				t.Fatal(n, err)
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("in pieces of %d: have %d lines: %.100s", piece, len(have), fmt.Sprint(have))
		}
		if cap(s.line) > 4*lab.MostLine {
			t.Errorf("%d bytes are held", cap(s.line))
		}
	}
}

// frame is a piece of an attached stream, as package stdcopy has it.
func frame(stream byte, text string) string {
	head := []byte{stream, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return string(head) + text
}

// A log is followed over its target's lives, from the last stamp of the one before, also where
// it breaks off; stdout and stderr are each a stream. It ends with its listener.
func TestFollow(t *testing.T) {
	lives := [][]string{
		{frame(1, stamped(5, "listening\n")), frame(2, stamped(4, "warning")), frame(1, stamped(7,
			"bye\n")), frame(2, "\n")},
		{"\x01\x00\x00\x00\x00\x00\x00\x40half a li"}, // then nothing, for it is dead for a while
		{frame(1, stamped(7, "bye\n")), frame(1, stamped(9, "again\n"))},
	}
	var asked atomic.Int32
	var since [3]string
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	engine := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/info") {
				fmt.Fprintf(w, `{"SystemTime": "%s"}`, time.Unix(1000, 3).UTC().Format(time.RFC3339Nano))
				return
			}
			q := r.URL.Query()
			if !strings.HasSuffix(r.URL.Path, "/containers/c0ffee/logs") || q.Get("timestamps") != "1" ||
				q.Get("follow") != "1" || q.Get("stdout") != "1" || q.Get("stderr") != "1" {
				t.Errorf("asked for %s", r.URL)
			}
			n := int(asked.Add(1)) - 1
			since[min(n, 2)] = q.Get("since")
			for _, f := range lives[min(n, 2)] {
				_, _ = w.Write([]byte(f))
			}
			if n >= 2 {
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
		})}}
	engine.Start()
	defer engine.Close()
	c, err := client.New(client.WithHost("tcp://"+l.Addr().String()), client.WithAPIVersion("1.44"))
	if err != nil {
		t.Fatal(err)
	}
	lived, die := context.WithCancel(t.Context())
	defer die()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var have []string
	err = (&Lab{engine: c, living: lived, ids: map[string]string{"app": "c0ffee"}}).Follow(ctx, "app",
		func(line lab.Line) {
			have = append(have, fmt.Sprintf("%d %s", line.At-1e12, line.Text))
			if line.Text == "again" {
				stop()
			}
		})
	if want := []string{"5 listening", "7 bye", "4 warning", "9 again"}; err != nil ||
		!slices.Equal(have, want) {
		t.Errorf("have %q, %v", have, err)
	}
	if want := [3]string{"1000.000000003", "1000.000000008", "1000.000000008"}; since != want {
		t.Errorf("asked from %q", since)
	}
}

// A log that the engine does not keep is an error, with the engine's words.
func TestFollowWithoutALog(t *testing.T) {
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/info") {
			fmt.Fprint(w, `{"SystemTime": "2026-01-02T03:04:05.6Z"}`)
			return
		}
		w.WriteHeader(http.StatusNotImplemented)
		fmt.Fprint(w, `{"message": "configured logging driver does not support reading"}`)
	}))
	defer engine.Close()
	c, err := client.New(client.WithHost("tcp://"+engine.Listener.Addr().String()),
		client.WithAPIVersion("1.44"))
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{engine: c, living: t.Context(), ids: map[string]string{"app": "c0ffee"}}
	if err := l.Follow(t.Context(), "app", nil); err == nil ||
		!strings.HasPrefix(err.Error(), "log of app: ") ||
		!strings.Contains(err.Error(), "does not support reading") {
		t.Errorf("have %v", err)
	}
}
