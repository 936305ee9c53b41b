package sla

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// table is one table of docs/accuracy.md. It is logged, and `make accuracy` has
// it appended to the file that ACCURACY_TABLE names, when all its test has run.
type table struct {
	mu   sync.Mutex
	rows []string
}

func newTable(t *testing.T, name, head string) *table {
	b := &table{}
	t.Cleanup(func() {
		text := head + "\n|" + strings.Repeat("---|", strings.Count(head, "|")-1) + "\n" +
			strings.Join(b.rows, "\n") + "\n"
		t.Logf("%s\n%s", name, text)
		if file := os.Getenv("ACCURACY_TABLE"); file != "" {
			if err := appendTo(file, text+"\n"); err != nil {
				t.Errorf("table %s: %v", name, err)
			}
		}
	})
	return b
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func (b *table) row(text string) { b.place()(text) }

// place keeps a row's place for a test that ends later.
func (b *table) place() func(string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := len(b.rows)
	b.rows = append(b.rows, "")
	return func(text string) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.rows[i] = text
	}
}

// shown is a time in milliseconds and hundredths.
func shown(d time.Duration) string {
	if d == undetected {
		return "no edge"
	}
	return d.Round(10 * time.Microsecond).String()
}
