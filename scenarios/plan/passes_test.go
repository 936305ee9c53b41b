package plan

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Bounds of a pass: what grows beyond is to be parted.
const (
	mostMethods = 25  // of a type
	mostLines   = 400 // of a file
)

// TestPassesStayApart holds that no type or file of the package grows into a planner of
// everything, and that a pass takes what it needs, neither the whole scenario nor the plan.
func TestPassesStayApart(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	methods := map[string]int{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte("\n")); n > mostLines {
			t.Errorf("%s has %d lines, want at most %d", name, n, mostLines)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv != nil {
					methods[typeName(n.Recv.List[0].Type)]++
				}
			case *ast.TypeSpec:
				checkFields(t, n)
			}
			return true
		})
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		if n := methods[name]; n > mostMethods {
			t.Errorf("type %s has %d methods, want at most %d", name, n, mostMethods)
		}
	}
	if methods["diagnostics"] == 0 || methods["Plan"] == 0 {
		t.Errorf("have methods %v, want those of diagnostics and Plan among them", methods)
	}
}

// checkFields checks what a type holds.
func checkFields(t *testing.T, spec *ast.TypeSpec) {
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range fields.Fields.List {
		switch held := typeName(f.Type); {
		case held == "Plan":
			t.Errorf("type %s holds the plan: let it give a value", spec.Name)
		case held == "Scenario" && spec.Name.Name != "Plan" && spec.Name.Name != "hostAccess":
			t.Errorf("type %s holds the whole scenario: want the sections that it reads", spec.Name)
		}
	}
}

// typeName is a type's own name, without its pointer and package.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}
