package drills

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

var update = flag.Bool("update", false, "write the tables of docs/diagnosis.md anew")

// truths are what each shipped drill truly is, by the handbook's row that it rehearses
// (TestHandbookRows) and the fault in it. They are written down by hand, and no rule sees
// them.
var truths = map[string][]diagnosis.Cause{
	"accept-stall":          {diagnosis.Overload},
	"address-moved":         {diagnosis.StaleName},
	"aged-flows":            {diagnosis.Intercepted},
	"bad-lb-node":           {diagnosis.BadNode},
	"block-page":            {diagnosis.Intercepted},
	"certificate-expired":   {diagnosis.Certificate},
	"checkout-only":         {diagnosis.BadNode},
	"connections-exhausted": {diagnosis.Overload},
	"cut-answers":           {diagnosis.Intercepted},
	"disk-full":             {diagnosis.Overload},
	"dns-failure":           {diagnosis.DNS},
	"empty-answers":         {diagnosis.DNS},
	"flapping-node":         {diagnosis.BadNode},
	"flood":                 {diagnosis.Overload},
	"frozen-server":         {diagnosis.NodeDown},
	"grey-failure":          {diagnosis.BadNode},
	"handbook-limits":       {diagnosis.NodeDown},
	"idle-flows":            {diagnosis.IdleFlows},
	"idle-reset":            {diagnosis.IdleFlows},
	"incomplete-chain":      {diagnosis.Certificate},
	"inspected-answers":     {diagnosis.Intercepted},
	"lossy-line":            {diagnosis.LossyPath},
	"mtu-blackhole":         {diagnosis.Intercepted},
	"narrow-line":           {diagnosis.Bandwidth},
	"nat-exhausted":         {diagnosis.NAT},
	"no-route":              {diagnosis.RuleRefuses},
	"node-certificate":      {diagnosis.Certificate},
	"out-of-memory":         {diagnosis.Overload},
	"planned-stop":          {diagnosis.NodeDown},
	"primary-lost":          {diagnosis.ServerDown},
	"rate-limited":          {diagnosis.Intercepted},
	"refused":               {diagnosis.RuleRefuses},
	"region-slow":           {diagnosis.SlowPath},
	"reset-flows":           {diagnosis.Intercepted},
	"resolver-lost":         {diagnosis.DNS},
	"resolver-timeout":      {diagnosis.DNS},
	"restart":               {diagnosis.ServerDown},
	"server-down":           {diagnosis.NodeDown},
	"silent-path":           {diagnosis.Intercepted},
	"sliced-answers":        {diagnosis.SlowPath},
	"slow-link":             {diagnosis.SlowPath},
	"slow-names":            {diagnosis.DNS},
	"slow-node":             {diagnosis.SlowNode},
	"slow-requests":         {diagnosis.Overload},
	"slow-share":            {diagnosis.SlowPath},
	"stalled-answers":       {diagnosis.Intercepted},
	"starved-server":        {diagnosis.Overload},
	"syn-drop":              {diagnosis.PathDrops},
	"tls-versions":          {diagnosis.TLSVersions},
	"two-faults":            {diagnosis.BadNode, diagnosis.RuleRefuses},
	"unplugged":             {diagnosis.NodeDown},
	"upload-narrowed":       {diagnosis.Bandwidth},
	"wrong-address":         {diagnosis.WrongName},
}

// scored is a diagnosis of a kept run beside what it truly was.
type scored struct {
	kept
	sla.Diagnosis
}

// truth is which of the drill's causes it is held against.
func (d scored) truth() diagnosis.Cause {
	for _, c := range truths[d.drill] {
		if sla.Code(c) == d.Cause {
			return c
		}
	}
	return truths[d.drill][0]
}

// named reports whether the truth is among the causes that are said to look the same.
func (d scored) named() bool { return slices.Contains(d.Also, sla.Code(d.truth())) }

