//go:build linux

package target

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// resident is what this process holds of the machine's memory, in bytes.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func TestMemoryIsHeldAndReplaced(t *testing.T) {
	const size = 64 << 20
	before := resident(t)
	m, err := newMemory(size)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := m.replace(); err != nil {
			t.Fatal(err)
		}
	}
	if grown := resident(t) - before; grown < size*9/10 || grown > size*11/10 {
		t.Errorf("have %d bytes more than before, want about %d", grown, size)
	}
}

func TestNoMemoryIsNone(t *testing.T) {
	m, err := newMemory(0)
	if err != nil || len(m.pieces) != 0 || m.run(t.Context()) != nil {
		t.Errorf("have %v, %v", m, err)
	}
}
