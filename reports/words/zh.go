package words

import (
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// chinese is Chinese, as operations write it.
var chinese = map[sla.Code]string{
	sla.Ended:              "演练被用户中止；已注入的故障均已撤销",
	sla.EndedEarly:         "演练提前结束：“{detail}”",
	sla.NothingJudged:      "没有可判定的指标，不能算通过",
	sla.ObjectiveMissed:    "{objective}：要求 {wanted}，实测 {measured}‹（{fault}）›‹。{why}›",
	sla.ObjectiveUndecided: "{objective}：要求 {wanted}，实测 {measured}‹（{fault}）›‹。{why}›",
	sla.Dead: "未注入任何故障：基线期内‹ {groups} 的›大多数请求失败；" +
		"请查看被测服务的日志",
	sla.FaultNotInjected: "故障 {fault} 未注入：演练提前结束",
	sla.FaultNotGone:     "故障 {fault} 未确认已清除",
	sla.FaultTooFew: "故障 {fault} 仅命中 {touched} 个用户请求，" +
		"少于判定所需的 {least} 个：提高速率，或延长故障时间",
	sla.FaultTooFewOwn: "故障 {fault}：{counted}只有 {touched} 个，少于判定所需的 {least} 个：" +
		"请检查 {link} 指向的服务是否存活，故障时间是否够长",
	sla.FaultTooFewVouched: "故障 {fault}：其 proof 只计到 {touched}（{counted}），" +
		"少于判定所需的 {least}：请检查它统计的是否为用户在 {link} 上遇到的，故障时间是否够长",
	sla.FaultUnknown: "故障 {fault}：{link} 上{counted}共 {touched} 个，用户与检查请求合计，且无" +
		"中断：不能确认用户受到影响，可能全是检查请求；{cure}",
	sla.FaultUntouched: "故障 {fault} 未命中任何用户请求：{why}",
	sla.FaultFewPackets: "故障 {fault} 命中 {packets} 个用户数据包，且无中断：" +
		"一个无应答的请求最多发 {most_per_request} 个包，可能不足判定所需的 {least} 个请求：" +
		"提高速率，或延长故障时间",
	sla.FaultOverstayed: "故障 {fault} 超出计划时间，最后由节点自行撤销：" +
		"stormdrill 或它到引擎的连接曾停顿",
	sla.FaultOverstayedOn: "故障 {fault} 超出计划时间，节点自行撤销也失败：“{detail}”",
	sla.FaultOverdue: "故障 {fault} 超出计划时间‹ {over_seconds}›：" +
		"stormdrill 或它到引擎的连接曾停顿，或另一故障耗时过长",
	sla.FaultLeft: "有故障未撤销：“{detail}”",
	sla.NamesLeft: "有域名仍指向别处：“{detail}”",
	sla.WentRound: "{group} 的请求有应答，但其链路上没有任何连接：流量绕过了 switchboard",
	sla.WentRoundNode: "{node} 应答了 {requests:0} 个用户请求，" +
		"但 switchboard 在 {links} 上未见连接：流量绕过了它，故障在那里不生效；" +
		"请让 {askers} 用名字访问 {node}，不要用配置或通告的地址",
	sla.WentRoundUnlinked: "{node} 应答了 {requests:0} 个用户请求，" +
		"但 switchboard 在通向它的链路上均未见连接：流量绕过了它，故障在那里不生效；" +
		"请让调用方用名字访问 {node}，不要用配置或通告的地址",
	sla.LinkBypassed: "{stray}：故障 {fault} 所在链路可能被绕过；" +
		"请让 {from} 用名字访问 {to}，不要用配置或通告的地址",
	sla.BaselineShort: "{group} 的基线只有 {requests} 个请求，稳态至少需要 {least} 个：" +
		"延长基线，或提高速率",
	sla.BaselineBad: "基线期（故障前）{group} 的 {requests} 个请求中 {bad} 个失败：{cure}",
	sla.BaselineBadOfAll: "基线期（故障前）全部组的 {requests} 个请求中 {bad} 个失败：" +
		"查看被测服务的日志，或降低速率",
	sla.FailuresEarly: "故障注入前，到第 {at_seconds:1} s 为止 {group} 的失败请求已超出其稳" +
		"态水平",
	sla.FailuresEarlyOfAll: "基线后段全部组合计的失败请求超出前段水平：" +
		"查看被测服务的日志，或延长基线",
	sla.OutageEarly:     "故障注入前，{group} 在第 {at_seconds:1} s 已发生中断",
	sla.OutageOnAlready: "{group} 的中断在第 {at_seconds:1} s 已经开始，早于可能引发它的故障",
	sla.SlowerEarly: "基线后段 {group} 的响应已变慢，当时没有故障：无法判定 calm；" +
		"延长基线，或检查被测服务",
	sla.AlarmEarly: "故障注入前，监控 {watcher} 在第 {at_seconds:1} s 已告警",
	sla.ReferenceBad: "参照组 {group} 的 {requests} 个请求中 {bad} 个失败，" +
		"而没有故障会影响它：压测节点、主机或参照组访问的服务异常；" +
		"请独占主机运行，或查看该服务的日志",
	sla.ReferenceSilent: "故障开始后参照组 {group} 没有发出请求：无从对照",
	sla.OutageLate: "{group} 在第 {at_seconds:1} s 发生中断，{when}：" +
		"无法判定是否由故障引起；请查看被测服务的日志",
	sla.OutageUnended: "{group} 自第 {at_seconds:1} s 起的中断到演练结束仍未确认恢复：" +
		"用 sla.recover 加以限定，或延长恢复阶段",
	sla.FailuresLate: "用户恢复后，到第 {at_seconds:1} s 为止 {group} 的失败请求超出其稳态" +
		"水平",
	sla.SlowerAtEnd: "{group} 有应答但变慢：最后 {last_seconds} 内 95% 在 {p95_seconds} 以" +
		"内，基线为 {baseline_p95_seconds}：可用 sla.calm 限定持续时间",
	sla.AlarmLate: "用户恢复后，监控 {watcher} 在第 {at_seconds:1} s 又告警：" +
		"请查看它当时看到了什么",
	sla.WriteLostLate: "第 {at_seconds:1} s 确认的写入丢失，距最后一个故障已超过 confirm：" +
		"无法判定是否由故障引起",
	sla.GeneratorLate: "压测端落后于计划：99% 的请求在应发时刻后 {lag_seconds:ms1} ms 内发出" +
		"，{sent} 个中有 {late} 个晚于 {window_seconds}；降低速率，或独占主机运行",
	sla.GeneratorStalled: "压测端在测量时刻附近落后于计划：降低速率，或独占主机运行",
	sla.GeneratorSlowed: "{group} 有 {requests} 个请求应答及时，只因发送延迟而被计为失败：" +
		"降低速率，或独占主机运行",
	sla.GeneratorExhausted: "{requests} 个请求在压测节点本机失败（描述符或端口耗尽）：" +
		"延长连接寿命，或降低速率",
	sla.RequestsUnsent: "应发 {due} 个请求，{unsent} 个未能发出：降低速率，或独占主机运行",
	sla.RequestsUnsentOf: "{group} 应发 {due} 个请求，{unsent} 个未能发出：降低速率，" +
		"或独占主机运行",
	sla.LoadSilent: "{group} 到演练结束应有约 {due:0} 个请求，记录中只有 {requests} 个：" +
		"负载停顿，或数据丢失；降低速率，或独占主机运行",
	sla.ClocksApart: "监控 {watcher} 的时钟与用户时钟只能对齐到 {bound_seconds}，" +
		"对 {limit_seconds} 的限值太粗：让 stormdrill 靠近容器运行，或放宽限值",
	sla.Harness:         "stormdrill 或其环境出错：“{detail}”",
	sla.RecordTruncated: "记录中断：stormdrill 先于演练结束",
	sla.RecordNoEnd:     "记录没有结束标记：演练中断，原因已丢失",
	sla.CampaignEnded:   "演练被用户中止：{runs} 轮中 {left} 轮未运行；已测结果保留",
	sla.RunsLeft:        "{runs} 轮中 {left} 轮未运行：结论可能因此改变",
	sla.RunsExceeded: "{runs} 轮中 {exceeded} 轮未达到 SLA（{missed} 轮未达标，" +
		"{inconclusive} 轮无法判定），允许 {allowed} 轮",
	sla.RunBecause: "第 {run} 轮：{why}",
	sla.RunEnded:   "第 {run} 轮：{verdict}",

	sla.Bursts: "{group} 的失败请求成簇出现（基线离散指数达 {dispersion:1}）：" +
		"中断须相应更显著才能识别",
	sla.ColdBaseline: "{group} 基线的前 {cold_seconds:0} s 偏慢，未计入基线延迟：" +
		"请延长 phases.warm-up",
	sla.CountsFromPause: "故障 {fault} 时有时无，撤销时已间歇 {paused_seconds}：" +
		"mitigate、recover、calm 与 alert-clear 均以该间歇的开始（{at_seconds}）为准",
	sla.HurtUnlimited: "{group} 的用户受到影响，而没有指标限制其失败请求数：" +
		"故障阶段 {requests:n} 个请求中 {failed:n} 个失败（{failed_share}）",
	sla.LimitBeyondFault: "sla.{limit} 限值 {limit_seconds}：故障 {fault} 持续 {lasted_seconds}" +
		"，其中 {confirm_seconds} 用于确认：在本记录中超过 {most_seconds} 的时间无法达标",
	sla.LimitBeyondRecord: "sla.{limit} 限值 {limit_seconds}：" +
		"最后一个故障之后记录只有 {lasted_seconds}，其中 {confirm_seconds} 用于确认：" +
		"在本记录中超过 {most_seconds} 的时间无法达标",
	sla.MachineBusy: "主机最忙时：每核 {load_per_core:g3} 个可运行任务‹，" +
		"等待 CPU 的时间占 {waited_cpu_share}›‹，等待内存占 {waited_memory_share}›‹，" +
		"等待磁盘占 {waited_disk_share}›",
	sla.MonitoringAhead: "{watcher}：其自身时间戳比实际观测晚 {off_seconds} ± " +
		"{resolution_seconds}：监控的时钟偏快",
	sla.MonitoringBehind: "{watcher}：其自身时间戳比实际观测早 {off_seconds} ± " +
		"{resolution_seconds}：监控的时钟偏慢",
	sla.SettingNotHonoured: "{setting} 为 {given} 不生效：记录按 {record} 生成，也按其判定",
	sla.NotContained:       "未隔离：“{detail}”",
	sla.StrayOut:           "{from} 尝试访问 {to} {protocol} × {packets}",
	sla.StrayToPort:        "{from} 尝试访问 {to}:{port}/{protocol} × {packets}",
	sla.StrayDirect:        "{from} 绕过 switchboard，直接在二层查找 {to}（ARP × {packets}）",
	sla.MoreStrays:         "另有 {strays} 处越界访问；演练网络共拦截 {packets} 个数据包",

	sla.WatcherUnanswered: "{watcher}：没有一次有效应答；最后一次：“{detail}”",
	sla.ServerUnchecked: "{watcher}：所看的服务器状态从未变化：HAProxy 一直显示“no check”，" +
		"即没有健康检查；在其 server 行加上 check",
	sla.NodesUnnamed: "用户收到的应答未标明节点，无法区分单个异常节点与共同的原因：" +
		"让负载均衡标明转给了哪个节点（HAProxy：http-response set-header X-Stormdrill-Node %s），" +
		"或让各节点自报名字（nginx：add_header X-Stormdrill-Node NAME always）",
	sla.NodeUnknown: "应答标明的节点 {node} 不在演练中：X-Stormdrill-Node 应为 targets 中的名字，" +
		"多副本时带序号（app-2）",

	sla.RunsKept: "{runs} 轮中 {kept} 轮达到 SLA：至少 {at_least_share:whole}% 的此类演" +
		"练能达到（95% 置信度）",
	sla.RunsKeptUnknown: "{runs} 轮中 {kept} 轮达到 SLA：无法推断此类演练的达标率",
	sla.RunsNotRun: "{left} 轮未运行到底：在所有界限中均按未达标计，" +
		"因为提前结束可能正与结果有关",
	sla.RunsNeeded: "要对 95% 的演练下结论，须事先定为 {runs} 轮、允许 {allowed} 轮未达标：" +
		"事后追加的轮次不算数",
	sla.FalseAlarms: "无故障的 {runs} 轮中 {alarmed} 轮误报：" +
		"此类演练的误报率至多 {at_most_share:up}%（95% 置信度）‹（{inconclusive} 轮无法判定、" +
		"{left} 轮未运行，按误报计）›",
	sla.FalseAlarmsUnknown: "无故障的 {runs} 轮中 {alarmed} 轮误报：" +
		"无法推断误报率‹（{inconclusive} 轮无法判定、{left} 轮未运行，按误报计）›",
	sla.WatcherAlarmed: "监控 {watcher} 在无故障的 {runs} 轮中有 {alarmed} 轮告警：" +
		"它对故障的发现可能是巧合",
	sla.OutagesWithoutFault: "无故障的 {runs} 轮中有 {outages} 轮用户发生中断：" +
		"被测服务或主机自身会失败",

	sla.AfterRecovery: "在用户恢复之后",
	sla.Unexplained:   "能影响它的故障都无法解释",
	sla.AskByHTTP1:    "那里使用 {protocol}，无法解析请求：请改用 HTTP/1.1 访问 {link}",
	sla.ForwardTraceparent: "那里没有请求带用户的 traceparent（W3C Trace Context），" +
		"无法区分两者：请让调用方透传该头部",
	sla.TellApart: "从用户应答的节点占比和延迟都看不出；对 HTTP，字节流类故障（reset、" +
		"http-status、latency）可以区分；或把故障放到用户请求直接经过的链路，" +
		"或让节点自报名字（X-Stormdrill-Node）",
	sla.UnreadProtocol: "{link} 上使用 {protocol}，无法解析或代答请求：请改用 HTTP/1.1",
	sla.NoneOpened: "它只影响建连，而故障期间用户在 {link} 上没有新建连接，" +
		"已有连接不受影响：缩短连接寿命（connections: {live: …}，或 per: request）",
	sla.AllSpared: "故障期间除豁免部分外没有用户请求经过 {link}；" +
		"请用 stormdrill plan 检查链路和豁免路径",
	sla.NoneMet: "故障期间没有用户请求在 {link} 上遇到它；" +
		"请用 stormdrill plan 检查链路、端口和连接寿命",
	sla.RedirectsNotFollowed: "应答为重定向（{status}），不会跟随：让 to 直接指向目的地，" +
		"或写 expect: [{status}]",
	sla.LookAtLog: "查看被测服务的日志，或降低速率",

	sla.EndedUnplanned: "演练未按计划结束",
	sla.ProvesNothing:  "本次演练无效：见原因",
	sla.NoAnswerCounts: "监控没有得到有效应答‹：“{detail}”›",
	sla.NoEffect:       "故障没有产生可察觉的影响",
	sla.NeverNoticed:   "它从未告警，也就无从解除",
	sla.CannotMeet: "它的探测路径不经过 {faults}，不判其失败‹：" +
		"写 as: {as} 让它从用户的位置探测，或让故障也作用于 watch:{watcher}›" +
		"‹：它自己的链路 {link} 上没有故障：让故障作用于 \"{aim}\"，或让它从用户的位置探测›",
	sla.NobodyHurt: "用户未受影响，没有它必须发现的问题：加重故障，" +
		"或只在用户受影响时要求发现：{within: …, if: felt}",
	sla.OnlySlower: "用户请求只是变慢，没有失败：SLA 未说明监控须发现变慢；" +
		"用阈值限定延迟，或把慢应答计为失败（slow: …）",
	sla.TooFaint: "用户受到影响，但不足以识别为中断：延长故障时间、提高速率，" +
		"或用影响面更大的故障",
	sla.NotLifted:        "本次演练中故障未撤销",
	sla.NoOutageOfFault:  "未见由故障引起的中断",
	sla.WithinResolution: "± 的范围包含限值：提高速率，或让监控更频繁地探测，可缩小 ±",
	sla.Relapsed: "看似结束后又复发，或始终未完全恢复：查看之后发生了什么；" +
		"若平时就不完全正常，请延长基线",
	sla.OfOtherFault: "告警可能属于前后的另一个故障，无法区分：请拉开两个故障的间隔",
	sla.UnconfirmedAtLift: "那是最后一次看到用户异常，但故障在确认时间满之前已撤销：" +
		"延长故障阶段，或缩短 confirm",
	sla.UnconfirmedAtEnd: "那是最后一次看到用户异常，但演练在确认时间满之前已结束：" +
		"延长恢复阶段，或缩短 confirm",
	sla.RunEndedBefore:  "演练在得出结论前已结束",
	sla.ThresholdUnread: "阈值无法解析：“{detail}”",
	sla.BaselineEmpty:   "基线没有可对照的数据",
	sla.BaselineEndless: "基线中失败过多，该指标没有上限",
	sla.NoRequest:       "该阶段没有‹经 {connections} 连接›发出‹且由 {node} 应答的›请求",
	sla.NoLookup:        "该阶段没有‹经 {connections} 连接›‹且由 {node} 应答的›域名解析",
	sla.NoConnection:    "该阶段没有‹经 {connections} 连接›新建‹且由 {node} 应答的›连接",
	sla.NoTLSHandshake:  "该阶段没有‹经 {connections} 连接›开始‹且由 {node} 应答的› TLS 握手",
	sla.NamelessAnswers: "{requests} 个请求无应答或应答未标明节点，可能属于它：" +
		"让每个节点自报名字，让前端标明转给了哪个节点",
	sla.UnsentDecide:       "取决于应发而未发出的请求",
	sla.SampleSmall:        "样本仅 {steps} 个，无法判定",
	sla.SampleSmallForTime: "样本仅 {steps} 个，无法判定：延长阶段或提高速率可更精确",
	sla.SampleSmallForShare: "样本仅 {steps} 个，无法判定：{limit_share} 需要 {needed} 个" +
		"且无一失败；延长阶段、提高速率或增加连接",
	sla.NoLedger:            "没有负载组记录写入账本",
	sla.NoWriteAcknowledged: "没有写入被确认",
	sla.NoWriteReadBack:     "没有写入被回读",
	sla.WritesUnknown:       "{writes} 个已确认的写入回读无结果",
	sla.NothingToNotice:     "没有任何监控有需要发现的问题",
	sla.NotAskedInRecovery:  "恢复期内它没有探测",
	sla.AnswersFew:          "应答少于 {least} 次，不足以判定：提高探测频率，或延长恢复阶段",
	sla.AnswersMissing:      "监控得到的应答不足应有的一半",
	sla.NothingSent:         "没有发出请求",
	sla.FailuresUnexplained: "未识别出中断，但全部组合计的失败请求超出基线水平",

	sla.WantTime:         "{op} {limit_seconds}",
	sla.WantShare:        "{op} {limit_share}",
	sla.WantOfBaseline:   "{op} {factor:g} × 基线‹，{limit_seconds}›‹，{limit_share}›",
	sla.WantWrites:       "{op} {writes} 个写入",
	sla.WantNone:         "无",
	sla.WantEveryConnect: "每次连接成功",
	sla.WantNot:          "不出现 {detail}",
	sla.AsWritten:        "“{detail}”",

	sla.Nothing:            "无数据",
	sla.TimeTaken:          "{seconds}‹ ± {resolution_seconds:doubt}›",
	sla.TimeMitigated:      "{seconds}，已缓解",
	sla.TimeAtMost:         "≤ {seconds:most}",
	sla.TimeExceeds:        "> {seconds:least}",
	sla.TimeToRelapse:      "≥ {seconds:least}，此后复发",
	sla.TimeToOtherFault:   "≥ {seconds:least}，随后另一故障开始",
	sla.TimeToLift:         "≥ {seconds:least}，故障撤销前未确认",
	sla.TimeToEnd:          "≥ {seconds:least}，演练结束前未确认",
	sla.TimeBetween:        "{least}～{most}",
	sla.Latency:            "{low_seconds..high_seconds}‹，{requests} 个中 {bad} 个失败›",
	sla.Share:              "{low_share..high_share}",
	sla.CountOf:            "{count}/{of}",
	sla.CountBetween:       "{least}～{most}/{of}",
	sla.AlarmsRaised:       "{count} 次，首次在第 {at_seconds:1} s",
	sla.OutagesSeen:        "{count} 次，首次为 {group}，在第 {at_seconds:1} s",
	sla.AbortHeld:          "条件成立，演练中止",
	sla.NotNoticedAbsorbed: "未发现，用户无感知",
	sla.NotNoticedSlower:   "未发现，响应变慢",
	sla.Absorbed:           "无中断：用户无感知",
	sla.AbsorbedSlower:     "无中断：响应变慢",
	sla.WellWhileOn:        "故障期间无中断",
	sla.Points:             "{points:g3} 个百分点",

	sla.MarkInject:    "注入‹ {fault}›",
	sla.MarkLift:      "撤销‹ {fault}›",
	sla.MarkClear:     "清除‹ {fault}›",
	sla.MarkOnset:     "中断开始‹（{fault}）›",
	sla.MarkRecovered: "用户恢复‹（{fault}）›",
	sla.MarkNoticed:   "{watcher} 发现",
	sla.MarkContent:   "{watcher} 告警解除",
	sla.MarkSteer:     "切流 {steer}",
	sla.LedElsewhere:  "{askers} 查询 {names} 得到 {to}",
	sla.MarkSteerBack: "切回 {steer}",

	sla.AlertNode:           "单节点",
	sla.AlertRegion:         "区域性中断",
	sla.AlertCore:           "核心业务中断",
	sla.NetworkInterruption: "网络中断",
	sla.ServerDown:          "服务器宕机",
	sla.SecurityAttack:      "安全攻击",
	sla.NetworkOperations:   "网络运维",
	sla.SystemsOperations:   "系统运维",
	sla.SecurityOperations:  "安全运维",
}
