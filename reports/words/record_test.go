package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// walk shows each node of a package's source, its tests apart.
func walk(t *testing.T, folder string, see func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				see(n)
			}
			return true
		})
	}
}

// units are the codes that faults give what they count, wherever they write one.
func units(t *testing.T) map[sla.Code][]string {
	all := map[sla.Code][]string{}
	is := func(e ast.Expr, name string) bool {
		s, ok := e.(*ast.SelectorExpr)
		return ok && s.Sel.Name == name
	}
	take := func(e ast.Expr) {
		if code, ok := literal(e); ok {
			all[sla.Code(code)] = []string{"value"}
		}
	}
	walk(t, "../../faults", func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if n.Type == nil || !is(n.Type, "Unit") {
				return
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "Code" {
					take(kv.Value)
				}
			}
		case *ast.AssignStmt:
			if is(n.Lhs[0], "Code") {
				take(n.Rhs[0])
			}
		}
	})
	return all
}

// notes are the kinds of what runs say in English, and what each names: of notes for the
// record, and of what is said while a drill goes on.
func notes(t *testing.T) (record, going map[sla.Code][]string) {
	record, going = map[sla.Code][]string{}, map[sla.Code][]string{}
	keep := func(in map[sla.Code][]string, kind string, values []ast.Expr) {
		all := in[sla.Code(kind)]
		for i := 0; i+1 < len(values); i += 2 {
			if name, ok := literal(values[i]); ok {
				all = append(all, name)
			}
		}
		in[sla.Code(kind)] = all
	}
	for folder, noted := range map[string]map[sla.Code][]string{"../../scenarios/run": record,
		"../../scenarios/watch": record, "../../scenarios/lab/docker": going} {
		walk(t, folder, func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return
			}
			kind, told := literal(call.Args[0])
			switch name := called(call); {
			case name == "Noted": // at, kind, text, …
				if kind, told = literal(call.Args[1]); told {
					keep(noted, kind, call.Args[3:])
				}
			case name == "say" && told && !strings.Contains(kind, " "): // kind, text, …
				keep(going, kind, call.Args[2:])
			case name == "Note" && len(call.Args) > 2: // watcher, text, …
				keep(record, "watcher", call.Args[2:])
			}
		})
	}
	record["watcher"] = append(record["watcher"], "watcher")
	return record, going
}

// told are the codes by which the doctor and plans tell their texts, and what each names.
func told(t *testing.T) map[sla.Code][]string {
	all := map[sla.Code][]string{}
	for _, folder := range []string{"../../scenarios/lab/docker", "../../scenarios/plan",
		"../../scenarios/watch",
		"../../faults/switchboard"} {
		walk(t, folder, func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 || !slices.Contains([]string{"Tell", "Tellf", "note",
				"uncontain"}, called(call)) {
				return
			}
			if code, ok := literal(call.Args[0]); ok { // code, text, then name and text by turns
				all[sla.Code(code)] = []string{}
				if strings.HasPrefix(code, "asks-") { // what a plan adds, how often and where
					all[sla.Code(code)] = []string{"every", "fails", "from"}
				}
				for i := 2; i < len(call.Args); i += 2 {
					name, _ := literal(call.Args[i])
					all[sla.Code(code)] = append(all[sla.Code(code)], name)
				}
			}
		})
	}
	return all
}

// called is the name of what is called.
func called(call *ast.CallExpr) string {
	switch of := call.Fun.(type) {
	case *ast.SelectorExpr:
		return of.Sel.Name
	case *ast.Ident:
		return of.Name
	}
	return ""
}

// What a record says in English by a code has words in every other language, of the values
// that it carries, and no words are there for what none says: of what each kind of fault
// counts, and of each kind of note. So has what is said while a drill goes on, and what the
// doctor and plans say.
func TestEveryCodeOfARecordHasItsWords(t *testing.T) {
	units := units(t)
	carried, going := notes(t)
	maps.Copy(carried, units)
	maps.Copy(carried, statements(t))
	kinds := reflect.TypeFor[faults.Kinds]()
	for i := range kinds.NumField() {
		f := reflect.New(kinds.Field(i).Type.Elem()).Interface().(faults.Fault)
		x := f.Traits()
		if _, ok := units[sla.Code(x.Unit.Code)]; !ok && !x.Vouched {
			t.Errorf("%T: it counts %q", f, x.Unit.Code)
		}
	}
	for name, l := range languages {
		if l == English {
			continue
		}
		for _, x := range []struct {
			words   map[sla.Code]string
			carried map[sla.Code][]string
		}{{l.record, carried}, {l.going, going}, {l.told, told(t)}} {
			for code, values := range x.carried {
				template, ok := x.words[code]
				if !ok {
					t.Errorf("%s: no words for %q", name, code)
				}
				for _, value := range named(template) {
					if !slices.Contains(values, value) {
						t.Errorf("%s: %s names %s, and carries %q", name, code, value, values)
					}
				}
			}
			for code := range x.words {
				_, also := sla.Codes[code]
				if _, ok := x.carried[code]; !ok || also {
					t.Errorf("%s: nobody says %s, or the judge says it, too", name, code)
				}
			}
		}
	}
}

