package watch

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

func TestCommand(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	for _, c := range []struct {
		run         []secret.Text
		good, known bool
		detail      string
	}{
		{[]secret.Text{"sh", "-c", "exit 0"}, true, true, "exit 0"},
		{[]secret.Text{"sh", "-c", "echo down; exit 3"}, false, true, "exit status 3: down"},
		{[]secret.Text{"sh", "-c", "echo no $0 for $0; exit 3", "${env:TOKEN}"}, false, true,
			"exit status 3: no ${env:TOKEN} for ${env:TOKEN}"},
		{[]secret.Text{"/no/such/program"}, false, false, "no such file"},
		{[]secret.Text{"sh", "-c", "sleep 20"}, false, true, "took too long"},
	} {
		patience := time.Minute // longer than a busy machine takes to start a program
		if c.detail == "took too long" {
			patience = 300 * time.Millisecond
		}
		answers := make(chan load.Answer, 100)
		l, err := StartLocal(map[string]Kind{"probe": &Command{Run: c.run, Timeout: patience}},
			Sink{Now: wire.Now, Answer: func(a load.Answer) { answers <- a }})
		if err != nil {
			t.Fatal(err)
		}
		a := <-answers
		l.Stop()
		if a.Check != "probe" || a.Good != c.good || a.Known != c.known ||
			!strings.Contains(a.Detail, c.detail) || a.End < a.Start {
			t.Errorf("%q: have %+v", c.run, a)
		}
	}
}

// What runs beside the drill is asked by the CLI, by the clock of the record, again and again.
func TestOnHost(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() == "/api/v1/query?query=up+%3D%3D+0" {
			_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
		}
	}))
	defer s.Close()
	kind := &Prometheus{URL: secret.Text(s.URL), Query: "up == 0"}
	on := &OnHost{Kind: kind, Check: load.Check{Name: "up", Every: 10 * time.Millisecond, Timeout: time.Minute,
		Prometheus: &load.PrometheusProbe{URL: secret.Text(s.URL + "/api/v1/query?query=up+%3D%3D+0")}}}
	if have, own := on.Traits(), kind.Traits(); !have.Local || own.Local || !have.Polled || have.Step != own.Step {
		t.Errorf("traits %+v", have)
	}
	answers := make(chan load.Answer, 1000)
	at := int64(0)
	l, err := StartLocal(map[string]Kind{"up": on}, Sink{Now: func() int64 { at++; return at },
		Answer: func(a load.Answer) { answers <- a }})
	if err != nil {
		t.Fatal(err)
	}
	first, second := <-answers, <-answers
	l.Stop()
	want := load.Answer{Check: "up", Start: 1, End: 2, Good: true, Known: true, Detail: "0 series"}
	if first != want || second.Start != 3 {
		t.Errorf("have %+v and %+v", first, second)
	}
	for len(answers) > 0 {
		<-answers
	}
}

// A command leaves no process, also where it ended well, and what it says without end is
// not kept.
func TestCommandLeavesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	c := Command{Run: []secret.Text{"sh", "-c",
		secret.Text("sleep 1000 >/dev/null 2>&1 & echo $! >" + file +
			"; head -c 8000000 /dev/zero; exit 0")}}
	if good, known, detail := c.once(t.Context()); !good || !known {
		t.Fatalf("have %v, %v, %q", good, known, detail)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	for { // killed; gone, or a zombie that was not waited for yet
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
	}
}
