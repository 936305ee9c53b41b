package words

import (
	"go/ast"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// statements are the codes that are stated beside a text in English, and what each names.
func statements(t *testing.T) map[sla.Code][]string {
	all := map[sla.Code][]string{}
	for _, folder := range []string{"../../faults", "../../loadgen", "../../loadgen/load",
		"../../scenarios/watch"} {
		walk(t, folder, func(n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			of, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || of.Sel.Name != "State" || len(call.Args) == 0 {
				return
			}
			if code, ok := literal(call.Args[0]); ok { // code, then name and text by turns
				all[sla.Code(code)] = []string{}
				for i := 1; i < len(call.Args); i += 2 {
					name, _ := literal(call.Args[i])
					all[sla.Code(code)] = append(all[sla.Code(code)], name)
				}
			}
		})
	}
	return all
}

// What is stated by a code is said in each language; what has none, or none that is known, as
// of an older record, is quoted where it is in another language.
func TestWhatHasNoCodeIsQuoted(t *testing.T) {
	sent := func(code string, values ...string) sla.Said {
		return sla.Noted(timeline.Noted(1, "webhook-refused", "watcher pager was sent x: y",
			append(values, "watcher", "pager", "why", "its method is not POST", "why_code", code)...))
	}
	stated := link.State("flood-answered", "answered", "12")
	answered := &sla.Said{Code: sla.Code(stated.Code), Values: sla.Values{
		{Name: "detail", Is: "12 answered"}, {Name: "answered", Is: "12"}}}
	for _, c := range []struct{ have, want string }{
		{Chinese.Text(sent("not-post")), "监控 pager 收到的内容不是通知：请求方法不是 POST"},
		{Chinese.Text(sent("too-large", "most", "9")), "监控 pager 收到的内容不是通知：内容超过 9 字节"},
		{Chinese.Text(sent("too-large")), "监控 pager 收到的内容不是通知：“its method is not POST”"},
		{Chinese.Text(sent("")), "监控 pager 收到的内容不是通知：“its method is not POST”"},
		{English.Text(sent("not-post")), "watcher pager was sent x: y"},
		{Chinese.Stated(answered, "12 answered"), "其中 12 个得到应答"},
		{English.Stated(answered, "12 answered"), "12 answered"},
		{Chinese.Stated(nil, "12 answered"), "“12 answered”"},
		{Chinese.Stated(nil, ""), ""},
		{English.Stated(nil, "12 answered"), "12 answered"},
		{Chinese.Text(sla.Say(sla.Harness, "no engine")), "stormdrill 或其环境出错：“no engine”"},
		{Chinese.Text(sla.Say(sla.LedElsewhere, "a hears b for c", []string{"a", "d"},
			[]string{"b"}, []string{"c"})), "a、d 查询 c 得到 b"},
	} {
		if c.have != c.want {
			t.Errorf("have %q, want %q", c.have, c.want)
		}
	}
}
