//go:build drill

package bench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// What generators are asked for: a rate that all of them keep, to see what a
// request costs, and one that none of them does, to see what they can. No more
// requests are ever in flight than connections.
const (
	connections = 64
	calm        = 5_000
	offered     = 50_000
	lasting     = 4 * time.Second
)

// effort is what one run of a generator came to.
type effort struct {
	rate float64 // good answers per second
	cpu  float64 // µs of CPU per good answer
}

func effortOf(good int, took, cpu time.Duration) effort {
	return effort{float64(good) / took.Seconds(), float64(cpu.Microseconds()) / float64(good)}
}

// generator makes load at a rate.
type generator struct {
	name string
	run  func(rate int) effort
	// paced is false of one that has no rate and only runs as fast as it can.
	paced bool
}

func BenchmarkGenerator(b *testing.B) {
	address := Nginx(b)
	all := generators(b, "http://"+address+"/")
	var runs []func() [2]effort
	for _, g := range all {
		runs = append(runs, func() [2]effort {
			if !g.paced {
				e := g.run(0)
				return [2]effort{e, e}
			}
			return [2]effort{g.run(calm), g.run(offered)}
		})
	}
	rounds := Rounds(Runs(b), runs...)
	vegeta := rounds[1]
	cost := func(e [2]effort) float64 { return e[0].cpu }
	rate := func(e [2]effort) float64 { return e[1].rate }
	t := NewTable(b, fmt.Sprintf("| generator | CPU per request at %d/s | beside vegeta | requests/s of %d/s offered | beside vegeta |",
		calm, offered))
	for i, g := range all {
		at := fmt.Sprintf("%.0f µs", Median(Of(rounds[i], cost)))
		if !g.paced {
			at += ", unpaced"
		}
		t.Row("%s | %s | %s | %.0f | %s", g.name, at,
			Spread(Ratios(Of(rounds[i], cost), Of(vegeta, cost))),
			Median(Of(rounds[i], rate)), Spread(Ratios(Of(rounds[i], rate), Of(vegeta, rate))))
	}
	own := rounds[0]
	cpu, kept := Median(Ratios(Of(own, cost), Of(vegeta, cost))),
		Median(Ratios(Of(own, rate), Of(vegeta, rate)))
	b.ReportMetric(cpu, "cpu/vegeta")
	b.ReportMetric(kept, "rate/vegeta")
	AtMost(b, "CPU per request beside vegeta", cpu, 1.1)
	AtLeast(b, "rate beside vegeta", kept, 0.95)
}

// generators are Stormdrill's, vegeta's, and those that are installed.
func generators(b *testing.B, url string) []generator {
	dir := b.TempDir()
	attack := Build(b, dir, "github.com/tsenart/vegeta/v12")
	all := []generator{
		{"stormdrill node load", func(rate int) effort { return ownLoad(b, url, rate) }, true},
		{"vegeta attack", func(rate int) effort { return vegetaLoad(b, attack, dir, url, rate) },
			true},
	}
	if hey := Program(b, "hey"); hey != "" {
		all = append(all, generator{"hey",
			func(rate int) effort { return heyLoad(b, hey, url, rate) }, true})
	}
	if k6 := Program(b, "k6"); k6 != "" {
		all = append(all, generator{"k6", func(rate int) effort { return k6Load(b, k6, url, rate) },
			true})
	}
	if wrk := Program(b, "wrk"); wrk != "" {
		all = append(all, generator{"wrk", func(int) effort { return wrkLoad(b, wrk, url) }, false})
	}
	return all
}

func ownLoad(b *testing.B, url string, rate int) effort {
	b.Helper()
	self := netip.MustParseAddr("127.0.0.1")
	seen := Load(b, load.Spec{Run: "00112233aabbccdd", Subnet: netip.MustParsePrefix("127.0.0.0/8"),
		Groups: []load.Group{{Name: "users", URL: secret.Text(url), Method: "GET",
			Rate: float64(rate), Users: 500,
			Timeout: 30 * time.Second, Slow: 500 * time.Millisecond, Sources: []netip.Addr{self},
			Workers: connections}}}, lasting)
	good := 0
	for _, r := range seen.Requests {
		if !r.Unsent && r.Class == load.OK {
			good++
		}
	}
	return effortOf(good, lasting, seen.CPU)
}

