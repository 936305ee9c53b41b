package timeline

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/wire"
)

// memory is a file that remembers what reached it.
type memory struct {
	bytes.Buffer
	fail error
}

func (m *memory) Write(b []byte) (int, error) {
	if m.fail != nil {
		return 0, m.fail
	}
	return m.Buffer.Write(b)
}
func (m *memory) Sync() error  { return m.fail }
func (m *memory) Close() error { return nil }

func requests(from, n int) []load.Request {
	var rs []load.Request
	for i := from; i < from+n; i++ {
		due := int64(i) * int64(5*time.Millisecond)
		rs = append(rs, load.Request{Seq: uint64(i), Due: due, Sent: due + 1000, Done: due +
			2_000_000,
			User: uint32(i % 7), Node: "app-2", Status: 200, Attempts: 1, Reused: i > 0})
	}
	return rs
}

func block(t interface{ Fatal(...any) }, group string, rs []load.Request) load.Block {
	b, err := load.EncodeBlock(group, rs)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// writeOneOfAll writes one of everything and gives what has to be read back.
func writeOneOfAll(t *testing.T, w *Writer) *Record {
	waited := 0.0123
	want := &Record{
		Header: Header{Version: Version, Scenario: "bad-lb-node", Run: "0123456789abcdef", Seed: 7,
			Mono:   5,
			Groups: []Group{{Name: "shoppers", Rate: 200, Users: 7, Slow: time.Second}},
			Watch: []Watcher{{Name: "pager", Kind: "webhook", Match: "firing",
				Resolved: "resolved"}}},
		Clock:  wire.Offset{Shift: 3, Bound: 5},
		Clocks: []wire.Offset{{Shift: 3, Bound: 2}, {Shift: 7, Bound: 1}},
		Marks: []Mark{{Name: MarkStart, Before: 1, After: 1},
			{Name: MarkInject, Fault: "bad-node", Before: 8, After: 9}},
		Requests: map[string]*Requests{"shoppers": Pack(requests(0, 20))},
		Findings: map[string][]load.Finding{"shoppers": {{Seq: 3}, {Seq: 4, Lost: true}, {Seq: 1}}},
		Answers: []load.Answer{{Check: "balancer", Start: 1, End: 2, Good: true, Known: true,
			Detail: "UP"},
			{Check: "port", Start: 3, End: 9, Known: true, Detail: "refused"},
			{Check: "balancer", Start: 2, End: 4, Good: true, Known: true, Detail: "UP"}},
		Deliveries: []load.Delivery{{Hook: "pager", At: 4, Body: "firing"}},
		Usage: []load.Usage{{At: 3, Group: "shoppers", Due: 4, Sent: 4,
			Machine: load.Pressure{Load: 0.25, Cores: 2, CPU: &waited}},
			{At: 5, Group: "shoppers", Due: 8, Sent: 7, Unsent: 1,
				Machine: load.Pressure{Load: 0.5, Cores: 2, CPU: &waited}}},
		Proofs: []Proof{{Fault: "bad-node", When: "during", At: 9,
			Count: link.Count{Unit: "503s answered", Users: 5}}},
		Traffic: []link.Traffic{{Link: "shoppers -> lb:8080", Connections: 3}},
		Readings: []Reading{{Phase: "baseline", At: 4, Links: []link.Traffic{{Link: "lb -> app:8080",
			Requests: 7, Users: 5, Unread: "HTTP/2"}}}, {Phase: ReadAtEnd, At: 8}},
		Strays: Strays{Seen: []Stray{{From: "app-1", To: "203.0.113.7", Protocol: "tcp", Port: 443,
			Packets: 3}}, Dropped: 3, Uncontained: []string{"x"}},
		Notes: []Note{{At: 1, Kind: "unknown-name", Text: "x"}},
	}
	ok := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	ok(w.Header(want.Header))
	ok(w.Clock(want.Clocks[0]))
	ok(w.Mark(want.Marks[0]))
	ok(w.Block(block(t, "shoppers", requests(10, 10)))) // later ones first: blocks come in order of done
	ok(w.Findings(load.EncodeFindings("shoppers", []load.Finding{{Seq: 4, Lost: true}, {Seq: 3}})))
	ok(w.Findings(load.EncodeFindings("shoppers", []load.Finding{{Seq: 1}})))
	ok(w.Answer(want.Answers[0]))
	ok(w.Answer(want.Answers[1]))
	ok(w.Block(block(t, "shoppers", requests(0, 10))))
	ok(w.Mark(want.Marks[1]))
	ok(w.Delivery(want.Deliveries[0]))
	ok(w.Usage(want.Usage[0]))
	ok(w.Answer(want.Answers[2]))
	ok(w.Usage(want.Usage[1]))
	ok(w.Proof(want.Proofs[0]))
	ok(w.Traffic(want.Traffic))
	ok(w.Reading(want.Readings[0]))
	ok(w.Reading(want.Readings[1]))
	ok(w.Strays(Strays{Dropped: 1})) // the last one counts
	ok(w.Strays(want.Strays))
	ok(w.Clock(want.Clocks[1]))
	ok(w.Note(want.Notes[0]))
	return want
}

func TestRecordComesBackAsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	want := writeOneOfAll(t, w)
	if err := errors.Join(w.Sync(), w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	have, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(have, want) {
		t.Errorf("have %+v\nwant %+v", have, want)
	}
	if h, err := OpenHeader(path); err != nil || !reflect.DeepEqual(h, want.Header) {
		t.Errorf("the header alone: %+v, %v", h, err)
	}
	if err := os.Truncate(path, 40); err != nil {
		t.Fatal(err)
	}
	if h, err := OpenHeader(path); err != nil || h.Run != "" {
		t.Errorf("the header of a file that breaks off in it: %+v, %v", h, err)
	}
	if _, err := Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("a record that exists: have %v, want it refused", err)
	}
	if err := w.Mark(Mark{}); err == nil {
		t.Error("a mark after Close was taken")
	}
}

