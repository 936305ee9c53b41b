package reports

import "strings"

// Languages are those that reports are written in.
var Languages = []string{"en", "zh"}

// Say is a label in the page's language.
func (p *page) Say(key string) string { return labels[p.Lang][key] }

// scripted are the labels that the page's script sets, those that begin with a dot.
func (p *page) scripted() map[string]string {
	out := map[string]string{}
	for key, word := range labels[p.Lang] {
		if name, ok := strings.CutPrefix(key, "."); ok {
			out[name] = word
		}
	}
	return out
}

// labels are the page's own words by language; a test holds that none is missing.
var labels = map[string]map[string]string{
	"en": {
		"verdict pass": "pass", "verdict fail": "fail", "verdict inconclusive": "inconclusive",
		"verdict error": "error", "verdict interrupted": "interrupted",

		"run": "run", "seed": "seed", "scenario": "scenario", "sla hash": "SHA-256 of the SLA",

		"objectives": "What was wanted, and what was measured", "objective": "objective",
		"bar": "measured, and the limit", "wanted": "wanted", "measured": "measured",
		"margin": "margin", "no objectives": "nothing was judged",

		"success panel": "How the users were served",
		"success hint":  "share of good requests",
		"of":            "of", "all groups": "all groups", "whole run": "whole run",
		"how":      "drag or + and − zoom all charts, arrows move, double click or 0 goes back",
		"fault on": "fault on", "outage": "outage of users",

		"noticed panel": "Who noticed, and when",
		"noticed hint":  "how finely an end is known is set lighter; dotted: not over at the end",

		"latency panel": "How long answers took",
		"latency hint":  "a bad request takes for ever: a line that breaks off has no end there",

		"failures panel": "How requests failed", "failures hint": "per step, by class",
		"no failures": "no request failed", "due": "due and sent",

		"nodes panel": "Who answered",
		"nodes hint":  "answers per step by node; below, success of new and of standing connections",
		"fresh":       "new connections",

		"proof panel": "That the fault was there", "proof hint": "counted on the wire",
		"fault": "fault", "on link": "on", "for users": "for users", "for checks": "for checks",
		"in all": "in all", "unit": "counted", "gone": "read back as gone",
		"together": "not told apart", "no fault": "a control run: nothing was injected",

		"cost panel": "What it cost", "no cost": "nothing was counted",

		"trust panel": "How far to trust the numbers",
		"trust hint":  "the generator, the clocks, and what was noted",
		"one run": "One run says what happened once. What happens in general takes a campaign: " +
			"stormdrill run --repeat.",

		"again panel": "To repeat it", "again": "command",

		".time": "time", ".success": "success", ".worst": "worst part of a step",
		".max": "slowest good one", ".slow": "bad from here", ".due": "due", ".sent": "sent",
		".fresh": "new connections", ".standing": "standing connections",
		".others": "all others", ".outage_of": "users: %", ".ideal": "ideal observer",
		".not_over": "not over",
	},
	"zh": {
		"verdict pass": "通过", "verdict fail": "未通过", "verdict inconclusive": "无法判定",
		"verdict error": "出错", "verdict interrupted": "已中断",

		"run": "运行", "seed": "随机种子", "scenario": "演练", "sla hash": "SLA 的 SHA-256",

		"objectives": "目标与实测", "objective": "目标", "bar": "实测值与上下限",
		"wanted": "要求", "measured": "实测", "margin": "余量", "no objectives": "没有需要判定的目标",

		"success panel": "用户受到的服务", "success hint": "成功请求占比",
		"of": "范围", "all groups": "全部用户组", "whole run": "整次运行",
		"how":      "拖动或按 + / − 同步缩放所有图表，方向键移动，双击或按 0 还原",
		"fault on": "故障注入中", "outage": "用户侧中断",

		"noticed panel": "谁发现了、何时发现", "noticed hint": "浅色为时刻的不确定范围；右侧虚线表示结束时仍未恢复",

		"latency panel": "响应时间", "latency hint": "失败请求按无穷大计：曲线断开处表示该分位数没有上限",

		"failures panel": "请求如何失败", "failures hint": "每个时间段，按类别", "no failures": "没有失败的请求",
		"due": "应发与实发",

		"nodes panel": "由谁应答", "nodes hint": "各节点每个时间段的应答数；下图为新建连接与已有连接的成功率",
		"fresh": "新建连接",

		"proof panel": "故障确实存在的证据", "proof hint": "链路上的计数",
		"fault": "故障", "on link": "链路", "for users": "用户请求", "for checks": "探测请求", "in all": "合计",
		"unit": "计数对象", "gone": "已确认清除", "together": "无法区分", "no fault": "对照运行：未注入任何故障",

		"cost panel": "影响与代价", "no cost": "没有可计的项目",

		"trust panel": "数据可信度", "trust hint": "压测端、时钟与备注",
		"one run": "一次运行只说明发生过一次的事；要得出普遍结论请做多次演练：stormdrill run --repeat。",

		"again panel": "如何重现", "again": "命令",

		".time": "时间", ".success": "成功率", ".worst": "时段内最差部分", ".max": "最慢的成功请求",
		".slow": "超过即算失败", ".due": "应发", ".sent": "实发", ".fresh": "新建连接", ".standing": "已有连接",
		".others": "其他", ".outage_of": "用户：%", ".ideal": "理想观察者", ".not_over": "未结束",
	},
}
