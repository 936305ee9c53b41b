package timeline

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// A record that is full takes no more observations, says how the run ended all the same, and
// has no end that a pass could rest on.
func TestFullRecordKeepsItsMarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w.most = 10_000
	before := writeOneOfAll(t, w)
	kept := 0
	for ; err == nil && kept < 10_000; kept++ {
		err = w.Answer(load.Answer{Check: "port", Start: int64(kept), End: int64(kept + 1),
			Known: true, Good: true})
	}
	if !errors.Is(err, ErrFull) || kept < 2 {
		t.Fatalf("after %d answers: %v", kept, err)
	}
	if err := errors.Join(w.Mark(Mark{Name: MarkError, Detail: err.Error()}),
		w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(before.Answers) + kept - 1; len(r.Answers) != want ||
		r.Marks[len(r.Marks)-1].Name != MarkError || !r.Truncated {
		t.Errorf("have %d answers, want %d; marks %+v; truncated %v", len(r.Answers), want, r.Marks,
			r.Truncated)
	}
}
