package scenarios

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write comments.json anew from the sources")

// TestComments holds that the schema's descriptions are the types' own
// comments.
func TestComments(t *testing.T) {
	found := map[string]string{}
	for pkg, dir := range map[string]string{"scenarios": ".", "faults": "../faults", "watch": "watch", "load": "../loadgen/load"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if name := e.Name(); strings.HasSuffix(name, ".go") &&
				!strings.HasSuffix(name, "_test.go") {
				collect(t, found, pkg, dir+"/"+name)
			}
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(found); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("comments.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(b.Bytes(), comments) {
		t.Error("comments.json is not what the sources say: go test ./scenarios -run Comments -update")
	}
}

// collect takes the comments of a file's types that are written as YAML.
func collect(t *testing.T, found map[string]string, pkg, file string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, s := range g.Specs {
			spec := s.(*ast.TypeSpec)
			st, ok := spec.Type.(*ast.StructType)
			if !ok {
				continue
			}
			name, written := pkg+"."+spec.Name.Name, false
			for _, field := range st.Fields.List {
				if field.Tag == nil || !strings.Contains(field.Tag.Value, `yaml:"`) {
					continue
				}
				written = true
				text := strings.Join(strings.Fields(field.Doc.Text()+" "+field.Comment.Text()), " ")
				if len(field.Names) == 1 && text != "" {
					found[name+"."+field.Names[0].Name] = text
				}
			}
			if doc := g.Doc.Text(); written && doc != "" {
				found[name] = strings.Join(strings.Fields(doc), " ")
			}
		}
	}
}
