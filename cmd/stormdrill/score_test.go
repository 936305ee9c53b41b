package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// The images of a run are what its folder says, each once; a folder that has none, or
// another run's, says nothing.
func TestImages(t *testing.T) {
	dir := t.TempDir()
	if have := images(dir, "aa"); have != nil {
		t.Errorf("of an empty folder: %v", have)
	}
	b, err := json.Marshal(evidence.Provenance{Run: "aa", Lab: &lab.Facts{Nodes: []lab.Node{
		{Name: "load", Image: "node", ID: "1"}, {Name: "lb", Image: "haproxy:3.0", ID: "2",
			Digests: []string{"haproxy@sha256:b"}}, {Name: "app-1", Image: "node", ID: "1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, evidence.ProvenanceFile), b, 0o600); err != nil {
		t.Fatal(err)
	}
	want := []reports.Image{{Nodes: []string{"load", "app-1"}, Name: "node", ID: "1"},
		{Nodes: []string{"lb"}, Name: "haproxy:3.0", ID: "2", Digests: []string{"haproxy@sha256:b"}}}
	if have := images(dir, "aa"); !reflect.DeepEqual(have, want) {
		t.Errorf("have %+v, want %+v", have, want)
	}
	if have := images(dir, "bb"); have != nil {
		t.Errorf("of another run: %v", have)
	}
}
