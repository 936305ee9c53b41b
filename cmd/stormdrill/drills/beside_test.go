//go:build drill

package drills

import (
	"errors"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// beside runs a server on this machine's loopback, beside the drill, with files of
// testdata/live, until the test ends.
func beside(t *testing.T, image string, files map[string]string, command ...string) {
	t.Helper()
	docker := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("docker", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("docker %s: %v\n%s", args[0], err, out)
		}
		return strings.TrimSpace(string(out))
	}
	id := docker(append([]string{"create", "--network", "host", image}, command...)...)
	t.Cleanup(func() { docker("rm", "--force", "--volumes", id) })
	for inside, file := range files {
		docker("cp", file, id+":"+inside)
	}
	docker("start", id)
}

// A real Prometheus and Alertmanager beside the drill: what the CLI gets from them agrees with
// their own time stamps, the shop is scraped by a link of its own, no packet goes round the
// links, and the published port, which was this machine's loopback's alone, is closed when the
// run is over.
func TestDrillBeside(t *testing.T) {
	const token = "a-token-of-16-and-more"
	t.Setenv("PAGER_TOKEN", token)
	beside(t, "stormdrill-test/alertmanager:debian",
		map[string]string{"/etc/alertmanager/alertmanager.yml": "beside-alertmanager.yml"},
		"prometheus-alertmanager", "--config.file=/etc/alertmanager/alertmanager.yml",
		"--storage.path=/alertmanager", "--cluster.listen-address=",
		"--web.listen-address=127.0.0.1:19093")
	beside(t, "stormdrill-test/prometheus:debian",
		map[string]string{"/etc/prometheus/prometheus.yml": "beside-prometheus.yml",
			"/etc/prometheus/rules.yml": "prometheus-rules.yml"},
		"prometheus", "--config.file=/etc/prometheus/prometheus.yml",
		"--storage.tsdb.path=/prometheus", "--web.listen-address=127.0.0.1:19090")
	listened := make(chan string, 1)
	go func() { // once it is open
		for t.Context().Err() == nil {
			res, err := http.Get("http://127.0.0.1:18080/")
			if err == nil {
				_ = res.Body.Close()
				out, _ := exec.Command("cat", "/proc/net/tcp", "/proc/net/tcp6").Output()
				listened <- string(out)
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	o := run(t, "beside.yaml")
	o.want(t, sla.Pass, 0)
	if c, err := net.Dial("tcp", "127.0.0.1:18080"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after the run: %v, %v", c, err)
	}
	for line := range strings.Lines(<-listened) {
		if f := strings.Fields(line); len(f) > 3 && f[3] == "0A" && strings.HasSuffix(f[1], ":46A0") &&
			f[1] != "0100007F:46A0" { // 18080 of 127.0.0.1
			t.Errorf("it listens elsewhere: %s", line)
		}
	}
	r := o.record(t)
	ahead := time.Now().UnixNano() - wire.Now() // of the clock that the record is on
	var fired, before load.Answer
	for _, a := range r.Answers {
		if a.Check != "alert" || !a.Known || fired.Check != "" {
			continue
		}
		if a.Good {
			before = a
		} else {
			fired = a
		}
	}
	_, since, _ := strings.Cut(fired.Detail, "active since ")
	active, err := time.Parse(time.RFC3339Nano, since)
	if err != nil || !strings.HasPrefix(before.Detail, "pending since "+since) {
		t.Fatalf("%+v behind %+v: %v", fired, before, err)
	}
	// It fires at an evaluation, of which there is one a second; one may be late on a busy machine.
	due := active.Add(2*time.Second).UnixNano() - ahead
	const stamp = int64(2 * time.Millisecond)
	if fired.End < due-stamp || before.Start > due+int64(time.Second) {
		t.Errorf("asked from %d to %d, answered pending, and to %d, firing: Prometheus had it fire at %d",
			before.Start, before.End, fired.End, due)
	}
	// They ran before there was a shop: where that took long they notified of it, too.
	i := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkInject })
	n := 0
	for _, d := range r.Deliveries {
		if i >= 0 && d.At >= r.Marks[i].Before {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d notifications from the injection on, want that it fires and that it is over", n)
	}
	wantChain(t, o.card, len(r.Deliveries))
	if len(o.card.Strays) > 0 {
		t.Errorf("strays: %+v", o.card.Strays)
	}
	scraped := uint64(0)
	for _, x := range r.Traffic {
		if x.Link == "host -> shop:8080" {
			scraped = x.Connections
		}
	}
	if scraped == 0 {
		t.Errorf("no connection was counted on the link that scrapes take: %+v", r.Traffic)
	}
	if strings.Contains(o.output, token) {
		t.Error("the token was printed")
	}
}
