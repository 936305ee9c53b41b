package timeline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// Open reads the record in a file.
func Open(path string) (*Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	defer f.Close()
	r, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// OpenHeader reads the header of the record in a file, and nothing else; it is empty where the
// file breaks off before.
func OpenHeader(path string) (Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return Header{}, fmt.Errorf("record: %w", err)
	}
	defer f.Close()
	r, in := reader{Record: &Record{}}, bufio.NewReader(f)
	if err = r.readPreamble(in); err == nil {
		var e item
		if e.read(in); e.err == nil {
			e.err = r.add(&e)
		}
		err = damaged(int64(preamble), e.err)
	}
	if err != nil && !errors.Is(err, errCut) {
		return Header{}, fmt.Errorf("%s: %w", path, err)
	}
	return r.Header, nil
}

// Read reads a record. One that was cut off is read up to there and says so in
// Truncated; that is no error. A file that is no record, is of another version
// or was altered is one, and so is what no run can have written: a *BoundsError.
func Read(in io.Reader) (*Record, error) {
	r := &Record{Requests: map[string]*Requests{}, Findings: map[string][]load.Finding{}}
	b := bufio.NewReaderSize(in, 256<<10)
	err := r.readPreamble(b)
	if err == nil {
		err = r.readEntries(b)
	}
	if errors.Is(err, errCut) {
		r.Truncated, err = true, nil
	}
	if err != nil {
		return nil, err
	}
	r.Clock = wire.Over(r.Clocks)
	for _, q := range r.Requests {
		q.close()
	}
	return r, nil
}

// readPreamble checks magic and version; a beginning of them is a file cut off.
func (r *Record) readPreamble(in io.Reader) error {
	var b [preamble]byte
	n, err := io.ReadFull(in, b[:])
	if err != nil && cut(err) != errCut {
		return fmt.Errorf("record: %w", err)
	}
	if got := b[:min(n, len(magic))]; !bytes.HasPrefix([]byte(magic), got) {
		return errors.New("record: this is no record of a drill: it does not begin with " + magic)
	}
	if err != nil {
		return errCut
	}
	if v := binary.LittleEndian.Uint32(b[len(magic):]); v != Version {
		return fmt.Errorf("record: format version %d: this stormdrill reads version %d; use the "+
			"one that wrote it", v, Version)
	}
	return nil
}

// item is an entry of a file; a block is taken apart.
type item struct {
	buf      bytes.Buffer // reused
	kind     entry
	payload  []byte
	group    string
	requests []load.Request // reused
	err      error
}

// blocksAhead outlast the packing of a chunk, at some thousands of requests a second.
const blocksAhead = 16

func (r *Record) readEntries(in io.Reader) error {
	at, ended := int64(preamble), false
	all := reader{Record: r}
	for e := range ahead(blocksAhead, func(e *item) bool {
		if ended {
			return false
		}
		e.read(in)
		ended = e.err != nil || e.kind == entryEnd
		return true
	}) {
		err := e.err
		if errors.Is(err, errCut) {
			return err
		}
		if err == nil {
			err = all.add(e)
		}
		if err != nil {
			return damaged(at, err)
		}
		at += int64(overhead + 1 + len(e.payload))
	}
	return nil
}

// damaged is the error of an entry at a byte, if it has one.
func damaged(at int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("record: entry at byte %d is damaged: %w", at, err)
}

// read reads the next entry.
func (e *item) read(in io.Reader) {
	if e.kind, e.payload, e.err = readFrame(in, &e.buf); e.err != nil || e.kind != entryBlock {
		return
	}
	var b load.Block
	if b, e.err = parseBlock(e.payload); e.err == nil {
		e.err = atMost("block", "requests", b.Count, mostBlock)
	}
	if e.err == nil {
		e.group = b.Group
		e.requests, e.err = load.AppendRequests(e.requests[:0], b)
	}
}

