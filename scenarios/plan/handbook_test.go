package plan

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/library"
)

// rows are the handbook's table “What breaks”: its words, the faults that are that,
// and the shipped drills that rehearse it, in each of which such a fault is.
var rows = []struct {
	words  string
	faults []string
	drills []string
}{
	{"SYN sent, no SYN-ACK back", []string{"syn-drop"}, []string{"syn-drop"}},
	{"firewall or routing rule refuses", []string{"refuse", "unreachable"},
		[]string{"refused", "no-route"}},
	{"a node on the way intercepts", []string{"blackhole", "reset", "block-page"},
		[]string{"silent-path", "mtu-blackhole", "reset-flows", "inspected-answers", "aged-flows",
			"block-page"}},
	{"server overloaded, resources exhausted",
		[]string{"cpu-starve", "memory-starve", "disk-full", "accept-stall", "connection-flood"},
		[]string{"starved-server", "out-of-memory", "disk-full", "accept-stall",
			"connections-exhausted"}},
	{"server down", []string{"kill", "pause", "stop", "restart"},
		[]string{"server-down", "handbook-limits", "frozen-server", "planned-stop", "restart"}},
	{"DNS resolution abnormal", []string{"dns"},
		[]string{"dns-failure", "empty-answers", "resolver-lost", "resolver-timeout", "slow-names",
			"address-moved"}},
	{"hosts-file or default-gateway entry wrong", []string{"dns", "unreachable"},
		[]string{"wrong-address", "no-route"}},
	{"load balancer fault, one bad node", []string{"http-status"},
		[]string{"bad-lb-node", "grey-failure", "flapping-node", "checkout-only"}},
	{"TCP keepalive set wrongly", []string{"idle-drop"}, []string{"idle-flows", "idle-reset"}},
	{"NAT traversal fails", []string{"syn-drop"}, []string{"nat-exhausted"}},
	{"certificate expired; TLS versions do not agree", []string{"tls"},
		[]string{"certificate-expired", "incomplete-chain", "tls-versions", "node-certificate"}},
	{"region slow: case 5.1", []string{"latency"},
		[]string{"region-slow", "slow-link", "slow-share", "slow-node"}},
	{"bandwidth short: case 5.1", []string{"bandwidth"},
		[]string{"narrow-line", "upload-narrowed"}},
	{"flood: case 5.2", []string{"flood", "connection-flood", "slow-requests"},
		[]string{"flood", "connections-exhausted", "slow-requests"}},
	{"primary lost", []string{"kill"}, []string{"primary-lost"}},
	// Not in the table, and on the way all the same.
	{"a line that loses packets", []string{"loss"}, []string{"lossy-line"}},
	{"answers in scraps, cut or stuck", []string{"slice", "limit-data", "stall"},
		[]string{"sliced-answers", "cut-answers", "stalled-answers"}},
	{"a gateway's rate limit", []string{"http-status"}, []string{"rate-limited"}},
	{"your own", []string{"exec"}, []string{"unplugged"}},
	{"several at once", []string{"http-status", "refuse"}, []string{"two-faults"}},
}

// unshipped are the faults without a drill, and why.
var unshipped = map[string]string{
	"duplicate": "TCP throws the second copy away: users feel nothing, and a drill would show that they do not",
}

// symptoms are the handbook's table of them: symptom, likely cause, who is hit.
var symptoms = [][]string{
	{"nothing reachable", "server down", "everyone"},
	{"part of a page fails", "DNS resolution", "users whose DNS cache is not updated"},
	{"503", "load balancer", "users sent to the bad node"},
	{"time-outs that go on and on", "TCP keepalive", "long-connection applications"},
}

// Every row of the handbook has its faults and its drills, every fault a drill or a
// reason why not, and every drill a row. Its symptoms are in docs/faults.md, where
// each has a fault, and a drill that shows it.
func TestHandbookRows(t *testing.T) {
	kinds := map[string]bool{}   // those that a drill shows
	drilled := map[string]bool{} // drills that have a row
	for _, r := range rows {
		for kind := range rehearsed(t, r.words, r.faults, r.drills) {
			kinds[kind] = true
		}
		for _, name := range r.drills {
			drilled[name] = true
		}
	}
	for _, k := range scenarios.FaultKinds() {
		if why, ok := unshipped[k.Name]; kinds[k.Name] == ok {
			t.Errorf("fault %s: a drill shows it %t, reason why none does %q: want the one or the other",
				k.Name, kinds[k.Name], why)
		}
	}
	for _, name := range library.Names() {
		if !drilled[name] {
			t.Errorf("drill %s rehearses none of the rows", name)
		}
	}
	documented := tableOf(t, "../../docs/faults.md",
		"| symptom | likely cause | who is hit | fault | drill |")
	for _, row := range documented {
		if len(row) != 5 {
			t.Fatalf("row %q: want 5 cells", row)
		}
		rehearsed(t, row[0], coded(row[3]), coded(row[4]))
	}
	for _, want := range symptoms {
		if !slices.ContainsFunc(documented,
			func(row []string) bool { return slices.Equal(row[:3], want) }) {
			t.Errorf("docs/faults.md has no row %q", want)
		}
	}
}

// rehearsed wants each of the drills to show one of the faults, and each fault to be
// shown by one of the drills. It gives all kinds of faults that they have.
func rehearsed(t *testing.T, words string, faults, drills []string) map[string]bool {
	t.Helper()
	kinds := map[string]bool{}
	for _, name := range drills {
		p := planned(t, shipped(t, name), Options{})
		if !slices.ContainsFunc(p.Faults,
			func(f Fault) bool { return slices.Contains(faults, f.Kind) }) {
			t.Errorf("%s: drill %s has none of %s", words, name, strings.Join(faults, ", "))
		}
		for _, f := range p.Faults {
			kinds[f.Kind] = true
		}
	}
	for _, kind := range faults {
		if !kinds[kind] {
			t.Errorf("%s: no drill shows %s", words, kind)
		}
	}
	return kinds
}

// tableOf are the cells of a table in a document, row by row, below its head.
func tableOf(t *testing.T, file, head string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), head+"\n")
	if !ok {
		t.Fatalf("%s has no table %s", file, head)
	}
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			break
		}
		if !strings.HasPrefix(line, "|-") {
			rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
		}
	}
	return rows
}

// coded are the words of a cell that stand in backquotes.
func coded(cell string) (words []string) {
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			words = append(words, part)
		}
	}
	return words
}
