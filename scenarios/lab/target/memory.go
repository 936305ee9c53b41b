//go:build linux

package target

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// memory is what a target holds: pages of its own that are really there. Go's
// heap would grow and shrink by rules of its own.
type memory struct {
	pieces [][]byte
	next   int
}

// A piece of the memory is replaced every so often, with or without requests, as in a cache
// that is renewed: some 1 % of a CPU's time.
const (
	pieceSize  = 4 << 20
	renewEvery = 100 * time.Millisecond
)

// newMemory holds size bytes, in whole pieces; none for a size of 0.
func newMemory(size int64) (*memory, error) {
	m := &memory{}
	for held := int64(0); held < size; held += pieceSize {
		p, err := newPiece()
		if err != nil {
			return nil, err
		}
		m.pieces = append(m.pieces, p)
	}
	return m, nil
}

// newPiece asks for pages, and touches each, for until then there is none.
func newPiece() ([]byte, error) {
	p, err := unix.Mmap(-1, 0, pieceSize, unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	for i := 0; i < len(p); i += unix.Getpagesize() {
		p[i] = 1
	}
	return p, nil
}

// run renews the memory until ctx ends.
func (m *memory) run(ctx context.Context) error {
	for len(m.pieces) > 0 && pause(ctx, renewEvery) {
		if err := m.replace(); err != nil {
			return err
		}
	}
	return nil
}

// replace makes a new piece in place of the oldest, which goes afterwards: for a
// moment there is more of it.
func (m *memory) replace() error {
	p, err := newPiece()
	if err != nil {
		return err
	}
	old := m.pieces[m.next]
	m.pieces[m.next] = p
	m.next = (m.next + 1) % len(m.pieces)
	return unix.Munmap(old)
}