// The largest notification comes back, whatever it is made of: JSON writes each byte of it as
// six at most.
func TestLargestNotification(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Repeat("\x01", load.MostDelivery)
	for _, err := range []error{w.Header(Header{Version: Version}),
		w.Delivery(load.Delivery{Hook: "pager", At: 1, Body: body}), w.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := Open(path)
	if err != nil || len(r.Deliveries) != 1 || r.Deliveries[0].Body != body {
		t.Errorf("have %d notifications, %v", len(r.Deliveries), err)
	}
}

// A record cut at any byte is read up to there: nothing that was whole is
// lost, nothing is invented, and it says that it is not whole.
func TestCutAtEveryByte(t *testing.T) {
	m := &memory{}
	w := newWriter(m)
	want := writeOneOfAll(t, w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := m.Bytes()
	most := 0
	for n := range len(whole) {
		r, err := Read(bytes.NewReader(whole[:n]))
		if err != nil {
			t.Fatalf("cut at %d of %d: %v", n, len(whole), err)
		}
		if !r.Truncated {
			t.Fatalf("cut at %d of %d: not said to be truncated", n, len(whole))
		}
		got := len(r.Marks) + r.Requests["shoppers"].Len() + len(r.Answers) + len(r.Deliveries) +
			len(r.Usage) + len(r.Proofs) + len(r.Notes)
		if got < most {
			t.Fatalf("cut at %d: %d observations, fewer than of a shorter file", n, got)
		}
		most = got
	}
	if all := 2 + 20 + 8; most != all {
		t.Errorf("without its closing entry: %d observations, want %d", most, all)
	}
	if r, err := Read(bytes.NewReader(whole)); err != nil || r.Truncated ||
		!reflect.DeepEqual(r, want) {
		t.Errorf("whole: truncated %v, error %v", r != nil && r.Truncated, err)
	}
}

// Any flipped bit is noticed: as damage, or, in a length, as a file cut off.
func TestDamage(t *testing.T) {
	m := &memory{}
	w := newWriter(m)
	writeOneOfAll(t, w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(m.Bytes())
		bit := rapid.IntRange(0, 8*len(b)-1).Draw(t, "bit")
		b[bit/8] ^= 1 << (bit % 8)
		if r, err := Read(bytes.NewReader(b)); err == nil && !r.Truncated {
			t.Errorf("bit %d flipped: read as whole", bit)
		}
	})
}

func TestNoRecord(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"name: bad-lb-node\n", "no record"},
		{"SDRECORD\x09\x00\x00\x00", "version 9"},
		{"SDRECORD\x01\x00\x00\x00", "version 1"},
		{"SDRECORD\x03\x00\x00\x00\x00\x00\x00\x00abcd", "entry at byte 12"},
	} {
		if _, err := Read(strings.NewReader(c.file)); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: have %v, want %q", c.file, err, c.want)
		}
		path := filepath.Join(t.TempDir(), "record")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenHeader(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the header of %q: have %v, want %q", c.file, err, c.want)
		}
	}
}

func TestWhatACrashCosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		w := newWriter(m)
		w.Header(Header{})
		kept := func() *Record {
			r, err := Read(bytes.NewReader(m.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		w.Answer(load.Answer{Check: "a"})
		if n := len(kept().Answers); n != 0 {
			t.Errorf("%d answers flushed at once", n)
		}
		w.Mark(Mark{Name: MarkInject})
		if r := kept(); len(r.Answers) != 1 || len(r.Marks) != 1 {
			t.Errorf("a mark was not flushed with what came before it: %+v", r)
		}
		time.Sleep(flushEvery)
		w.Answer(load.Answer{Check: "b"})
		if n := len(kept().Answers); n != 2 {
			t.Errorf("%v later: %d answers, want 2", flushEvery, n)
		}
	})
}

func TestFullDisk(t *testing.T) {
	full := errors.New("no space left on device")
	m := &memory{}
	w := newWriter(m)
	m.fail = full
	if err := w.Mark(Mark{Name: MarkStart}); !errors.Is(err, full) {
		t.Errorf("mark: have %v", err)
	}
	m.fail = nil
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("close: have %v, want the first failure", err)
	}
}

func TestWritersTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Header(Header{Groups: []Group{{Name: "g"}}}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 100 {
				w.Answer(load.Answer{Check: "c", Start: int64(i*100 + j), End: int64(i*100 + j)})
				w.Block(block(t, "g", requests(i*100+j, 1)))
			}
		})
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil || len(r.Answers) != 800 || r.Requests["g"].Len() != 800 {
		t.Fatalf("have %d answers, %d requests, %v", len(r.Answers), r.Requests["g"].Len(), err)
	}
	i := uint64(0)
	for q := range r.Requests["g"].All() {
		if q.Seq != i {
			t.Fatalf("request %d has number %d", i, q.Seq)
		}
		i++
	}
}