// reader adds entries to a record, within what its header allows.
type reader struct {
	*Record
	bounds *bounds // nil: before the header
	packed load.Unpacker
}

func (r *reader) add(e *item) error {
	switch {
	case e.kind == entryHeader:
		return r.addHeader(e.payload)
	case e.kind == entryEnd || e.kind > entryReading: // a later version's: not known here
		return nil
	case r.bounds == nil:
		return &BoundsError{"the first entry", "one that is no header", "the header"}
	}
	switch e.kind {
	case entryClock:
		return also(e.payload, &r.Clocks,
			func(o wire.Offset) error { return within("clock: bound", o.Bound, MostPhase) })
	case entryMark:
		return firstOf(also(e.payload, &r.Marks, r.bounds.mark),
			atMost("record", "marks", len(r.Marks), mostMarks))
	case entryBlock:
		return r.addBlock(e.group, e.requests)
	case entryAnswer:
		a, err := r.packed.Answer(e.payload)
		r.Answers = append(r.Answers, a)
		return firstOf(err, r.bounds.answer("answer of "+clip(a.Check), a.Start, a.End))
	case entryDelivery:
		return also(e.payload, &r.Deliveries, func(d load.Delivery) error {
			return r.bounds.answer("notification of "+clip(d.Hook), d.At, d.At)
		})
	case entryUsage:
		u, err := r.packed.Usage(e.payload)
		r.Usage = append(r.Usage, u)
		return firstOf(err, r.bounds.usage(u))
	case entryProof:
		return firstOf(also(e.payload, &r.Proofs, r.bounds.proof),
			atMost("record", "proofs", len(r.Proofs), mostProofs))
	case entryTraffic:
		r.Traffic = nil
		return firstOf(json.Unmarshal(e.payload, &r.Traffic),
			atMost("record", "links", len(r.Traffic), mostTraffic))
	case entryStrays:
		r.Strays = Strays{}
		return firstOf(json.Unmarshal(e.payload, &r.Strays),
			atMost("record", "strays", len(r.Strays.Seen), mostTraffic))
	case entryReading:
		return firstOf(also(e.payload, &r.Readings, r.bounds.reading),
			atMost("record", "readings", len(r.Readings), mostReadings))
	case entryNote:
		return also(e.payload, &r.Notes, func(Note) error { return nil })
	case entryFindings:
		return r.addFindings(e.payload)
	}
	return nil
}

func (r *reader) addHeader(payload []byte) (err error) {
	if r.bounds != nil {
		return &BoundsError{"record", "a second header", "one"}
	}
	if err = json.Unmarshal(payload, &r.Header); err == nil {
		r.bounds, err = boundsOf(&r.Header)
	}
	return err
}

// also decodes one more element, and checks it.
func also[T any](payload []byte, all *[]T, check func(T) error) error {
	var v T
	if err := json.Unmarshal(payload, &v); err != nil {
		return err
	}
	*all = append(*all, v)
	return check(v)
}

func (r *reader) addBlock(group string, rs []load.Request) error {
	if err := r.bounds.requests(group, rs); err != nil {
		return err
	}
	if r.Requests[group] == nil {
		r.Requests[group] = newRequests()
	}
	return r.Requests[group].add(rs)
}

// addFindings takes in what reading back brought, once for each request at most.
func (r *reader) addFindings(payload []byte) error {
	b, err := parseBlock(payload)
	if err != nil {
		return err
	}
	if n := r.Requests[b.Group].Len(); b.Count > n-len(r.Findings[b.Group]) {
		return &BoundsError{"findings of " + clip(b.Group), fmt.Sprintf("%d more", b.Count),
			fmt.Sprintf("one for each of its %d requests", n)}
	}
	all, err := load.DecodeFindings(b)
	if err != nil {
		return err
	}
	r.Findings[b.Group] = append(r.Findings[b.Group], all...)
	return nil
}
