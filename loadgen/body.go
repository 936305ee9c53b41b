//go:build linux

package loadgen

import (
	"io"

	"github.com/stormdrill/stormdrill/loadgen/expect"
)

// bodyReader reads bodies, and keeps as much of each as an expectation is held against.
type bodyReader struct {
	kept []byte
	long bool // there was more of it
}

// read reads to the end; without keep nothing is kept.
func (b *bodyReader) read(from io.Reader, keep bool) error {
	b.kept, b.long = b.kept[:0], false
	if !keep {
		_, err := io.Copy(io.Discard, from)
		return err
	}
	_, err := io.Copy(b, from)
	return err
}

// Write keeps what there is room for.
func (b *bodyReader) Write(p []byte) (int, error) {
	room := expect.MostBody - len(b.kept)
	b.kept = append(b.kept, p[:min(len(p), room)]...)
	b.long = b.long || len(p) > room
	return len(p), nil
}
