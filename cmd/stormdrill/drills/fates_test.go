//go:build drill

package drills

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// fates are what became of the drills that this process tortured.
var fates fateTally

// fate is what became of one.
type fate struct {
	took                        time.Duration // until all of it was gone
	struck                      bool          // before its end
	wanted                      bool          // it ended as it has to
	left, falsePass, unreadable bool
	restarts                    int // of the engine, as clean asked for it
}

func (f fate) well() bool { return f.wanted && !f.left && !f.falsePass && !f.unreadable }

// fateTally counts them by the way the drills were ended.
type fateTally struct {
	mu    sync.Mutex
	names []string // in the order in which they came
	by    map[string][]fate
}

func (a *fateTally) add(name string, f fate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string][]fate{}
	}
	if a.by[name] == nil {
		a.names = append(a.names, name)
	}
	a.by[name] = append(a.by[name], f)
}

// tortureHead begins the section of docs/reliability.md that is about them.
const tortureHead = "## Torture, counted"

// table is the section; empty where no drill was tortured.
func (a *fateTally) table() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.names) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nTaken on %s by `make torture`.\n\n", tortureHead,
		time.Now().Format(time.DateOnly))
	b.WriteString("| way of ending | drills | struck before their end | ended as wanted | left behind | false pass | unreadable record | gone within |\n" +
		"|---|---|---|---|---|---|---|---|\n")
	var total []fate
	row := func(name string, all []fate) {
		count := func(is func(fate) bool) (n int) {
			for _, f := range all {
				if is(f) {
					n++
				}
			}
			return n
		}
		var most time.Duration
		for _, f := range all {
			most = max(most, f.took)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %.1f s |\n", name, len(all),
			count(func(f fate) bool { return f.struck }),
			count(func(f fate) bool { return f.wanted }),
			count(func(f fate) bool { return f.left }),
			count(func(f fate) bool { return f.falsePass }),
			count(func(f fate) bool { return f.unreadable }), most.Seconds())
	}
	for _, name := range a.names {
		row(name, a.by[name])
		total = append(total, a.by[name]...)
	}
	row("all", total)
	restarts := 0
	for _, f := range total {
		restarts += f.restarts
	}
	if restarts > 0 {
		fmt.Fprintf(&b, "\nOf engines, %d had to be restarted, as `stormdrill clean` said, until they removed "+
			"the rest; \"gone within\" counts from then.\n", restarts)
	}
	return b.String()
}
