// Package library holds the shipped drills: one YAML file each, and in a folder
// of the same name what its targets need, where they need something.
package library

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.yaml
var shipped embed.FS

// Names lists the shipped drills, sorted.
func Names() []string {
	entries, _ := fs.ReadDir(shipped, ".") // an embedded folder is always there
	var all []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// Open gives a shipped drill and the files it refers to.
func Open(name string) (data []byte, files fs.FS, err error) {
	if data, err = shipped.ReadFile(name + ".yaml"); err != nil {
		return nil, nil, fmt.Errorf("no shipped drill %q", name)
	}
	return data, shipped, nil
}
