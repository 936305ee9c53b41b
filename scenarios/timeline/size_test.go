package timeline

import (
	"os"
	"testing"
)

// mostBytes is what a request may take on disk.
const mostBytes = 24

// A real record (HAProxy, one of three nodes bad, 200 requests per second in
// blocks of a quarter of a second, a check polled ten times a second) takes at
// most 24 bytes per request: its requests, and everything else in it too.
func TestRequestsAreSmallOnDisk(t *testing.T) {
	b, err := os.ReadFile("../../testdata/records/haproxy-check/record")
	if err != nil {
		t.Fatal(err)
	}
	byKind := map[entry]int{}
	requests := 0
	for _, f := range framesOf(t, b) {
		byKind[f.kind] += f.size
		if f.kind == entryBlock {
			x, err := parseBlock(f.payload)
			if err != nil {
				t.Fatal(err)
			}
			requests += x.Count
		}
	}
	each, whole := float64(byKind[entryBlock])/float64(requests), float64(len(b))/float64(requests)
	t.Logf("%d requests of %.1f bytes; with all else %.1f", requests, each, whole)
	if requests == 0 || each > mostBytes || whole > mostBytes {
		t.Errorf("%d requests of %.1f bytes, with all else %.1f: want %d at most", requests, each, whole, mostBytes)
	}
}
