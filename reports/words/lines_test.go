package words

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
)

// parts are those of each language's table of lines.
var parts = map[string][]map[string]string{"en": {englishLines, englishPage, englishCommands,
	englishPlan},
	"zh": {chineseLines, chinesePage, chineseCommands, chinesePlan}}

// Every language has the same lines, of the same values.
func TestLinesAreInEveryLanguage(t *testing.T) {
	for name, l := range languages {
		for line, template := range l.lines {
			if want := named(English.lines[line]); !slices.Equal(named(template), want) {
				t.Errorf("%s: %s: %q, and in English it names %q", name, line, template, want)
			}
			if strings.Count(template, "‹") != strings.Count(template, "›") {
				t.Errorf("%s: %s: %q", name, line, template)
			}
		}
		want := 0
		for _, table := range parts[name] {
			want += len(table)
		}
		if have := len(l.lines); have != want {
			t.Errorf("%s: %d lines, want %d: two have one name", name, have, want)
		}
		for line := range English.lines {
			if _, ok := l.lines[line]; !ok {
				t.Errorf("%s: no line %s", name, line)
			}
		}
	}
}

// What reports ask for by name is there, with the values that it names.
func TestLinesAreAskedFor(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		places := token.NewFileSet()
		f, err := parser.ParseFile(places, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if text, ok := literal(n); ok {
				said[text] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || call.Ellipsis != token.NoPos {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); !ok || s.Sel.Name != "Line" {
				return true
			}
			line, ok := literal(call.Args[0])
			template, known := English.lines[line]
			if !ok {
				return true
			}
			var given []string
			for i := 1; i < len(call.Args); i += 2 {
				name, _ := literal(call.Args[i])
				given = append(given, name)
			}
			slices.Sort(given)
			if !known || !slices.Equal(given, named(template)) {
				t.Errorf("%s: line %q is given %q, and is %q", places.Position(call.Pos()), line,
					given, template)
			}
			return true
		})
	}
	for _, line := range askedByPage(t) {
		if said[line] = true; English.lines[line] == "" {
			t.Errorf("a page asks for line %q, and there is none", line)
		}
	}
	for line := range English.lines {
		// Verdicts, phases and colours are asked for by what the judge calls them.
		if !said[line] && !slices.ContainsFunc(begun, func(b string) bool {
			return strings.HasPrefix(line, b)
		}) && !slices.Contains([]string{"warm-up", "baseline", "recovery", "yellow", "orange", "red"}, line) {
			t.Errorf("nobody asks for line %q", line)
		}
	}
}

// begun are names that what the judge says ends.
var begun = []string{"verdict-", "page-effective-", "message-", "step-", "md-", "class-", "node-",
	"changed-"}

// askedByPage are the lines that the pages of HTML ask for, and their script.
func askedByPage(t *testing.T) (all []string) {
	for _, in := range []struct{ file, pattern, before string }{
		{"../page/report.html", `Line "([^"]+)"`, ""},
		{"../page/campaign.html", `Line "([^"]+)"`, ""},
		{"../page/matrix.html", `Line "([^"]+)"`, ""},
		{"../page/report.js", `words\.([a-z0-9]+)`, "chart-"},
		{"../page/report.js", `words\["([a-z0-9-]+)"\]`, "chart-"},
		{"../page/report.js", `say\("([a-z0-9-]+)"`, "chart-"},
	} {
		text, err := os.ReadFile(filepath.FromSlash(in.file))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(in.pattern).FindAllSubmatch(text, -1)
		for _, m := range found {
			all = append(all, in.before+string(m[1]))
		}
		if len(found) == 0 {
			t.Errorf("%s asks for no line by %s", in.file, in.pattern)
		}
	}
	return all
}

func literal(n ast.Node) (string, bool) {
	l, ok := n.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		all, messages, lang string
		want                *Language
	}{
		{"", "", "", English},
		{"", "", "zh_CN.UTF-8", Chinese},
		{"", "zh_TW", "de_DE", Chinese},
		{"C", "zh_CN", "zh_CN", English},
		{"", "en_US.UTF-8", "zh_CN.UTF-8", English},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_MESSAGES": c.messages, "LANG": c.lang}
		if have := FromEnvironment(func(name string) string { return env[name] }); have != c.want {
			t.Errorf("%+v", c)
		}
	}
}

// A blank parts Chinese from the Latin of a value, once, and none stands where there is neither.
func TestChineseIsPartedFromLatin(t *testing.T) {
	for _, c := range []struct{ have, want string }{
		{Chinese.Line("likely", "cause", "DNS 解析异常"), "可能是 DNS 解析异常"},
		{Chinese.Line("likely", "cause", "证书问题"), "可能是证书问题"},
		{Chinese.Line("message-groups", "groups", "shoppers"), "shoppers 各组"},
		{Chinese.Line("message-groups", "groups", "用户"), "用户各组"},
		{Chinese.Line("matrix-silent", "alert", "a（dns）", "met", "1", "runs", "2"),
			"a（dns）从未告警，而其 2 轮中有 1 轮本应发现"},
		{Chinese.Line("matrix-silent", "alert", "a（webhook）：Down", "met", "1", "runs", "2"),
			"a（webhook）：Down 从未告警，而其 2 轮中有 1 轮本应发现"},
		{Chinese.Line("page-by-time"), "正常的整秒占比"},
		{English.Line("likely", "cause", "中断"), "likely 中断"},
	} {
		if c.have != c.want {
			t.Errorf("have %q, want %q", c.have, c.want)
		}
	}
}

// A Chinese character takes two columns, and a line may end beside it.
func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "a ± b": 5, "中断 1 s": 8, "（ok）": 6,
		"e\u0301": 1} {
		if have := Width(s); have != want {
			t.Errorf("%q: have %d, want %d", s, have, want)
		}
	}
	if have := Pad("中断", 6); have != "中断  " {
		t.Errorf("have %q", have)
	}
	for word, want := range map[string][]string{
		"plain-word,": {"plain-word,"},
		"中断，ok（第12轮）": {"中", "断，", "ok", "（第", "12", "轮）"},
	} {
		if have := Breaks(word); !slices.Equal(have, want) {
			t.Errorf("%q: have %q, want %q", word, have, want)
		}
	}
}
