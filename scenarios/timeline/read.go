package timeline

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/stormdrill/stormdrill/loadgen"
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
	r := &Record{Requests: map[string][]loadgen.Request{}, Findings: map[string][]loadgen.Finding{}}
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
	for _, rs := range r.Requests {
		sortByDue(rs)
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

func (r *Record) readEntries(in io.Reader) error {
	at := int64(preamble)
	var buf bytes.Buffer
	for {
		kind, payload, err := readFrame(in, &buf)
		if errors.Is(err, errCut) {
			return err
		}
		if err == nil {
			err = r.add(kind, payload)
		}
		if err != nil {
			return fmt.Errorf("record: entry at byte %d is damaged: %w", at, err)
		}
		if kind == entryEnd {
			return nil
		}
		at += int64(overhead + 1 + len(payload))
	}
}

func (r *Record) add(kind entry, payload []byte) error {
	switch kind {
	case entryHeader:
		return json.Unmarshal(payload, &r.Header)
	case entryClock:
		return json.Unmarshal(payload, &r.Clock)
	case entryMark:
		return also(payload, &r.Marks)
	case entryBlock:
		return r.addBlock(payload)
	case entryAnswer:
		return also(payload, &r.Answers)
	case entryDelivery:
		return also(payload, &r.Deliveries)
	case entryUsage:
		return also(payload, &r.Usage)
	case entryProof:
		return also(payload, &r.Proofs)
	case entryTraffic:
		r.Traffic = nil
		return json.Unmarshal(payload, &r.Traffic)
	case entryNote:
		return also(payload, &r.Notes)
	case entryFindings:
		return r.addFindings(payload)
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

func (r *Record) addBlock(payload []byte) error {
	b, err := parseBlock(payload)
	if err != nil {
		return err
	}
	rs, err := loadgen.DecodeBlock(b)
	if err != nil {
		return err
	}
	r.Requests[b.Group] = append(r.Requests[b.Group], rs...)
	return nil
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

// sortByDue puts requests, which come in the order of their end, into that of
// their beginning.
func sortByDue(rs []loadgen.Request) {
	byDue := func(a, b loadgen.Request) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Seq, b.Seq))
	}
	if !slices.IsSortedFunc(rs, byDue) {
		slices.SortStableFunc(rs, byDue)
	}
}
