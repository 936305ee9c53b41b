package drills

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/matrix"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// monitored are the kept runs of shipped drills over which the monitoring in
// testdata/live/matrix was laid, judged again.
func monitored(t *testing.T, watchers ...string) (cards []sla.Scorecard) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(keptDir, "../matrix/*.gz"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d records, %v", len(files), err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		packed, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := timeline.Read(packed)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		card := sla.Score(r, r.Header.Objectives)
		left := card.Watchers[:0]
		for _, w := range card.Watchers {
			for _, name := range watchers {
				if w.Name == name {
					left = append(left, w)
				}
			}
		}
		card.Watchers = left
		cards = append(cards, card)
	}
	return cards
}

// The table of docs/matrix.md is what kept runs say when they are judged again:
// go test ./cmd/stormdrill/drills -run Matrix -update.
func TestMatrixPage(t *testing.T) {
	page := filepath.Join(keptDir, "../../../docs/matrix.md")
	const begin, end = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s: no table between %q and %q", page, begin, end)
	}
	var b bytes.Buffer
	if err := reports.MatrixMarkdown(&b, matrix.Of(monitored(t, "servers", "users")),
		words.English); err != nil {
		t.Fatal(err)
	}
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("%s: want the table\n%s", page, b.String())
	}
}

// Drills of the page that neither the rules on servers, targets and probes saw, nor those on
// users; and those that only the latter did: what servers count does not show users who
// never reach them.
var (
	unseenByBoth = []string{"bad-lb-node", "grey-failure"}
	seenByUsers  = []string{"idle-flows"}
)

func TestMatrixBlindSpots(t *testing.T) {
	unseen := func(watchers ...string) (names []string) {
		for _, r := range matrix.Of(monitored(t, watchers...)).Unseen() {
			names = append(names, r.Drill)
		}
		return names
	}
	both := unseen("servers", "users")
	if !slices.Equal(both, unseenByBoth) {
		t.Errorf("no rule sees %q, want %q", both, unseenByBoth)
	}
	alone := slices.DeleteFunc(unseen("servers"),
		func(name string) bool { return slices.Contains(both, name) })
	if !slices.Equal(alone, seenByUsers) {
		t.Errorf("the rules on users alone see %q, want %q", alone, seenByUsers)
	}
}
