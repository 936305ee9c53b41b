//go:build drill

package drills

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// eight are faults whose users meet what no other one's do.
var eight = []struct{ name, fault, meets string }{
	{"unavailable", "http-status: {link: page -> shop, code: 503}", "http 503"},
	{"storage", "http-status: {link: page -> shop, code: 507}", "http 507"},
	{"blocked", "block-page: {link: page -> shop}", "http 403"},
	{"lost", "syn-drop: {link: page -> shop}", "dial-timeout"},
	{"closed", "refuse: {link: page -> shop}", "refused"},
	{"no-way", "unreachable: {link: page -> shop}", "unreachable"},
	{"nameless", "dns: {from: page, names: [shop], answer: nxdomain}", "nxdomain"},
	{"unresolved", "dns: {from: page, names: [shop], answer: servfail}", "servfail"},
}

const small = `name: %s
targets:
  shop: {lab: {web: {}}, ports: [8080]}
load:
  page: {to: "http://shop:8080/", rate: 20/s, users: 40, timeout: 5s, slow: 4s, connections: {per: request}}
phases: {warm-up: 1s, baseline: 20s, fault: 30s, recovery: 20s, confirm: 5s}
faults:
  %s: {%s}
sla:
  thresholds: ["success in baseline >= 90%%"]
`

// Eight drills at once on one machine, each with a fault of its own: each has a network of
// its own, its users meet its own fault, as often as its switchboard counts, and no other
// one; its target gets requests of no users but its own; and nothing goes round the links.
func TestLongEightAtOnce(t *testing.T) {
	var wait sync.WaitGroup
	all := make([]outcome, len(eight))
	for i, c := range eight {
		dir := t.TempDir()
		file := filepath.Join(dir, c.name+".yaml")
		if err := os.WriteFile(file, fmt.Appendf(nil, small, c.name, c.name, c.fault),
			0o600); err != nil {
			t.Fatal(err)
		}
		all[i].dir = filepath.Join(dir, "evidence")
		p := launch(t, "", exec.CommandContext(t.Context(), stormdrill, "run", "--out", all[i].dir,
			file))
		wait.Go(func() {
			p.Wait()
			all[i].output, all[i].code = p.out.String(), p.ProcessState.ExitCode()
		})
	}
	wait.Wait()
	subnet := regexp.MustCompile(`network (198\.1[89]\.\d+\.0/22)`)
	var subnets []string
	var began, ended []time.Time
	for i, o := range all {
		t.Logf("%s: exit %d\n%s", eight[i].name, o.code, o.output)
		o.read(t)
		from, to := o.ownFault(t, eight[i].name, eight[i].meets)
		began, ended = append(began, from), append(ended, to)
		if m := subnet.FindStringSubmatch(o.output); m == nil || slices.Contains(subnets, m[1]) {
			t.Errorf("%s: network %q, others have %q", eight[i].name, m, subnets)
		} else {
			subnets = append(subnets, m[1])
		}
		if left := engineHolds(t, o.card.Run); len(left) > 0 {
			t.Errorf("%s: left behind: %q", eight[i].name, left)
		}
	}
	if last, first := slices.MaxFunc(began, time.Time.Compare),
		slices.MinFunc(ended, time.Time.Compare); !last.Before(first) {
		t.Errorf("never all at once: the last began %s after the first had ended", last.Sub(first))
	}
}

// ownFault checks that a drill saw its own fault and no other one's, and says when it went on.
func (o outcome) ownFault(t *testing.T, name, meets string) (from, to time.Time) {
	t.Helper()
	// A machine that is busy makes a drill inconclusive; what it counted counts all the same.
	if o.card.Verdict != sla.Pass && o.card.Verdict != sla.Inconclusive {
		t.Errorf("%s: %s: %q", name, o.card.Verdict, o.card.Reasons)
	}
	r := o.record(t)
	if len(o.card.Faults) != 1 || o.card.Faults[0].Name != name ||
		o.card.Faults[0].Proof.Effective != "yes" {
		t.Fatalf("%s: want its own fault, proven: %+v", name, o.card.Faults)
	}
	users := met(r, "page")
	for class, n := range users {
		if class != meets {
			t.Errorf("%s: %d of its users met %s, want only %s", name, n, class, meets)
		}
	}
	// Packets of one connection may be several, and a resolver is asked for two kinds of address.
	if n := o.card.Faults[0].Proof.Users; users[meets] == 0 || n < users[meets] ||
		strings.HasPrefix(meets, "http") && n != users[meets] {
		t.Errorf("%s: users met %s %d times, its switchboard counted %d", name, meets, users[meets],
			n)
	}
	for q := range r.Requests["page"].All() {
		if q.Injected && q.Fault != name {
			t.Errorf("%s: a request was answered by %q", name, q.Fault)
		}
	}
	if len(o.card.Strays) > 0 || o.card.StraysDropped > 0 {
		t.Errorf("%s: strays: %+v, %d packets", name, o.card.Strays, o.card.StraysDropped)
	}
	received := regexp.MustCompile(`(?m)^\d+ \S+ GET / \d+ 00-([0-9a-f]{16})`).FindAllStringSubmatch(o.log(t,
		"shop"),
		-1)
	// What a target has not written to its log when it is removed is lost with it.
	var last int64
	for q := range r.Requests["page"].All() {
		last = max(last, q.Done)
	}
	good := 0
	for q := range r.Requests["page"].All() {
		if q.Class == load.OK && q.Done < last-int64(time.Second) {
			good++
		}
	}
	for _, m := range received {
		if m[1] != r.Header.Run {
			t.Errorf("%s: its target got requests of users of %s", name, m[1])
		}
	}
	if len(received) < good {
		t.Errorf("%s: its target got %d requests, and its users had %d good answers", name,
			len(received), good)
	}
	end := slices.IndexFunc(r.Marks, func(m timeline.Mark) bool { return m.Name == timeline.MarkEnd })
	if end < 0 {
		t.Fatalf("%s: no end", name)
	}
	at := func(mono int64) time.Time { return r.Header.Wall.Add(time.Duration(mono - r.Header.Mono)) }
	return at(startOf(t, r)), at(r.Marks[end].After)
}
