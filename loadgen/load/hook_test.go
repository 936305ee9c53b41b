package load

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/iotest"
)

// A body is read whole up to the limit, and what is refused says why; nothing is held after.
func TestBodies(t *testing.T) {
	var b Bodies
	for _, n := range []int{0, 1, 511, 512, 513, 100_000, MostDelivery} {
		want := bytes.Repeat([]byte("x"), n)
		for _, length := range []int64{-1, int64(n)} {
			have, no := b.Read(iotest.HalfReader(bytes.NewReader(want)), length)
			if no != nil || !bytes.Equal(have, want) {
				t.Errorf("%d bytes: have %d, %v", n, len(have), no)
			}
		}
	}
	many := func(n int64) io.Reader { return io.LimitReader(zeros{}, n) }
	for name, c := range map[string]struct {
		body   io.Reader
		length int64
		status int
	}{
		"a byte too many":     {many(MostDelivery + 1), -1, 413},
		"10 MiB":              {many(10 << 20), -1, 413},
		"10 MiB, and says so": {iotest.ErrReader(errors.New("it is not read")), 10 << 20, 413},
		"broken off":          {io.MultiReader(many(9), iotest.ErrReader(io.ErrUnexpectedEOF)), 10, 400},
	} {
		if _, no := b.Read(c.body, c.length); no == nil || no.Status != c.status {
			t.Errorf("%s: have %v, want %d", name, no, c.status)
		}
	}
	if b.bytes.Load() != 0 || b.senders.Load() != 0 {
		t.Errorf("%d bytes of %d senders are held", b.bytes.Load(), b.senders.Load())
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// Slow senders hold no more than what they have sent, doubled, and no more than the bound in
// all: those beyond it are refused, and taken again once the others are done.
func TestSlowBodiesAreBounded(t *testing.T) {
	var b Bodies
	var wait sync.WaitGroup
	begin := func(n int) *io.PipeWriter {
		r, w := io.Pipe()
		wait.Go(func() { _, _ = b.Read(r, -1) })
		_, _ = w.Write(make([]byte, n))
		return w
	}
	var slow []*io.PipeWriter
	for b.bytes.Load() <= MostUnderWay-2<<20 {
		slow = append(slow, begin(1<<20-1)) // one more would have it grow
	}
	if n := len(slow); n < 30 {
		t.Errorf("%d senders of 1 MiB hold %d bytes", n, b.bytes.Load())
	}
	if _, no := b.Read(bytes.NewReader(make([]byte, MostDelivery)), -1); no == nil ||
		no.Status != 503 {
		t.Errorf("have %v", no)
	}
	if _, no := b.Read(bytes.NewReader([]byte("firing")), -1); no != nil {
		t.Errorf("a short one beside them: %v", no)
	}
	for range MostSenders - len(slow) {
		slow = append(slow, begin(1))
	}
	if _, no := b.Read(bytes.NewReader([]byte("firing")), -1); no == nil || no.Status != 503 {
		t.Errorf("one sender too many: %v", no)
	}
	for _, w := range slow {
		_ = w.Close()
	}
	wait.Wait()
	if _, no := b.Read(bytes.NewReader(make([]byte, MostDelivery)), -1); no != nil ||
		b.bytes.Load() != 0 {
		t.Errorf("have %v, %d bytes are held", no, b.bytes.Load())
	}
}
