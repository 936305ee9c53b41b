package reports

import (
	"cmp"
	"fmt"
	"strings"
)

// Say is a label in the page's language.
func (p *page) Say(key string) string { return labels[p.Tag()][key] }

// Phase names one of a run.
func (p *page) Phase(name string) string { return cmp.Or(p.Say("phase "+name), name) }

// say is one with values.
func (p *page) say(key string, values ...any) string {
	return fmt.Sprintf(labels[p.Tag()][key], values...)
}

// scripted are the labels that the page's script sets, those that begin with a dot.
func (p *page) scripted() map[string]string {
	out := map[string]string{}
	for key, word := range labels[p.Tag()] {
		if name, ok := strings.CutPrefix(key, "."); ok {
			out[name] = word
		}
	}
	return out
}

// labels are the page's own words by language; a test holds that none is missing.
var labels = map[string]map[string]string{
	"en": {
		"why": "Why", "what happened": "What happened when",
		"verdict pass": "pass", "verdict fail": "fail", "verdict inconclusive": "inconclusive",
		"verdict error": "error", "verdict interrupted": "interrupted",
		"control": ", control run without its faults", "comma": ", ",

		"what broke": "What broke", "nothing broke": "nothing was injected",
		"never injected": "never injected", "proven gone": "proven gone",
		"not proven gone": "not proven gone",
		"how long":        "How long users suffered", "no outage": "no outage",
		"no outage of it": "no outage that is a fault's", "none sent": "no request to be judged",
		"failed of": "%s of %s requests failed; %s good", "users hit": "%s of %s users hit",
		"who noticed": "Who noticed, and when", "nobody was to": "nothing to notice",
		"nobody": "nobody", "after": "%s, after %s", "ideal": "every request, watched: %s",
		"cannot meet": "cannot meet %s", "nothing to notice": "nothing to notice",
		"content, none hurt": "content; no user was hurt",
		"content, slower":    "content, while answers were slower", "never": "never (%s)",
		"did it pass": "Did it pass", "met of": ", %d of %d met",
		"believe": "Can the numbers be believed", "numbers hold": "yes, as finely as they say",
		"numbers void": "no, they prove nothing", "rates": "%.4g/s sent of %.4g/s wanted",
		"lag": "sent at most %s late (p99)", "unsent": "%s never sent", "notes": "notes: %d",
		"effective no": "it never bit", "effective too few": "it bit too few",
		"effective unknown": "not known whether it bit",

		"objectives": "What was wanted, and what was measured", "objective": "objective",
		"bar": "measured, and the limit", "wanted": "wanted", "measured": "measured",
		"margin": "margin", "no objectives": "nothing was judged",

		"success panel": "How the users were served", "success hint": "share of good requests",
		"of": "users", "all groups": "all groups", "whole run": "whole run",
		"how":      "drag or + and − zoom all charts, arrows move, double click or 0 goes back",
		"fault on": "fault on", "outage": "outage of users", "any failed": "requests failed",
		"give": "how finely an instant is known",

		"noticed panel": "Who knew what, when",
		"noticed hint":  "lighter: how finely an end is known; dotted: not over at the end",
		"watcher":       "watcher", "noticed after": "noticed after", "behind": "behind the ideal",
		"content after": "content after clear", "false alarms": "false alarms",
		"moved": "moved %s to %s (%s answers)", "never moved": "never moved",
		"no watchers": "nobody watched",

		"latency panel": "How long answers took",
		"latency hint":  "a bad request takes for ever: a line that breaks off has no end there",
		"group":         "users", "phase": "phase", "good": "good", "phase baseline": "baseline",
		"phase fault": "fault", "phase recovery": "recovery",
		"during": "it was on in the outage of %s",

		"failures panel": "How requests failed", "failures hint": "a second, by class",
		"no failures": "no request failed", "due": "due and sent",

		"nodes panel": "Who answered",
		"nodes hint":  "answers a second by node; below, success by kind of connection",
		"fresh":       "new connections",

		"proof panel": "That the fault was there", "proof hint": "counted on the wire",
		"fault": "fault", "for users": "for users", "for checks": "for checks",
		"in all": "in all", "unit": "counted", "gone": "gone", "together": "not told apart",
		"no fault": "nothing was injected", "bit": "bit after",
		"felt": "users had", "absorbed": "nothing: absorbed", "slower": "slower answers, no outage",
		"faint": "%s bad requests, too few for an outage", "least": "least to stand out",

		"cost panel": "What it cost", "no cost": "nothing was counted",
		"writes":     "acknowledged writes",
		"writes are": "%s: %s there, %s lost, %s unknown", "budget": "error budget",
		"burnt": "%s burnt: %s of %s (%s good in %s)", "level": "impact level (1 to 3)",
		"everyone": ", everyone", "or lower": ", or one lower: too few users to tell",
		"peak": "active users hit in the worst second", "hit": "users ever hit",
		"hit of": "%s of %s", "degraded": "degraded for", "full": "fully out for",
		"by time": "share of the time well", "alert": "alert",
		"clocks": "handbook's clocks", "within": "respond within %s, repair within %s",

		"trust panel": "How far to trust the numbers",
		"trust hint":  "the generator, the clocks, and what was noted",
		"load":        "load", "late": "late in sending, p99", "never sent": "due, and never sent",
		"replayed": "replayed by the transport", "machine": "machine at its busiest",
		"pressure": "load of %.3g a core", "waited cpu": "waited for CPU %s of the time",
		"waited memory": "for memory %s", "waited io": "for disks %s", "clock": "clocks",
		"clock is":     "the containers' is %s ± %s off this one's, measured %d times; drift %s",
		"clock is one": "containers and this machine share one, to ± %s",
		"strays":       "strayed from the drill's network", "strays are": "%s packets stopped",
		"note": "note", "one": "one run",
		"one run": "it says what happened once. What happens in general takes a campaign: " +
			"stormdrill run --repeat.",

		"again panel": "To repeat it", "command": "command", "run": "run",
		"sla hash": "SHA-256 of the SLA",

		".time": "time", ".success": "success", ".worst": "worst quarter of a step",
		".max": "slowest good one", ".slow": "bad from here", ".due": "due", ".sent": "sent",
		".fresh": "new connections", ".standing": "standing connections",
		".others": "all others", ".outage_of": "users: %", ".ideal": "ideal observer",
		".not_over": "not over", ".a_second": "/s",
	},
	"zh": {
		"why": "原因", "what happened": "事件顺序",
		"verdict pass": "通过", "verdict fail": "未通过", "verdict inconclusive": "无法判定",
		"verdict error": "出错", "verdict interrupted": "已中断",
		"control": "，不注入故障的对照运行", "comma": "、",

		"what broke": "出了什么故障", "nothing broke": "未注入任何故障",
		"never injected": "从未注入", "proven gone": "已确认清除", "not proven gone": "未能确认清除",
		"how long": "用户受影响多久", "no outage": "没有中断", "no outage of it": "没有由故障造成的中断",
		"none sent": "没有可评判的请求", "failed of": "%[2]s 个请求中 %[1]s 个失败；成功率 %[3]s",
		"users hit":   "%[2]s 名用户中 %[1]s 名受影响",
		"who noticed": "谁发现了、何时发现", "nobody was to": "没有需要发现的", "nobody": "无人发现",
		"after": "%s，%s 后", "ideal": "逐个请求观察可达到：%s", "cannot meet": "遇不到 %s",
		"nothing to notice": "没有需要发现的", "content, none hurt": "一直正常；没有用户受影响",
		"content, slower": "一直正常，但响应变慢", "never": "从未发现（%s）",
		"did it pass": "是否通过", "met of": "，%[2]d 项中达到 %[1]d 项",
		"believe": "数据是否可信", "numbers hold": "可信，精度如所标", "numbers void": "不可信，不能说明问题",
		"rates": "实发 %.4g/s，应发 %.4g/s", "lag": "发送最多延迟 %s（p99）", "unsent": "%s 个未能发出",
		"notes": "备注：%d 条", "effective no": "从未生效", "effective too few": "生效次数太少",
		"effective unknown": "不知是否生效",

		"objectives": "目标与实测", "objective": "目标", "bar": "实测值与上下限",
		"wanted": "要求", "measured": "实测", "margin": "余量", "no objectives": "没有需要判定的目标",

		"success panel": "用户受到的服务", "success hint": "成功请求占比",
		"of": "用户组", "all groups": "全部用户组", "whole run": "整次运行",
		"how":      "拖动或按 + / − 同步缩放所有图表，方向键移动，双击或按 0 还原",
		"fault on": "故障注入中", "outage": "用户侧中断", "any failed": "有请求失败", "give": "时刻的不确定范围",

		"noticed panel": "谁在何时知道什么", "noticed hint": "浅色为时刻的不确定范围；右侧虚线表示结束时仍未恢复",
		"watcher": "监控", "noticed after": "多久发现", "behind": "落后理想观察者",
		"content after": "清除后多久恢复正常", "false alarms": "误报", "moved": "%s 切换，%s 切回（%s 次应答）",
		"never moved": "从未切换", "no watchers": "没有监控",

		"latency panel": "响应时间", "latency hint": "失败请求按无穷大计：曲线断开处表示该分位数没有上限",
		"group": "用户组", "phase": "阶段", "good": "成功率", "phase baseline": "基线",
		"phase fault": "故障", "phase recovery": "恢复",
		"during": "处于 %s 的中断期间",

		"failures panel": "请求如何失败", "failures hint": "每秒，按类别", "no failures": "没有失败的请求",
		"due": "应发与实发",

		"nodes panel": "由谁应答",
		"nodes hint":  "各节点每秒应答数；下图为新建连接与已有连接的成功率",
		"fresh":       "新建连接",

		"proof panel": "故障确实存在的证据", "proof hint": "链路上的计数",
		"fault": "故障", "for users": "用户请求", "for checks": "探测请求", "in all": "合计",
		"unit": "计数对象", "gone": "已清除", "together": "无法区分", "no fault": "未注入任何故障",
		"bit": "多久生效", "felt": "用户所受影响", "absorbed": "无：故障被吸收", "slower": "响应变慢，无中断",
		"faint": "%s 个失败请求，太少，不足以判为中断", "least": "可察觉的最小占比",

		"cost panel": "影响与代价", "no cost": "没有可计的项目", "writes": "已确认的写入",
		"writes are": "%s：保留 %s，丢失 %s，不明 %s", "budget": "错误预算",
		"burnt": "消耗 %s：%[3]s 的 %[2]s（%[5]s 内成功率 %[4]s）", "level": "影响等级（1 至 3）",
		"everyone": "，全部用户", "or lower": "，或低一级：用户太少无法区分",
		"peak": "最差一秒内受影响的活跃用户", "hit": "曾受影响的用户", "hit of": "%[2]s 中的 %[1]s",
		"degraded": "服务降级时长", "full": "完全中断时长", "by time": "正常时间占比", "alert": "告警",
		"clocks": "手册时限", "within": "%s 内响应，%s 内修复",

		"trust panel": "数据可信度", "trust hint": "压测端、时钟与备注", "load": "负载",
		"late": "发送延迟 p99", "never sent": "应发而未发", "replayed": "由传输层重发", "machine": "本机最忙时",
		"pressure": "每核负载 %.3g", "waited cpu": "等待 CPU 的时间占 %s", "waited memory": "等待内存 %s",
		"waited io": "等待磁盘 %s", "clock": "时钟", "clock is": "容器与本机相差 %s ± %s，测量 %d 次；漂移 %s",
		"clock is one": "容器与本机为同一时钟，误差 ± %s", "strays": "越出演练网络的数据包",
		"strays are": "拦下 %s 个", "note": "备注", "one": "一次运行",
		"one run": "只说明发生过一次的事；要得出普遍结论请做多次演练：stormdrill run --repeat。",

		"again panel": "如何重现", "command": "命令", "run": "运行", "sla hash": "SLA 的 SHA-256",

		".time": "时间", ".success": "成功率", ".worst": "时段内最差的四分之一", ".max": "最慢的成功请求",
		".slow": "超过即算失败", ".due": "应发", ".sent": "实发", ".fresh": "新建连接", ".standing": "已有连接",
		".others": "其他", ".outage_of": "用户：%", ".ideal": "理想观察者", ".not_over": "未结束",
		".a_second": "/s",
	},
}
