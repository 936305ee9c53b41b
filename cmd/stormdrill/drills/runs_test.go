//go:build drill

package drills

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// runs are all of this process's.
var runs tally

// tally counts runs by the test that ran them.
type tally struct {
	mu    sync.Mutex
	by    map[string]*tallied
	whole map[string]bool // tests that are waited for to end
}

// tallied is what became of one test's runs.
type tallied struct {
	took  []time.Duration // of every run
	void  int             // of them, for the machine's sake
	wrong int             // tests of that name which did not end as they have to
}

// turn is which of several runs a test is.
var turn = regexp.MustCompile(`/[0-9]+$`)

// add counts a run; a test that is run several times, as NAME/0, NAME/1 …, is one.
func (a *tally) add(t *testing.T, took time.Duration, void bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by, a.whole = map[string]*tallied{}, map[string]bool{}
	}
	name := turn.ReplaceAllString(t.Name(), "")
	x := a.by[name]
	if x == nil {
		x = &tallied{}
		a.by[name] = x
	}
	x.took = append(x.took, took)
	if void {
		x.void++
	}
	if a.whole[t.Name()] {
		return
	}
	a.whole[t.Name()] = true
	t.Cleanup(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if t.Failed() {
			x.wrong++
		}
	})
}

// String says how many runs there were, and which were void.
func (a *tally) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, void, names := 0, 0, []string{}
	for _, test := range slices.Sorted(maps.Keys(a.by)) {
		x := a.by[test]
		n += len(x.took)
		if x.void > 0 {
			void += x.void
			names = append(names, fmt.Sprintf("%s %d of %d", test, x.void, len(x.took)))
		}
	}
	if n == 0 {
		return ""
	}
	s := fmt.Sprintf("runs: %d, %d of them void for the machine's sake", n, void)
	if void > 0 {
		s += ": " + strings.Join(names, ", ")
	}
	return s + "\n"
}

// sectionHead begins the section of docs/reliability.md that a table of runs is.
const sectionHead = "## Drills, live"

// table is the section: every test's runs, and the tests that did not end as they have to;
// empty where there were none.
func (a *tally) table() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.by) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nTaken on %s by `make drills`: every shipped drill and its sibling, and drills on real servers. Those\n"+
		"that were void for the machine's sake were run again; `otherwise` are tests that did not end as\n"+
		"they have to.\n\n",
		sectionHead, time.Now().Format(time.DateOnly))
	b.WriteString("| test | runs | void | otherwise | seconds a run |\n|---|---|---|---|---|\n")
	for _, test := range slices.Sorted(maps.Keys(a.by)) {
		x := a.by[test]
		least, most := slices.Min(x.took).Seconds(), slices.Max(x.took).Seconds()
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.0f–%.0f |\n", strings.TrimPrefix(test, "Test"),
			len(x.took), x.void, x.wrong, least, most)
	}
	return b.String()
}

// writeSection puts a section in its file: in the place of the one of the same head, or
// at the end. Others there stay as they are.
func writeSection(file, section string) error {
	have, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, _, _ := strings.Cut(section, "\n")
	before, rest, found := strings.Cut(string(have), head+"\n")
	after := ""
	if found {
		if i := strings.Index(rest, "\n## "); i >= 0 {
			after = rest[i:]
		}
	}
	return os.WriteFile(file, []byte(strings.TrimRight(before, "\n")+"\n\n"+section+after), 0o666)
}
