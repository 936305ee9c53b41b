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

	"github.com/stormdrill/stormdrill/loadgen"
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

// Read reads a record. One that was cut off is read up to there and says so in
// Truncated; that is no error. A file that is no record, is of another version
// or was altered is one.
func Read(in io.Reader) (*Record, error) {
	r := &Record{Requests: map[string]*Requests{}, Findings: map[string][]loadgen.Finding{}}
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
		return fmt.Errorf("record: format version %d: this stormdrill reads version %d; use the one that wrote it", v, Version)
	}
	return nil
}

// item is an entry of a file; a block is taken apart.
type item struct {
	buf      bytes.Buffer // reused
	kind     entry
	payload  []byte
	group    string
	requests []loadgen.Request // reused
	err      error
}

// blocksAhead outlast the packing of a chunk, at some thousands of requests a second.
const blocksAhead = 16

func (r *Record) readEntries(in io.Reader) error {
	at, ended := int64(preamble), false
	var packed loadgen.Unpacker
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
			err = r.add(e, &packed)
		}
		if err != nil {
			return fmt.Errorf("record: entry at byte %d is damaged: %w", at, err)
		}
		at += int64(overhead + 1 + len(e.payload))
	}
	return nil
}

// read reads the next entry.
func (e *item) read(in io.Reader) {
	if e.kind, e.payload, e.err = readFrame(in, &e.buf); e.err != nil || e.kind != entryBlock {
		return
	}
	var b loadgen.Block
	if b, e.err = parseBlock(e.payload); e.err == nil {
		e.group = b.Group
		e.requests, e.err = loadgen.AppendRequests(e.requests[:0], b)
	}
}

func (r *Record) add(e *item, packed *loadgen.Unpacker) error {
	switch e.kind {
	case entryHeader:
		return json.Unmarshal(e.payload, &r.Header)
	case entryClock:
		err := also(e.payload, &r.Clocks)
		r.Clock = wire.Over(r.Clocks)
		return err
	case entryMark:
		return also(e.payload, &r.Marks)
	case entryBlock:
		r.addBlock(e.group, e.requests)
	case entryAnswer:
		a, err := packed.Answer(e.payload)
		r.Answers = append(r.Answers, a)
		return err
	case entryDelivery:
		return also(e.payload, &r.Deliveries)
	case entryUsage:
		u, err := packed.Usage(e.payload)
		r.Usage = append(r.Usage, u)
		return err
	case entryProof:
		return also(e.payload, &r.Proofs)
	case entryTraffic:
		r.Traffic = nil
		return json.Unmarshal(e.payload, &r.Traffic)
	case entryStrays:
		r.Strays = Strays{}
		return json.Unmarshal(e.payload, &r.Strays)
	case entryNote:
		return also(e.payload, &r.Notes)
	case entryFindings:
		return r.addFindings(e.payload)
	}
	return nil
}

// also decodes one more element.
func also[T any](payload []byte, all *[]T) error {
	var v T
	if err := json.Unmarshal(payload, &v); err != nil {
		return err
	}
	*all = append(*all, v)
	return nil
}

func (r *Record) addBlock(group string, rs []loadgen.Request) {
	if r.Requests[group] == nil {
		r.Requests[group] = newRequests()
	}
	r.Requests[group].add(rs)
}

func (r *Record) addFindings(payload []byte) error {
	b, err := parseBlock(payload)
	if err != nil {
		return err
	}
	all, err := loadgen.DecodeFindings(b)
	if err != nil {
		return err
	}
	r.Findings[b.Group] = append(r.Findings[b.Group], all...)
	return nil
}
