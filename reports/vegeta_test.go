package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// exported is a record of two groups: one of each way to end.
func exported() *timeline.Record {
	ms := int64(time.Millisecond)
	at := func(n int64, q load.Request) load.Request {
		q.Due = 1000*ms + 10*n*ms
		q.Sent, q.Done = q.Due+ms, q.Due+5*ms
		return q
	}
	return &timeline.Record{
		Header: timeline.Header{Wall: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Mono: 900 * ms},
		Requests: map[string]*timeline.Requests{
			"shoppers": timeline.Pack([]load.Request{
				at(0, load.Request{Seq: 0, Status: 200}),
				at(2, load.Request{Seq: 2, Status: 503, Class: load.Status}), // 1 is lost
				at(4, load.Request{Seq: 4, Class: load.Refused}),
				at(5, load.Request{Seq: 5, Status: 200, Class: load.Body}),
				at(6, load.Request{Seq: 6, Unsent: true}),
			}),
			"admins": timeline.Pack([]load.Request{at(3, load.Request{Status: 200})}),
		},
	}
}

func TestVegetaDecodesWhatIsExported(t *testing.T) {
	type line struct {
		attack  string
		seq     uint64
		code    uint16
		err     string
		after   time.Duration // since Wall
		latency time.Duration
	}
	want := []line{
		{"shoppers", 0, 200, "", 100 * time.Millisecond, 5 * time.Millisecond},
		{"shoppers", 1, 503, "503 Service Unavailable", 120 * time.Millisecond,
			5 * time.Millisecond},
		{"admins", 0, 200, "", 130 * time.Millisecond, 5 * time.Millisecond},
		{"shoppers", 2, 0, "refused", 140 * time.Millisecond, 5 * time.Millisecond},
		{"shoppers", 3, 0, "body", 150 * time.Millisecond, 5 * time.Millisecond},
		{"shoppers", 4, 0, "unsent", 160 * time.Millisecond, 5 * time.Millisecond},
	}
	for format := range VegetaFormats {
		var b bytes.Buffer
		if err := Vegeta(&b, exported(), format); err != nil {
			t.Fatal(err)
		}
		decode := vegeta.DecoderFor(&b)
		if decode == nil {
			t.Fatalf("%s: vegeta does not read it", format)
		}
		for i := 0; ; i++ {
			var r vegeta.Result
			if err := decode(&r); err != nil {
				if !errors.Is(err, io.EOF) || i != len(want) {
					t.Errorf("%s: after %d of %d: %v", format, i, len(want), err)
				}
				break
			}
			have := line{r.Attack, r.Seq, r.Code, r.Error, r.Timestamp.Sub(exported().Header.Wall),
				r.Latency}
			if i >= len(want) || have != want[i] {
				t.Errorf("%s: %d: have %+v", format, i, have)
			}
		}
	}
	if err := Vegeta(io.Discard, exported(), "hdr"); err == nil {
		t.Error("a format that vegeta does not have was taken")
	}
}

// The vegeta command reads a real record, in each encoding: as many requests, as
// many good ones; and it plots them.
func TestVegetaCommandReadsIt(t *testing.T) {
	record, err := timeline.Open("../testdata/records/haproxy-check/record")
	if err != nil {
		t.Fatal(err)
	}
	sent, good := 0, 0
	for q := range record.Requests["shoppers"].All() {
		if sent++; q.Class == load.OK {
			good++
		}
	}
	for format := range VegetaFormats {
		file := filepath.Join(t.TempDir(), "results")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(Vegeta(f, record, format), f.Close()); err != nil {
			t.Fatal(err)
		}
		var m vegeta.Metrics
		if err := json.Unmarshal(command(t, "report", "-type=json", file), &m); err != nil {
			t.Fatal(err)
		}
		if int(m.Requests) != sent || m.StatusCodes["200"] != good || m.Latencies.P50 <= 0 ||
			len(m.Errors) == 0 {
			t.Errorf("%s: vegeta reads %d requests, %d good, p50 %s, want %d, %d", format,
				m.Requests, m.StatusCodes["200"], m.Latencies.P50, sent, good)
		}
		if page := string(command(t, "plot", file)); !strings.Contains(page, "shoppers") {
			t.Errorf("%s: vegeta plots %d bytes without the group", format, len(page))
		}
	}
}

// command runs the vegeta of go.mod.
func command(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"tool", "vegeta"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("vegeta %v: %v\n%s", args, err, stderr.String())
	}
	return out
}
