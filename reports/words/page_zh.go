package words

// chinesePage are the lines that only report.html has. Those named chart-… are set by its
// script, in which a % stands for a value.
var chinesePage = map[string]string{
	// The head.
	"page-why":           "原因",
	"page-what-happened": "事件顺序",

	// Its tiles.
	"page-what-broke":        "出了什么故障",
	"page-nothing-broke":     "未注入任何故障",
	"page-never-injected":    "从未注入",
	"page-how-long":          "用户受影响多久",
	"page-none-sent":         "没有可评判的请求",
	"page-failed-of":         "{sent} 个请求中 {failed} 个失败；成功率 {good}",
	"page-users-hit":         "{users} 名用户中 {hit} 名受影响",
	"page-who-noticed":       "谁发现了、何时发现",
	"page-nobody":            "无人发现",
	"page-after":             "{watcher}，{time} 后",
	"page-ideal":             "逐个请求观察可达到：{time}",
	"page-cannot-meet":       "遇不到 {faults}",
	"page-content-none-hurt": "一直正常；没有用户受影响",
	"page-content-slower":    "一直正常，但响应变慢",
	"page-never":             "从未发现（{time}）",
	"page-did-it-pass":       "是否通过",
	"page-believe":           "数据是否可信",
	"page-numbers-hold":      "可信，精度如所标",
	"page-numbers-void":      "不可信，不能说明问题",
	"page-rates":             "实发 {sent}/s，应发 {wanted}/s",
	"page-lag":               "发送最多延迟 {lag}（p99）",
	"page-unsent":            "{unsent} 个未能发出",
	"page-notes":             "备注：{notes} 条",
	"page-effective-no":      "从未生效",
	"page-effective-too-few": "生效次数太少",
	"page-effective-unknown": "不知是否生效",

	// What was wanted.
	"page-objectives":    "目标与实测",
	"page-bar":           "实测值与上下限",
	"page-no-objectives": "没有需要判定的目标",

	// Charts: how users were served.
	"page-success-panel": "用户受到的服务",
	"page-success-hint":  "成功请求占比",
	"page-all-groups":    "全部用户组",
	"page-whole-run":     "整次运行",
	"page-how":           "拖动或按 + / − 同步缩放所有图表，方向键移动，双击或按 0 还原",
	"page-fault-on":      "故障注入中",
	"page-outage":        "用户侧中断",
	"page-any-failed":    "有请求失败",
	"page-give":          "时刻的不确定范围",

	// Who knew what.
	"page-noticed-panel": "谁在何时知道什么",
	"page-noticed-hint":  "浅色为时刻的不确定范围；右侧虚线表示结束时仍未恢复",
	"page-watcher":       "监控",
	"page-noticed-after": "多久发现",
	"page-behind":        "落后理想观察者",
	"page-content-after": "清除后多久恢复正常",
	"page-false-alarms":  "误报",
	"page-moved":         "{at} 切换，{back} 切回（{answers} 次应答）",
	"page-never-moved":   "从未切换",
	"page-no-watchers":   "没有监控",

	// How long answers took.
	"page-latency-panel": "响应时间",
	"page-latency-hint":  "失败请求按无穷大计：曲线断开处表示该分位数没有上限",
	"page-group":         "用户组",
	"page-phase":         "阶段",
	"page-good":          "成功率",
	"page-during":        "处于 {fault} 的中断期间",

	// How requests failed.
	"page-failures-panel": "请求如何失败",
	"page-failures-hint":  "每秒，按类别",
	"page-no-failures":    "没有失败的请求",
	"page-due":            "应发与实发",

	// Who answered.
	"page-nodes-panel": "由谁应答",
	"page-nodes-hint":  "各节点每秒应答数；下图为新建连接与已有连接的成功率",

	// What the faults did.
	"page-proof-panel": "故障确实存在的证据",
	"page-proof-hint":  "链路上的计数",
	"page-for-users":   "用户请求",
	"page-for-checks":  "探测请求",
	"page-in-all":      "合计",
	"page-unit":        "计数对象",
	"page-gone":        "已清除",
	"page-together":    "无法区分",
	"page-bit":         "多久生效",
	"page-felt":        "用户所受影响",
	"page-absorbed":    "无：故障被吸收",
	"page-slower":      "响应变慢，无中断",
	"page-faint":       "{bad} 个失败请求，太少，不足以判为中断",
	"page-least":       "可察觉的最小占比",

	// What it cost.
	"page-cost-panel": "影响与代价",
	"page-no-cost":    "没有可计的项目",
	"page-writes":     "已确认的写入",
	"page-writes-are": "{acknowledged}：保留 {there}，丢失 {lost}，不明 {unknown}",
	"page-budget":     "错误预算",
	"page-burnt":      "消耗 {burnt}：{allowed} 的 {share}（{window} 内成功率 {objective}）",
	"page-level":      "影响等级（1 至 3）",
	"page-everyone":   "，全部用户",
	"page-or-lower":   "，或低一级：用户太少无法区分",
	"page-peak":       "最差一秒内受影响的活跃用户",
	"page-hit":        "曾受影响的用户",
	"page-hit-of":     "{users} 中的 {hit}",
	"page-degraded":   "服务降级时长",
	"page-full":       "完全中断时长",
	"page-by-time":    "正常时间占比",
	"page-clocks":     "手册时限",
	"page-within":     "{respond} 内响应，{repair} 内修复",

	// What the numbers rest on.
	"page-trust-panel":   "数据可信度",
	"page-trust-hint":    "压测端、时钟与备注",
	"page-load":          "负载",
	"page-late":          "发送延迟 p99",
	"page-never-sent":    "应发而未发",
	"page-replayed":      "由传输层重发",
	"page-machine":       "本机最忙时",
	"page-pressure":      "每核负载 {load}",
	"page-waited-cpu":    "等待 CPU 的时间占 {share}",
	"page-waited-memory": "等待内存 {share}",
	"page-waited-io":     "等待磁盘 {share}",
	"page-clock":         "时钟",
	"page-clock-is":      "容器与本机相差 {shift} ± {bound}，测量 {times} 次；漂移 {drift}",
	"page-clock-is-one":  "容器与本机为同一时钟，误差 ± {bound}",
	"page-strays":        "越出演练网络的数据包",
	"page-strays-are":    "拦下 {packets} 个",
	"page-one":           "一次运行",
	"page-one-run":       "只说明发生过一次的事；要得出普遍结论请做多次演练：stormdrill run --repeat。",

	// To repeat it.
	"page-again-panel": "如何重现",
	"page-command":     "命令",
	"page-run":         "运行",
	"page-sla-hash":    "SLA 的 SHA-256",
	"page-image-of":    "{nodes} 的镜像",

	// What the script of the page says.
	"chart-time":      "时间",
	"chart-success":   "成功率",
	"chart-worst":     "时段内最差的四分之一",
	"chart-max":       "最慢的成功请求",
	"chart-slow":      "超过即算失败",
	"chart-due":       "应发",
	"chart-sent":      "实发",
	"chart-fresh":     "新建连接",
	"chart-standing":  "已有连接",
	"chart-others":    "其他",
	"chart-outage-of": "用户：%",
	"chart-ideal":     "理想观察者",
	"chart-not-over":  "未结束",
	"chart-a-second":  "/s",

	"page-passed": "{verdict}，{all} 项中达到 {met} 项",
}
