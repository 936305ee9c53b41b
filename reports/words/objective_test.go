package words

import (
	"testing"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// Names of objectives are keys, and English in English. In Chinese a threshold and what the judge
// adds of itself are said in Chinese; keys of a scenario's sla stay what the scenario has.
func TestObjectivesHaveNames(t *testing.T) {
	for name, want := range map[string]string{
		"no alarm of 探测":                          "探测 无误报",
		"no outage":                               "用户无中断",
		sla.NoAbort:                               "演练未自行中止",
		sla.Port("db"):                            "db 端口连通率（恢复）",
		"repair":                                  "修复用时",
		"success of 用户 in baseline":               "成功率（用户，基线）",
		"success of node app-1 on new in fault":   "成功率（节点 app-1，新建连接，故障）",
		"p99.9 of good of page/fresh in recovery": "延迟 p99.9（page/fresh，仅成功的，恢复）",
		"p95 in run":                              "延迟 p95（故障与恢复）",
		"handshake in recovery":                   "TCP 握手成功率（恢复）",
		"handshake-p95 of a in recovery":          "TCP 握手耗时 p95（a，恢复）",
		"dns-p50 in recovery":                     "域名解析耗时 p50（恢复）",
		"detect 探测":                               "detect 探测",
		"recover":                                 "recover",
		"what a later version judges":             "what a later version judges",
	} {
		if have := Chinese.Objective(name); have != want {
			t.Errorf("%s: have %q, want %q", name, have, want)
		}
		if have := English.Objective(name); have != name {
			t.Errorf("have %q, want %q", have, name)
		}
	}
	seen := func(count, of int) string {
		return Chinese.Text(sla.Say(sla.SeenStatus, count, of, 503))
	}
	for have, want := range map[string]string{
		seen(1000, 1000): "失败的 1,000 个请求状态码全部为 503",
		seen(999, 1000):  "1,000 个失败中 999 个状态码为 503",
		seen(1, 1):       "1 个失败中 1 个状态码为 503",
	} {
		if have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
	said := sla.Say(sla.ObjectiveMissed, "no outage", sla.Say(sla.WantNone), sla.Say(sla.Nothing))
	if have, want := Chinese.Text(said), "用户无中断：要求 无，实测 无数据"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}
