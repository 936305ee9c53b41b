//go:build drill

package publish

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// gateway starts Debian's prometheus-pushgateway on loopback, and gives its address.
func gateway(t *testing.T) string {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := at.Addr().String()
	_ = at.Close()
	var said bytes.Buffer
	serve := exec.CommandContext(t.Context(), "prometheus-pushgateway", "--web.listen-address="+addr)
	serve.Stdout, serve.Stderr = &said, &said
	if err := serve.Start(); err != nil {
		t.Fatalf("%v: make peers installs it", err)
	}
	t.Cleanup(func() { _ = serve.Process.Kill(); _ = serve.Wait() })
	for range 200 {
		if r, err := http.Get("http://" + addr + "/-/ready"); err == nil {
			_ = r.Body.Close()
			return "http://" + addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("prometheus-pushgateway does not answer:\n%s", &said)
	return ""
}

// samples are the lines of metrics of stormdrill's, each with its labels in order, but for
// those that name the group.
func samples(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(text) {
		name, rest, found := strings.Cut(strings.TrimSpace(line), "{")
		labels, value, closed := strings.Cut(rest, "} ")
		if !found || !closed || !strings.HasPrefix(name, "stormdrill_") {
			continue
		}
		each := strings.Split(strings.TrimSuffix(labels, `"`), `",`)
		each = slices.DeleteFunc(each, func(l string) bool {
			return strings.HasPrefix(l, `instance="`) || strings.HasPrefix(l, `job="`)
		})
		slices.Sort(each)
		all[name+"{"+strings.Join(each, ",")+"} "+value] = true
	}
	return all
}

// What a real gateway shows of a run is what its metrics.prom has; the next run takes its
// place, and another drill's stays.
func TestARealPushgateway(t *testing.T) {
	to := gateway(t)
	metrics, err := os.ReadFile("../testdata/metrics.prom")
	if err != nil {
		t.Fatal(err)
	}
	want := samples(string(metrics))
	if len(want) < 30 {
		t.Fatalf("%d samples", len(want))
	}
	level := "# TYPE stormdrill_impact_level gauge\n"
	other := []byte(level + "stormdrill_impact_level{scenario=\"商店/a\"} 2\n")
	push := func(scenario string, metrics []byte) {
		if err := Pushgateway(t.Context(), Address(to), "stormdrill", scenario, metrics); err != nil {
			t.Fatal(err)
		}
	}
	push("bad-lb-node", []byte(level+"stormdrill_impact_level{scenario=\"bad-lb-node\"} 99\n"))
	push("bad-lb-node", metrics)
	push("商店/a", other)
	answer, err := http.Get(to + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	have := samples(string(text))
	for line := range samples(string(other)) {
		want[line] = true
	}
	if !maps.Equal(have, want) {
		for line := range want {
			if !have[line] {
				t.Errorf("it lacks %s", line)
			}
		}
		for line := range have {
			if !want[line] {
				t.Errorf("it shows %s", line)
			}
		}
	}
}
