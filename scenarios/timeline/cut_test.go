package timeline

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// frame is one entry of a file, as it lies on disk.
type frame struct {
	kind    entry
	payload []byte
	size    int
}

// framesOf takes a whole file apart.
func framesOf(t interface{ Fatal(...any) }, file []byte) (all []frame) {
	in := bytes.NewReader(file[preamble:])
	for {
		var buf bytes.Buffer
		kind, payload, err := readFrame(in, &buf)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame{kind, bytes.Clone(payload), overhead + 1 + len(payload)})
		if kind == entryEnd {
			return all
		}
	}
}

// Any record, cut at any byte, reads as exactly the entries that were whole by
// then: nothing is lost, nothing is invented.
func TestAnyRecordCutAtEveryByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &memory{}
		w := newWriter(m)
		if err := w.Header(Header{Scenario: "any", Groups: []Group{{Name: "group"}}}); err != nil {
			t.Fatal(err)
		}
		for i := range rapid.IntRange(0, 6).Draw(t, "entries") {
			if err := anyEntry(t, w, i); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		whole := m.Bytes()
		end := preamble
		for _, f := range append([]frame{{}}, framesOf(t, whole)...) { // up to the first entry, up to the second …
			want := read(t, whole[:end])
			for n := end; n < min(end+f.size, len(whole)); n++ {
				if have := read(t, whole[:n]); !have.Truncated || !reflect.DeepEqual(have, want) {
					t.Fatalf("cut at %d of %d: have %+v, want what was whole at %d: %+v", n,
						len(whole), have, end, want)
				}
			}
			end += f.size
		}
	})
}

func read(t *rapid.T, b []byte) *Record {
	r, err := Read(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("cut at %d: %v", len(b), err)
	}
	return r
}

// anyEntry writes the i-th entry, of any kind.
func anyEntry(t *rapid.T, w *Writer, i int) error {
	at := rapid.Int64Range(0, 1<<46).Draw(t, "at")
	text := rapid.OneOf(rapid.SampledFrom([]string{"port", "group"}), rapid.StringN(0, 8, -1)).Draw(t, "text") // what was said before, and what is new
	switch rapid.SampledFrom([]int{0, 1, 1, 1, 2, 3, 3, 4}).Draw(t, "kind") {
	case 0:
		return w.Mark(Mark{Name: MarkInject, Fault: text, Before: at, After: at + 1})
	case 1:
		return w.Answer(load.Answer{Check: text, Start: at, End: at + 5, Good: i%2 == 0,
			Known: true})
	case 2:
		return w.Note(Note{At: at, Kind: "note", Text: text})
	case 3:
		return w.Usage(load.Usage{At: at, Group: text, Due: uint64(at),
			Machine: load.Pressure{Load: float64(i) / 8, Cores: 2}})
	}
	rs := requests(100*i, rapid.IntRange(0, 5).Draw(t, "requests"))
	return w.Block(block(t, "group", rs))
}
