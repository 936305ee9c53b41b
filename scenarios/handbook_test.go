package scenarios

import (
	"slices"
	"strings"
	"testing"

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
	{"firewall or routing rule refuses", []string{"refuse", "unreachable"}, []string{"refused", "no-route"}},
	{"a node on the way intercepts", []string{"blackhole", "reset", "block-page"},
		[]string{"silent-path", "reset-flows", "inspected-answers", "aged-flows", "block-page"}},
	{"server overloaded, resources exhausted", []string{"cpu-starve", "memory-starve", "accept-stall", "connection-flood"},
		[]string{"starved-server", "out-of-memory", "accept-stall", "connections-exhausted"}},
	{"server down", []string{"kill", "pause", "stop", "restart"}, []string{"server-down", "handbook-limits", "frozen-server", "planned-stop", "restart"}},
	{"DNS resolution abnormal", []string{"dns"}, []string{"dns-failure", "resolver-lost", "slow-names", "address-moved"}},
	{"hosts-file or default-gateway entry wrong", []string{"dns", "unreachable"}, []string{"wrong-address", "no-route"}},
	{"load balancer fault, one bad node", []string{"http-status"}, []string{"bad-lb-node", "grey-failure", "flapping-node"}},
	{"TCP keepalive set wrongly", []string{"idle-drop"}, []string{"idle-flows"}},
	{"NAT traversal fails", []string{"syn-drop"}, []string{"nat-exhausted"}},
	{"certificate expired; TLS versions do not agree", []string{"tls"}, []string{"certificate-expired", "tls-versions", "node-certificate"}},
	{"region slow: case 5.1", []string{"latency"}, []string{"region-slow", "slow-link", "slow-node"}},
	{"bandwidth short: case 5.1", []string{"bandwidth"}, []string{"narrow-line"}},
	{"flood: case 5.2", []string{"flood", "connection-flood", "slow-requests"}, []string{"flood", "connections-exhausted", "slow-requests"}},
	{"primary lost", []string{"kill"}, []string{"primary-lost"}},
	// Not in the table, and on the way all the same.
	{"a line that loses packets", []string{"loss"}, []string{"lossy-line"}},
	{"answers in scraps, cut or stuck", []string{"slice", "limit-data", "stall"}, []string{"sliced-answers", "cut-answers", "stalled-answers"}},
	{"your own", []string{"exec"}, []string{"unplugged"}},
	{"several at once", []string{"http-status", "refuse"}, []string{"two-faults"}},
}

// unshipped are the faults without a drill, and why.
var unshipped = map[string]string{}

// Every row of the handbook has its faults and its drills, every fault a drill or a
// reason why not, and every drill a row.
func TestHandbookRows(t *testing.T) {
	kinds := map[string]bool{} // those that a drill shows
	told := map[string]bool{}  // drills that have a row
	for _, r := range rows {
		left := slices.Clone(r.faults)
		for _, name := range r.drills {
			told[name] = true
			p := planned(t, shipped(t, name), Options{})
			if !slices.ContainsFunc(p.Faults, func(f PlannedFault) bool { return slices.Contains(r.faults, f.Kind) }) {
				t.Errorf("%s: drill %s has none of %s", r.words, name, strings.Join(r.faults, ", "))
			}
			for _, f := range p.Faults {
				kinds[f.Kind] = true
				left = slices.DeleteFunc(left, func(kind string) bool { return kind == f.Kind })
			}
		}
		if len(left) > 0 {
			t.Errorf("%s: no drill shows %s", r.words, strings.Join(left, ", "))
		}
	}
	for _, k := range FaultKinds() {
		if why, ok := unshipped[k.Name]; kinds[k.Name] == ok {
			t.Errorf("fault %s: a drill shows it %t, reason why none does %q: want the one or the other", k.Name, kinds[k.Name], why)
		}
	}
	for _, name := range library.Names() {
		if !told[name] {
			t.Errorf("drill %s rehearses none of the rows", name)
		}
	}
}
