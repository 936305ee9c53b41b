package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

func line(n int) Run {
	return Run{Schema: Schema, Run: fmt.Sprintf("%016x", n), Scenario: "drill", Verdict: sla.Pass,
		Success: 0.9876, Recover: &sla.Time{Seconds: float64(n), Resolution: 0.1}}
}

// What runs that end at one time append is read again, each whole, and once.
func TestAppendTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "history.jsonl")
	if runs, odd, err := Read(path); len(runs)+len(odd) > 0 || err != nil {
		t.Fatalf("before the first: %v, %v, %v", runs, odd, err)
	}
	const writers, each = 8, 50
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if err := Append(path, line(w*each+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	runs, odd, err := Read(path)
	if err != nil || len(odd) > 0 || len(runs) != writers*each {
		t.Fatalf("%d runs, odd %v, %v", len(runs), odd, err)
	}
	slices.SortFunc(runs, func(a, b Run) int { return strings.Compare(a.Run, b.Run) })
	for i, r := range runs {
		if !reflect.DeepEqual(r, line(i)) {
			t.Fatalf("have %+v, want %+v", r, line(i))
		}
	}
}

// A line that broke off, is of another version, or too long to be one spoils no other.
func TestReadAmongOddLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	add := func(text string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for i, odd := range []string{"", "nonsense\n", "\n", `{"schema":"stormdrill/history/v9","run":"x"}` + "\n",
		strings.Repeat("x", 3*mostLine) + "\n", `{"schema":"stormdrill/history/v1","run":`} {
		add(odd)
		if err := Append(path, line(i)); err != nil {
			t.Fatal(err)
		}
	}
	runs, odd, err := Read(path)
	if err != nil || len(runs) != 6 || !slices.Equal(odd, []int{2, 6, 8, 10}) {
		t.Errorf("%d runs, odd %v, %v", len(runs), odd, err)
	}
	if r, err := Find(runs, "drill", Last); err != nil || r == nil || r.Run != line(5).Run {
		t.Errorf("the latest: %+v, %v", r, err)
	}
	if r, err := Find(runs, "", line(2).Run); err != nil || r == nil || r.Run != line(2).Run {
		t.Errorf("by its id: %+v, %v", r, err)
	}
	if r, err := Find(runs, "another", Last); r != nil || err != nil {
		t.Errorf("another's: %+v, %v", r, err)
	}
	if _, err := Find(runs, "drill", "0000"); !errors.Is(err, ErrSeveral) {
		t.Errorf("of several: %v", err)
	}
	longer := line(4)
	longer.Run += "0"
	if r, err := Find(append(slices.Clone(runs), longer), "", line(4).Run); err != nil ||
		r == nil || r.Run != line(4).Run {
		t.Errorf("by a whole id that begins another: %+v, %v", r, err)
	}
	for i, v := range []sla.Verdict{sla.Interrupted, sla.Error, sla.Inconclusive} {
		r := line(9 + i)
		r.Verdict = v
		runs = append(runs, r)
	}
	if r, err := Find(runs, "drill", Last); err != nil || r == nil || r.Run != line(5).Run {
		t.Errorf("the latest that proved anything: %+v, %v", r, err)
	}
}

// Without a folder for data there is no history, and XDG_DATA_HOME is followed only where
// it is absolute.
func TestPath(t *testing.T) {
	for _, c := range [][3]string{{"/data", "/home/me", "/data/stormdrill/history.jsonl"},
		{"", "/home/me", "/home/me/.local/share/stormdrill/history.jsonl"},
		{"data", "/home/me", "/home/me/.local/share/stormdrill/history.jsonl"}, {"", "", ""}} {
		t.Setenv("XDG_DATA_HOME", c[0])
		t.Setenv("HOME", c[1])
		if have, err := Path(); have != c[2] || (err == nil) != (c[2] != "") {
			t.Errorf("%v: have %q, %v", c, have, err)
		}
	}
}

// FuzzRead reads any file, and what it reads can be written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte("{\"schema\":\"stormdrill/history/v1\",\"run\":\"1\",\"success\":null}\n\n[]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "history.jsonl")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		runs, _, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			if err := Append(path+".again", r); err != nil {
				t.Error(err)
			}
		}
	})
}

// Ten thousand runs are listed in a moment.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.jsonl")
	for i := range 10_000 {
		if err := Append(path, line(i)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if runs, _, err := Read(path); err != nil || len(runs) != 10_000 {
			b.Fatal(err)
		}
	}
}
