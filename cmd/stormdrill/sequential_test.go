package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Packages that the Makefile leaves out of the race run start no goroutine. Commands are not
// looked at: their tests run them as processes.
func TestPackagesOutsideTheRaceRunAreSequential(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^SEQUENTIAL := (.+)$`).FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the Makefile has no SEQUENTIAL")
	}
	looked := 0
	for _, pattern := range strings.Fields(string(list[1])) {
		dir, below := strings.CutSuffix(pattern, "/...")
		if dir == "./cmd" {
			continue
		}
		root := filepath.Join("../..", dir)
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && path != root && !below:
				return fs.SkipDir
			case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			looked++
			for _, at := range goroutines(t, path) {
				t.Errorf("%s: a goroutine, and SEQUENTIAL leaves its package out of the race run", at)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if looked < 100 {
		t.Errorf("looked at %d files, want those of all packages that SEQUENTIAL names", looked)
	}
}

// goroutines are the places of a file where one is started.
func goroutines(t *testing.T, path string) (at []token.Position) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			at = append(at, files.Position(n.Pos()))
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Go" {
				at = append(at, files.Position(n.Pos()))
			}
		}
		return true
	})
	return at
}