// The rules are scored against what each shipped drill truly is, on both of its kept runs.
// docs/diagnosis.md has the result, good or bad: go test ./cmd/stormdrill/drills -update.
func TestDiagnosisScored(t *testing.T) {
	var all []scored
	var quiet []string
	for _, name := range library.Names() {
		if len(truths[name]) == 0 {
			t.Errorf("nothing says what drill %s truly is", name)
			continue
		}
		for _, k := range []kept{{drill: name}, {drill: name, sibling: true}} {
			r, err := k.open()
			if err != nil {
				t.Fatal(err)
			}
			card := k.judge(t, r)
			for _, d := range card.Diagnosis {
				all = append(all, scored{k, d})
			}
			if len(card.Diagnosis) == 0 {
				quiet = append(quiet, k.String())
			}
		}
	}
	const page, head = "../../../docs/diagnosis.md", "## Scored\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), head)
	if !ok {
		t.Fatalf("%s has no section %q", page, head)
	}
	want := before + head + scores(all, quiet)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if want != string(text) && !*update {
		t.Errorf("%s: want it to end in\n%s", page, scores(all, quiet))
	}
}

// scores writes the section: how often it was right, of what it took what for, and each miss.
func scores(all []scored, quiet []string) string {
	var b strings.Builder
	right, among, open := 0, 0, 0
	confused := map[diagnosis.Cause]map[diagnosis.Cause]int{}
	found := map[diagnosis.Cause]bool{}
	for _, d := range all {
		truth, cause := d.truth(), diagnosis.Cause(d.Cause)
		if confused[truth] == nil {
			confused[truth] = map[diagnosis.Cause]int{}
		}
		confused[truth][cause]++
		found[cause] = true
		switch {
		case cause == truth:
			right++
		case d.named():
			among++
		case cause == diagnosis.Undetermined:
			open++
		}
	}
	fmt.Fprintf(&b, `
Of %d diagnoses of %d kept runs the cause was right in %d. In %d it was another, and the right one
was named among those that look the same; %d were undetermined and %d wrong. In these runs users had
no outage, and nothing is diagnosed: %s.

`, len(all), 2*len(library.Names()), right, among, open, len(all)-right-among-open,
		strings.Join(quiet, ", "))
	row := func(first string, cell func(diagnosis.Cause) string) {
		b.WriteString("| " + first + " |")
		for _, c := range diagnosis.Causes {
			if found[c] {
				b.WriteString(" " + cell(c) + " |")
			}
		}
		b.WriteByte('\n')
	}
	short := func(c diagnosis.Cause) string { return strings.TrimPrefix(string(c), "cause-") }
	row("truly, and taken for", short)
	row("---", func(diagnosis.Cause) string { return "---" })
	for _, truth := range diagnosis.Causes {
		if len(confused[truth]) == 0 {
			continue
		}
		row(short(truth), func(c diagnosis.Cause) string {
			switch n := confused[truth][c]; {
			case n == 0:
				return ""
			case c == truth:
				return fmt.Sprintf("**%d**", n)
			default:
				return fmt.Sprint(n)
			}
		})
	}
	b.WriteString("\nThose that were not right:\n\n| run | symptom | taken for | truly | named |\n" +
		"|---|---|---|---|---|\n")
	for _, d := range all {
		if d.truth() != diagnosis.Cause(d.Cause) {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", d.kept,
				strings.TrimPrefix(string(d.Symptom), "symptom-"), short(diagnosis.Cause(d.Cause)),
				short(d.truth()), map[bool]string{true: "yes", false: "no"}[d.named()])
		}
	}
	return b.String()
}

// What is diagnosed is the same where the record says nothing of faults: no kind, no link, no
// proof, and no mark on an answer.
func TestDiagnosisSeesNoFault(t *testing.T) {
	for _, name := range []string{"bad-lb-node", "two-faults", "server-down", "nat-exhausted"} {
		k := kept{drill: name, sibling: true}
		r, err := k.open()
		if err != nil {
			t.Fatal(err)
		}
		want := sla.Score(r, r.Header.Objectives).Diagnosis
		for i := range r.Header.Faults {
			f := &r.Header.Faults[i]
			*f = timeline.Fault{Name: f.Name, Kind: "unknown", At: f.At, For: f.For}
		}
		r.Proofs, r.Traffic = nil, nil
		for group, rs := range r.Requests {
			var plain []load.Request
			for q := range rs.All() {
				q := *q
				q.Injected, q.Fault = false, ""
				plain = append(plain, q)
			}
			r.Requests[group] = timeline.Pack(plain)
		}
		if have := sla.Score(r, r.Header.Objectives).Diagnosis; len(want) == 0 ||
			!reflect.DeepEqual(have, want) {
			t.Errorf("%s: have %+v, want %+v", k, have, want)
		}
	}
}