// vegetaLoad records everything, as ours does, but no bodies.
func vegetaLoad(b *testing.B, program, dir, url string, rate int) effort {
	b.Helper()
	results := filepath.Join(dir, "results")
	c := exec.Command(program, "attack", "-rate", strconv.Itoa(rate), "-duration", lasting.String(),
		"-max-body", "0",
		"-connections", strconv.Itoa(connections), "-max-workers", strconv.Itoa(connections),
		"-output", results)
	c.Stdin = strings.NewReader("GET " + url + "\n")
	output(b, c)
	f, err := os.Open(results)
	must(b, err)
	defer f.Close()
	good := 0
	for decode := vegeta.NewDecoder(f); ; {
		var r vegeta.Result
		if err := decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		if r.Code == 200 {
			good++
		}
	}
	cpu, _ := Cost(c.ProcessState)
	return effortOf(good, lasting, cpu)
}

var (
	heyGood  = regexp.MustCompile(`\[200\]\s+(\d+) responses`)
	wrkTotal = regexp.MustCompile(`(\d+) requests in`)
)

// heyLoad splits the rate among its workers, as hey does.
func heyLoad(b *testing.B, program, url string, rate int) effort {
	b.Helper()
	c := exec.Command(program, "-z", lasting.String(), "-c", strconv.Itoa(connections), "-q",
		strconv.Itoa(rate/connections), url)
	return said(b, c, heyGood)
}

// k6Script starts an iteration, which is one request, at the rate's pace, and
// drops it where all of its users are busy: their number never grows. Its summary
// is how many requests were answered well.
const k6Script = `
import http from 'k6/http';

export const options = {
  discardResponseBodies: true,
  scenarios: {
    steady: {
      executor: 'constant-arrival-rate',
      rate: __ENV.RATE,
      timeUnit: '1s',
      duration: __ENV.LASTING,
      preAllocatedVUs: __ENV.CONNECTIONS,
      maxVUs: __ENV.CONNECTIONS,
    },
  },
};

http.setResponseCallback(http.expectedStatuses(200));

export default function () {
  http.get(__ENV.URL);
}

export function handleSummary(data) {
  return { stdout: data.metrics.http_req_failed.values.fails + ' well' };
}
`

var k6Good = regexp.MustCompile(`(\d+) well`)

// k6Load reports to no service and listens nowhere.
func k6Load(b *testing.B, program, url string, rate int) effort {
	b.Helper()
	c := exec.Command(program, "run", "--quiet", "--no-usage-report", "--address", "",
		"-e", "URL="+url, "-e", "RATE="+strconv.Itoa(rate), "-e", "LASTING="+lasting.String(), "-e",
		"CONNECTIONS="+strconv.Itoa(connections), "-")
	c.Stdin = strings.NewReader(k6Script)
	return said(b, c, k6Good)
}

func wrkLoad(b *testing.B, program, url string) effort {
	b.Helper()
	return said(b, exec.Command(program, "-t", "1", "-c", strconv.Itoa(connections), "-d",
		lasting.String(), url), wrkTotal)
}

// said runs a generator that prints how many requests it made.
func said(b *testing.B, c *exec.Cmd, count *regexp.Regexp) effort {
	b.Helper()
	out := output(b, c)
	m := count.FindSubmatch(out)
	if m == nil {
		b.Fatalf("%s: no count in %q", c.Path, out)
	}
	good, err := strconv.Atoi(string(m[1]))
	must(b, err)
	cpu, _ := Cost(c.ProcessState)
	return effortOf(good, lasting, cpu)
}

func output(b *testing.B, c *exec.Cmd) []byte {
	b.Helper()
	var out, failure bytes.Buffer
	c.Stdout, c.Stderr = &out, &failure
	if err := c.Run(); err != nil {
		b.Fatalf("%s: %v: %s", filepath.Base(c.Path), err, failure.String())
	}
	return out.Bytes()
}