// said is a value of a type in which all is said.
func said(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		said(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				said(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		said(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem())
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.Set(reflect.ValueOf(1).Convert(v.Type()))
	}
}

// Every kind of fault has words in every language but its own, and they name no setting that
// it does not have.
func TestEveryFaultHasItsWords(t *testing.T) {
	settings := map[string]map[string]string{}
	kinds := reflect.TypeFor[faults.Kinds]()
	for i, kind := range scenarios.FaultKinds() {
		v := reflect.New(kinds.Field(i).Type.Elem())
		said(v.Elem())
		settings[kind.Name] = scenarios.Settings(v.Interface())
	}
	for name, l := range languages {
		for kind := range settings {
			if _, ok := l.faults[kind]; !ok && l != English {
				t.Errorf("%s: no words for %s", name, kind)
			}
		}
		for line, template := range l.faults {
			kind, of, word := strings.Cut(line, " ")
			setting, _, _ := strings.Cut(of, "=")
			if settings[kind] == nil || word && !slices.Contains(named(l.faults[kind]), setting) {
				t.Errorf("%s: nobody says %s", name, line)
			}
			for _, value := range named(template) {
				if _, ok := settings[kind][value]; !ok {
					t.Errorf("%s: %s names %s, which it cannot be told", name, line, value)
				}
			}
		}
	}
}

// Every kind of fault and of watcher is told in every language, and no other is.
func TestEveryKindIsTold(t *testing.T) {
	var kinds []string
	for _, k := range scenarios.FaultKinds() {
		kinds = append(kinds, "fault "+k.Name)
	}
	for _, k := range scenarios.WatchKinds() {
		kinds = append(kinds, "watch "+k.Name)
	}
	slices.Sort(kinds)
	for name, l := range languages {
		if have := slices.Sorted(maps.Keys(l.kinds)); l != English && !slices.Equal(have, kinds) {
			t.Errorf("%s: told are\n%q, and there are\n%q", name, have, kinds)
		}
	}
}

// A record's own English stays what it is; another language says it by code and values,
// and what an older record lacks of these is told in the record's words.
func TestARecordIsToldInEachLanguage(t *testing.T) {
	share := sla.Values{{Name: "code", Is: "503"}, {Name: "share", Is: "30%"},
		{Name: "only.methods", Is: "POST"}}
	bad := sla.Fault{Kind: "http-status", What: "answers 503 to 30% of requests, only POST",
		Settings: share}
	older, unknown, kill, host := bad, bad, bad, bad
	older.Settings, unknown.Kind = nil, "of-later"
	kill.Kind, host.Kind = "kill", "kill"
	host.Settings = sla.Values{{Name: "as", Is: "host"}}
	asked := func(values ...string) sla.Said {
		return sla.Noted(timeline.Noted(1, "unknown-name", "a asked for b", values...))
	}
	counted := sla.Said{Code: "answered", Values: sla.Values{{Name: "detail", Is: "503s answered"},
		{Name: "value", Is: "503"}}}
	for _, c := range []struct{ english, chinese, want string }{
		{English.Fault(bad), Chinese.Fault(bad), "以 503 应答 30% 的请求，仅 POST 请求"},
		{English.Fault(older), Chinese.Fault(older), "“" + bad.What + "”"},
		{English.Fault(unknown), Chinese.Fault(unknown), "“" + bad.What + "”"},
		{bad.What, Chinese.Fault(kill), "杀死服务的进程；其主机拒绝连接"},
		{bad.What, Chinese.Fault(host), "杀死服务的进程；其主机不再响应"},
		{English.Text(asked("asker", "a", "name", "b")), Chinese.Text(asked("asker", "a", "name",
			"b")), "a 查询了“b”，它的 uses 均未声明：NXDOMAIN"},
		{English.Text(asked()), Chinese.Text(asked("asker", "lb", "name", "app-1", "uses", "app", "of",
			"lb")), "lb 查询了“app-1”，它的 uses 均未声明：NXDOMAIN；如需解析，请在 targets.lb 下添加 uses: [app]"},
		{English.Text(asked("told", "100")), Chinese.Text(asked("told", "100")),
			"查询的未声明名称超过 100 个，其余不再列出：NXDOMAIN"},
		{English.Text(asked()), Chinese.Text(asked()), "“a asked for b”"},
		{English.Unit(sla.Proof{Unit: "503s answered", Counted: counted}),
			Chinese.Unit(sla.Proof{Counted: counted}), "返回 503 的应答"},
		{"503s answered", Chinese.Unit(sla.Proof{Unit: "things"}), "“things”"},
		{English.Unit(sla.Proof{Counted: sla.Say(sla.AsWritten, "503s answered")}),
			Chinese.Unit(sla.Proof{Counted: sla.Say(sla.AsWritten, "things")}),
			"“things”"},
	} {
		if want := []string{bad.What, "a asked for b", "503s answered"}; c.chinese != c.want ||
			!slices.Contains(want, c.english) {
			t.Errorf("have %q and %q, want %q", c.english, c.chinese, c.want)
		}
	}
}
