package timeline

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// flushEvery is how old an entry may get in memory, as long as others follow:
// what a crash of the CLI may cost.
const flushEvery = 250 * time.Millisecond

// Writer keeps one run, entry by entry, as it happens. Its methods are safe for
// concurrent use; marks and proofs, without which nothing can be judged, leave
// the process at once. After a failure every method returns it.
type Writer struct {
	mu      sync.Mutex
	f       file
	buf     *bufio.Writer
	frame   []byte // reused
	pack    load.Packer
	packed  []byte // reused
	flushed time.Time
	size    int64 // of what was put
	most    int64 // that observations may make it
	cut     bool  // they would have made it more: it has no end
	err     error
}

// MostRecord is how large observations may make a record, in bytes: of 170 million requests
// and more. Marks and proofs still go behind them. It has no closing entry: it proves no pass.
const MostRecord = 4 << 30

// ErrFull is what an observation meets beyond MostRecord, and each that follows.
var ErrFull = fmt.Errorf("record: full at %d GiB: the phases are too long for such a rate",
	MostRecord>>30)

// file is what a record is written to.
type file interface {
	io.WriteCloser
	Sync() error
}

// Create starts a record in a new file; one that exists is an error, for a
// record is never overwritten.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	w := newWriter(f)
	if err := w.Sync(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return w, nil
}

func newWriter(f file) *Writer {
	w := &Writer{f: f, buf: bufio.NewWriterSize(f, 256<<10), flushed: time.Now(), most: MostRecord}
	// its failure stays with buf
	_, _ = w.buf.Write(binary.LittleEndian.AppendUint32([]byte(magic), Version))
	return w
}

// Header keeps what is known before the run; Version is filled in.
func (w *Writer) Header(h Header) error {
	h.Version = Version
	return w.json(entryHeader, h, true)
}

// Clock keeps how the CLI's clock relates to the record's; by the first, instants are
// related, and those that follow say how far that holds.
func (w *Writer) Clock(o wire.Offset) error { return w.json(entryClock, o, false) }

// Mark keeps an instant, and flushes.
func (w *Writer) Mark(m Mark) error { return w.json(entryMark, m, true) }

// Proof keeps a reading of a fault's counter, and flushes.
func (w *Writer) Proof(p Proof) error { return w.json(entryProof, p, true) }

// Answer keeps a check's answer.
func (w *Writer) Answer(a load.Answer) error {
	return w.small(entryAnswer, func(b []byte) []byte { return w.pack.Answer(b, a) })
}

// Delivery keeps a notification.
func (w *Writer) Delivery(d load.Delivery) error { return w.json(entryDelivery, d, false) }

// Usage keeps what a load node said of itself.
func (w *Writer) Usage(u load.Usage) error {
	return w.small(entryUsage, func(b []byte) []byte { return w.pack.Usage(b, u) })
}

// Traffic keeps what went over the links; the last one counts.
func (w *Writer) Traffic(t []link.Traffic) error { return w.json(entryTraffic, t, false) }

// Reading keeps what had gone over proxied links at an instant.
func (w *Writer) Reading(r Reading) error { return w.json(entryReading, r, false) }

// Strays keeps what went by no link; the last one counts.
func (w *Writer) Strays(s Strays) error { return w.json(entryStrays, s, false) }

// Note keeps something a reader should know.
func (w *Writer) Note(n Note) error { return w.json(entryNote, n, false) }

// Block keeps requests as they came; they are decoded when the record is read.
func (w *Writer) Block(b load.Block) error {
	if len(b.Group) > math.MaxUint16 || b.Count < 0 || b.Count > math.MaxUint32 {
		return fmt.Errorf("record: block of %d requests of %.40q: out of range", b.Count, b.Group)
	}
	return w.append(entryBlock, appendBlock(nil, b), false)
}

// Findings keeps what reading back brought, as it came.
func (w *Writer) Findings(b load.Block) error {
	return w.append(entryFindings, appendBlock(nil, b), false)
}

// Sync brings everything to the disk.
func (w *Writer) Sync() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	if w.err == nil {
		w.keep(w.f.Sync())
	}
	return w.err
}

// Close writes the closing entry and brings everything to the disk. A second
// Close does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if errors.Is(w.err, os.ErrClosed) {
		return nil
	}
	if !w.cut {
		w.put(entryEnd, nil)
	}
	w.flush()
	if w.err == nil {
		w.keep(w.f.Sync())
	}
	w.keep(w.f.Close())
	err := w.err
	if err == nil {
		w.keep(os.ErrClosed)
	}
	return err
}

func (w *Writer) json(kind entry, v any, now bool) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return w.append(kind, b, now)
}

// small keeps what is written as the difference from what was written before, and
// so has to be packed and written in one order.
func (w *Writer) small(kind entry, pack func([]byte) []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full(0) { // before it is packed: what comes next is its difference from what was kept
		return errors.Join(ErrFull, w.err)
	}
	w.packed = pack(w.packed[:0])
	w.put(kind, w.packed)
	return w.done(false)
}

// full reports whether there is no room for so much more of an observation.
func (w *Writer) full(n int) bool {
	w.cut = w.cut || w.size+int64(n) > w.most
	return w.cut
}

func (w *Writer) append(kind entry, payload []byte, now bool) error {
	if len(payload) >= mostEntry {
		return fmt.Errorf("record: entry of %d bytes: at most %d", len(payload), mostEntry)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !now && w.full(len(payload)) {
		return errors.Join(ErrFull, w.err)
	}
	w.put(kind, payload)
	return w.done(now)
}

// done flushes, now or when it is time.
func (w *Writer) done(now bool) error {
	if now || time.Since(w.flushed) >= flushEvery {
		w.flush()
	}
	return w.err
}

func (w *Writer) put(kind entry, payload []byte) {
	if w.err != nil {
		return
	}
	w.frame = appendFrame(w.frame[:0], kind, payload)
	n, err := w.buf.Write(w.frame)
	w.size += int64(n)
	w.keep(err)
}

func (w *Writer) flush() {
	w.flushed = time.Now()
	if w.err == nil {
		w.keep(w.buf.Flush())
	}
}

func (w *Writer) keep(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("record: %w", err)
	}
}
