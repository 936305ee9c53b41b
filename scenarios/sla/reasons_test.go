package sla

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// Every reason why a run is no pass has its line in docs/inconclusive.md, but for those that
// are a campaign's.
func TestReasonsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/inconclusive.md")
	if err != nil {
		t.Fatal(err)
	}
	for code := range reasons {
		if !strings.Contains(string(page), "`"+string(code)+"`") {
			t.Errorf("reason %s has no line in docs/inconclusive.md", code)
		}
	}
}

// sources are the files of packages, parsed.
func sources(t *testing.T, dirs ...string) (*token.FileSet, []*ast.File) {
	t.Helper()
	places, files := token.NewFileSet(), []*ast.File{}
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(places, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
	}
	return places, files
}

// spelled is a code as the source has it: a constant, in the package or out of it.
func spelled(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		e = s.Sel
	}
	if i, ok := e.(*ast.Ident); ok && i.IsExported() {
		return i.Name
	}
	return ""
}

// constants are the codes by their names.
func constants(files []*ast.File) map[string]Code {
	codes := map[string]Code{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, typed := s.Type.(*ast.Ident); typed && of.Name == "Code" {
				text, _ := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
				codes[s.Names[0].Name] = Code(text)
			}
			return true
		})
	}
	return codes
}

// Each code has its values and is said somewhere, and no code gives it more values than it
// has names.
func TestCodesAreSaid(t *testing.T) {
	places, files := sources(t, ".", "campaign", "../../cmd/stormdrill")
	codes, used := constants(files), map[string]bool{}
	for _, f := range files {
		if filepath.Base(places.Position(f.Pos()).Filename) == "codes.go" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				used[spelled(e)] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || spelled(call.Fun) != "Say" || call.Ellipsis != token.NoPos {
				return true
			}
			code, ok := codes[spelled(call.Args[0])]
			if ok && len(call.Args)-1 > len(Codes[code]) {
				t.Errorf("%s: %s has the values %q", places.Position(call.Pos()), code, Codes[code])
			}
			return true
		})
	}
	for name, code := range codes {
		if _, ok := Codes[code]; !ok {
			t.Errorf("%s has no line in Codes", name)
		}
		if !used[name] {
			t.Errorf("%s is never said", name)
		}
	}
	diagnosed := len(diagnosis.Symptoms()) + len(diagnosis.Causes) + len(diagnosis.Scopes) +
		len(diagnosis.Places)
	if n := len(codes) + diagnosed; n != len(Codes) {
		t.Errorf("%d constants, and values of %d codes", n, len(Codes))
	}
}

// errands take a text that is no judgement: an error's, or a pattern.
var errands = []string{"Errorf", "New", "MustCompile"}

var englishWord = regexp.MustCompile(`[A-Za-z]{2,}`)

// Scoring has codes and numbers; sentences are the reports'. Errors say what is wrong with
// what a user wrote, and thresholds are as a user writes them.
func TestJudgeHasNoSentences(t *testing.T) {
	places, files := sources(t, ".", "campaign")
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field: // its tag is no text
				return n.Tag == nil
			case *ast.CallExpr:
				s, ok := n.Fun.(*ast.SelectorExpr)
				return !ok || !slices.Contains(errands, s.Sel.Name)
			case *ast.BasicLit:
				text, err := strconv.Unquote(n.Value)
				if _, not := ParseKeep(text); err != nil || not == nil {
					return true
				}
				said := 0
				for _, word := range strings.Fields(text) {
					said += len(englishWord.FindAllString(word, 1))
				}
				if said >= 3 {
					t.Errorf("%s: %s", places.Position(n.Pos()), n.Value)
				}
			}
			return true
		})
	}
}
