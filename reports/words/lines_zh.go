package words

// chineseLines are Chinese.
var chineseLines = map[string]string{
	// The head of a report, and its verdicts.
	"control-run":          "{scenario}，对照演练（无故障）",
	"verdict-pass":         "通过",
	"verdict-fail":         "未通过",
	"verdict-inconclusive": "无法判断",
	"verdict-error":        "错误",
	"verdict-interrupted":  "已中止",
	"objective":            "目标",
	"wanted":               "要求",
	"measured":             "实测",
	"margin":               "余量",
	"of-fault":             "{measured}（{fault}）",
	"points":               "{points} 个百分点",
	"met-of":               "{met}/{all} 达标",

	// Labels.
	"users":     "用户",
	"outages":   "中断",
	"budget":    "预算",
	"alert":     "告警",
	"diagnosis": "诊断",
	"latency":   "延迟",
	"data":      "数据",
	"fault":     "故障",
	"noticed":   "发现",
	"steered":   "切流",
	"answers":   "应答",
	"links":     "链路",
	"generator": "压测端",
	"clock":     "时钟",
	"note":      "备注",
	"timeline":  "时间线",
	"evidence":  "证据",
	"seed":      "种子",
	"says":      "结论",

	// Phases.
	"baseline": "基线",
	"recovery": "恢复",

	// What users had.
	"no-outage":          "无中断",
	"no-outage-of-fault": "无由故障引起的中断",
	"unwell-before":      "故障前已异常，无法识别中断",
	"no-outage-told":     "未能识别中断",
	"outage-of":          "中断 {time}",
	"none-sent":          "故障期间及之后没有发出请求",
	"requests": "{outage}；可用率 {available}：{sent} 个请求中 {failed} 个失败‹，" +
		"比基线水平多 {excess} 个›‹，计入未发出的 {unsent} 个则为 {low}～{high}›‹（{classes}）›",
	"stretch": "{group} 第 {onset} s 起{until}，失败 {share}‹，反复 {flap} 次›‹，" +
		"反复 {flaps} 次›‹，由 {faults} 引起›",
	"until":      "，至第 {recovery} s",
	"until-open": "，演练结束时未恢复",
	"or":         " 或 ",
	"unexplained": "{group} 有原因不明的中断：第 {onset} s 至第 {recovery} s‹，" +
		"各 ± {resolution}›‹，{open}›",
	"unexplained-open": "演练结束时未确认恢复",
	"impact": "影响等级 {level}‹，{everyone}›‹（{uncertain}）›：" +
		"最严重的一秒内活跃用户的 {peak} 受影响；{users} 个用户中 {hit} 个受过影响；{time}",
	"everyone":      "全体用户",
	"uncertain":     "或低一级：用户太少，无法确定",
	"impact-untold": "每秒请求太少，无法给出持续时间",
	"impact-time":   "降级 {degraded}，完全中断 {full}，正常时间占 {well}",
	"detection": "{watcher} 发现前失败 {before}，发现后到用户恢复失败 {until}‹，" +
		"之后失败 {later}›",
	"burnt": "消耗 {burnt}‹～{most}›，占 {objective}（{window}）" +
		"所允许 {allowed} 的 {share}",
	"days": "{days} 天",
	"alerted": "{colour}，{when}；{failures}：{teams}；{respond} 内响应，" +
		"{repair} 内修复",
	"yellow":       "黄色",
	"orange":       "橙色",
	"red":          "红色",
	"served":       "{group} 成功率：{phases}",
	"served-phase": "{phase} {success}，p50 {p50}，p95 {p95}，p99 {p99}",
	"groups-more":  "另有 {groups} 组",
	"connections":  "{group}，{phase}：新建连接成功率 {new}，已有连接 {established}",
	"amplified":    "{link}：每个用户请求对应 {phases} 个请求‹（{checks}）›",
	"checks-too":   "含健康检查",
	"writes": "已确认写入 {acknowledged}：存在 {there}，丢失 {lost}，" +
		"未知 {unknown}‹，丢失的在第 {oldest} s 至第 {youngest} s 确认›‹；RPO 至少 {rpo_least}›" +
		"‹；RPO {rpo}›‹，RTO {rto}›",

	// What outages looked like.
	"likely": "可能是{cause}",
	"looked": "{cause}‹（{nodes}）›：{symptom}；{scope}，{groups} 的 {users} 个用户中 {hit} 个，" +
		"第 {from} s 至 {until} s‹；也可能是{also}›",
	"look-first": "首先检查{place}：{commands}",

	// What the faults did.
	"never-injected":    "{fault}：未注入",
	"proof":             "{fault}（{link}）：{unit}：用户 {users}，探测 {checks}",
	"proof-own":         "{fault}（{link}）：{unit}：{total}，用户自身流量另计（{detail}）",
	"proof-blind":       "{fault}（{link}）：{unit}：{total}，用户与探测混计",
	"proof-untraced":    "{proof}，因为那里没有请求带用户的 traceparent；透传后即可区分",
	"effect":            "注入后 {time} 生效",
	"gone":              "已确认清除",
	"not-gone":          "未确认清除",
	"absorbed":          "用户无感知：未发生中断",
	"slower":            "无中断：用户响应变慢",
	"faint":             "造成 {bad} 个失败请求，不足以识别为中断",
	"during":            "处于 {fault} 的中断期间，不能认定用户无感知",
	"fault-outage":      "中断 {time}‹，{mitigated} 后缓解›‹，清除后 {recovered} 恢复›",
	"calm":              "清除后 {time} 延迟复原",
	"detectable":        "若有 {share} 的请求失败到最后，即可识别‹；单组为 {group_share}›",
	"detectable-stayed": "若有 {share} 的请求持续失败到最后，即可识别‹；单组为 {group_share}›",

	// Who noticed, and who was led elsewhere.
	"watcher":           "{watcher}：{found}‹；{restore}›‹；误报 {alarms} 次›",
	"cannot-meet":       "其路径遇不到 {faults}",
	"nothing-to-notice": "无可发现",
	"content-unhurt":    "始终正常，用户未受影响",
	"content-slower":    "始终正常，而用户响应变慢",
	"never-noticed":     "未发现（{time}）",
	"noticed-after":     "{time} 后发现‹，比逐请求观察早 {before}›‹，比逐请求观察晚 {behind}›",
	"not-content":       "未恢复正常（{time}）",
	"content-again":     "故障清除后 {time} 恢复正常",
	"never-moved":       "{steer}：未切流：{watcher} 未告警",
	"move": "第 {at} s 起‹，至第 {back} s（应答 {answers} 次）›‹，" +
		"至第 {idle} s（无人查询）›",
	"moves": "{steer}：{what} {moves}‹；切流后 {settled} 用户恢复›",

	// What was cried falsely, and the chain from the impact to somebody who acknowledges.
	"false":            "误报",
	"falsely":          "{watcher}：{what}",
	"false-before":     "注入前 {count} 次",
	"false-control":    "无故障对照中 {count} 次",
	"false-outlived":   "影响用户之前已结束 {count} 次",
	"false-elsewhere":  "其路径上无故障时 {count} 次",
	"false-target":     "指错对象 {count} 个",
	"false-flaps":      "反复 {count} 次",
	"false-duplicates": "重复通知 {count} 次",
	"received":         "通知",
	"notifications": "收到 {received} 条‹；{unmatched} 条与任何监控都不匹配›" +
		"‹；{unaddressed} 条发往无人等待的地址›",
	"chain":             "告警链路",
	"chain-of":          "{faults} 的告警链路",
	"chain-step":        "环节",
	"chain-after":       "受影响后",
	"chain-behind":      "落后理想观察者",
	"chain-failed":      "此前失败",
	"chain-users":       "受影响用户",
	"chain-over":        "清除后结束",
	"chain-by":          "由谁得知",
	"chain-impact":      "用户受影响",
	"chain-ideal":       "逐请求观察",
	"chain-open":        "未知",
	"chain-untold":      "未知：无监控可知",
	"chain-least":       "≥ {count}",
	"chain-stamped":     "{watcher}，其自身时间戳为 {at} s",
	"step-exported":     "指标已反映",
	"step-pending":      "规则待触发",
	"step-firing":       "规则触发",
	"step-routed":       "Alertmanager 已收到",
	"step-notified":     "发出通知",
	"step-acknowledged": "有人响应",

	// The load, the clock, the picture.
	"load": "计划 {wanted}/s，实发 {sent}/s，发送滞后 p99 {lag}‹，" +
		"未发出 {unsent}›‹，传输层重发 {replayed}›",
	"clocks": "容器时钟为本机 {shift} s ± {bound}，测量 {times} 次，其间漂移 {drift}",
	"legend": "失败请求，每列 {step}：· 无，▁ 部分，█ 全部",

	// Campaigns.
	"campaign": "{scenario} 连续演练 {runs}‹，另有 {controls}›，种子 {seed}，" +
		"至少 {length}",
	"campaign-pass": "允许 {allowed} 轮超标；若通过则表明：" +
		"此类演练至少 {share}% 达到 SLA（95% 置信度）",
	"one-run":       "1 轮",
	"many-runs":     "{runs} 轮",
	"one-control":   "1 轮无故障对照",
	"many-controls": "{runs} 轮无故障对照",
	"run-turn":      "第 {number}/{runs} 轮，种子 {seed}",
	"control-turn":  "对照第 {number}/{runs} 轮，种子 {seed}",
	"because":       "{run}：{why}",
	"so-far": "目前 {done} 轮中 {kept} 轮达标‹；{exceeded} 轮超标，" +
		"允许 {allowed} 轮›‹；{controls} 轮对照中 {clean} 轮无误报›",
	"campaign-title": "{scenario}，{runs}",
	"met":            "达标",
	"best":           "最好",
	"median":         "中位",
	"worst":          "最差",
	"confidence":     "95% 置信度",
	"count-of":       "{met}/{all}",

	// 演练与告警对照。
	"matrix-drill":     "演练",
	"matrix-outage":    "用户情况",
	"matrix-control":   "无故障",
	"matrix-void":      "不足为凭",
	"matrix-slower":    "轻微，不成中断",
	"matrix-late":      "迟：{time}‹，限值 {limit}›",
	"matrix-missed":    "漏报",
	"matrix-quiet":     "未告警",
	"matrix-blind":     "遇不到",
	"matrix-unknown":   "未知",
	"matrix-cell":      "{is}‹，误报 {alarms}›",
	"matrix-unseen":    "{drill}：没有告警发现‹，中断 {outage}›，{failed} 个请求失败‹；{unwatched}›",
	"matrix-unwatched": "该演练没有监控",
	"matrix-all-seen":  "凡用户受影响的演练，均有告警发现",
	"matrix-silent":    "{alert} 从未告警，其 {runs} 轮中有 {met} 轮本应发现",
	"matrix-unasked":   "{alert} 从未告警，其各轮（{runs}）也无须告警",
	"matrix-crying":    "{alert}：{runs} 轮中误报 {alarms} 次",

	// 对用户的通知。
	"message-into":            "运行第 {at} 秒",
	"message-groups":          "{groups} 的用户",
	"message-symptom":         "访问异常，最严重时 {part} 的请求失败",
	"message-expected":        "预计 {when} 恢复",
	"message-expected-within": "按预案应在预警后 {limit} 内修复",
	"message-restored":        "服务已于 {at} 完全恢复。",
	"message-not-restored":    "运行结束时尚未确认恢复。",
	"message-hit":             "{users} 名用户中有 {hit} 名受影响。",
	"message-level":           "{level} 级；最差一秒内影响了 {peak} 的活跃用户",
	"message-failed":          "{sent} 次中的 {failed} 次",
	"message-met":             "达到",
	"message-missed":          "未达到",
	"message-undecided":       "未知",
}
