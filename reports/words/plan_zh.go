package words

import "github.com/stormdrill/stormdrill/scenarios/sla"

// chinesePlan are what a plan prints, in Chinese.
var chinesePlan = map[string]string{
	"plan-head":          "网络 {subnet}，{seed}，{length}",
	"plan-seed":          "种子 {seed}",
	"plan-seed-drawn":    "种子在运行时抽取",
	"plan-containers":    "容器（按启动顺序）",
	"plan-switchboard":   "所有链路都经过它；演练的 DNS",
	"plan-load-node":     "用户与检查",
	"plan-disks":         "服务在内存中的磁盘",
	"plan-ports":         "转发发往所发布端口的连接",
	"plan-on-wire":       "网络上为 {host}",
	"plan-ready":         "就绪：{when}",
	"plan-log-says":      "日志出现 {text}",
	"plan-health":        "镜像自带的健康检查",
	"plan-runs":          "进程已运行",
	"plan-image":         "镜像 {image}",
	"plan-built":         "由 {folder} 构建",
	"plan-lb":            "转发到 {backend} 的内置负载均衡",
	"plan-kv":            "内置键值服务（主备）",
	"plan-sql":           "内置 SQL 应用（连接 PostgreSQL）",
	"plan-web":           "内置 Web 服务",
	"plan-cpus":          "{cpus} 个 CPU",
	"plan-disk":          "{size} 的磁盘 {path}",
	"plan-files":         "文件（容器内的路径，来源）",
	"plan-certificates":  "证书（由演练自己的机构签发，每次运行重新生成）",
	"plan-certificate":   "{names} 的证书",
	"plan-and":           "、",
	"plan-shown":         "由服务自行出示",
	"plan-authority":     "签发机构自身的证书",
	"plan-key":           "证书的私钥",
	"plan-with-key":      "{names} 的证书及其私钥",
	"plan-load":          "负载（不跟随重定向）",
	"plan-kept-open":     "连接保持打开",
	"plan-per-request":   "每个请求一条连接",
	"plan-per-user-live": "每名用户一条连接，寿命 {live}",
	"plan-per-user":      "每名用户一条连接，保持打开",
	"plan-live":          "连接寿命 {live}",
	"plan-keepalive":     "空闲 {idle} 后探测",
	"plan-writes":        "已确认的写入以 {rate}/s 回读",
	"plan-reference":     "参照组",
	"plan-address":       "1 个地址",
	"plan-addresses":     "{addresses} 个地址",
	"plan-rate":          "{rate}/s，{users} 名用户，来自 {from}",
	"plan-limits":        "超时 {timeout}，达到 {slow} 算过慢，{how}",
	"plan-good":          "成功：{expect}",
	"plan-links":         "链路",
	"plan-kernel":        "内核转发",
	"plan-proxied":       "经代理，用于 {faults}",
	"plan-proxied-tls":   "经代理，TLS 在其中终止并重新建立，用于 {faults}",
	"plan-published":     "发布的端口（仅本机 loopback）及其链路",
	"plan-everybody":     "所有",
	"plan-names":         "谁能解析哪些域名（其余为 NXDOMAIN，并会报告）",
	"plan-timeline":      "时间线",
	"plan-faults":        "故障",
	"plan-no-faults":     "无：对照演练",
	"plan-fault":         "{fault}（{kind}）：{what}；{length}",
	"plan-at-once":       "立即撤销",
	"plan-for":           "持续 {time}",
	"plan-of-target":     "服务",
	"plan-of-link":       "链路",
	"plan-of-users":      "用户",
	"plan-share":         "最多 {share} 的请求可能受影响",
	"plan-watchers":      "监控",
	"plan-meets":         "探测路径经过 {faults}‹；不经过 {others}›",
	"plan-meets-none":    "探测路径不经过任何故障",
	"plan-none-to-meet":  "没有故障",
	"plan-monitoring":    "监控系统（按其自身配置最长需要多久）",
	"plan-not-known":     "未知",
	"plan-looks-back":    "{of}，另加表达式回看的 {time} 中所需的部分",
	"plan-notices":       "{time} 内发现",
	"plan-content":       "{time} 内解除",
	"plan-steering":      "切流（所演练的防护，不是故障）",
	"plan-steer":         "{watcher} 告警期间，{what}；应答可缓存 {time}",
	"plan-judged":        "评判",
	"plan-alert":         "{colour}，{when}：按最先发现的监控计时",
	"plan-alert-person":  "{colour}，{when}：按最先确认的人计时",
	"plan-threshold":     "{objective} {op} {limit}",
	"plan-contained": "已隔离（run 在启动第一个服务之前核实；" +
		"不满足则以 4 结束，除非加 --uncontained）",
	"plan-no-way-out": "数据包不出 {subnet}：没有地址伪装，" +
		"其中没有引擎所在主机的地址，没有 IPv6",
	"plan-strays":      "发往别处的包到达 switchboard（{gateway}），由它计数、丢弃并报告",
	"plan-no-ports":    "引擎不发布端口，服务不能绕过路由发包",
	"plan-ask-doctor":  "引擎是否支持，由 stormdrill doctor 检查",
	"plan-uncontained": "未隔离",
	"plan-all-inside":  "演练的一切都留在自己的网络之内",
	"plan-notes":       "备注",
}

// chineseSteps is Chinese for what a plan says by codes: steps, notes, what is not contained.
var chineseSteps = map[sla.Code]string{
	"plan-warm-up":       "预热，不计入评判：用户与检查开始",
	"plan-baseline":      "基线",
	"plan-baseline-from": "基线：用户与检查开始",
	"plan-inject":        "注入 {fault}",
	"plan-lift":          "撤销 {fault}",
	"plan-recovery":      "恢复：最后一个故障已撤销",
	"plan-end":           "结束",
	"plan-read-back":     "回读已确认的写入",

	"plan-by-users":           "用户自己的请求",
	"plan-by-users-from-lift": "用户自己的请求，从撤销起",
	"plan-by-users-from-serving": "用户自己的请求，从 {targets} 在撤销后恢复服务起：" +
		"恢复服务的用时不计入，整段由 sla.outage 限定",
	"plan-by-outage":     "用户自己的请求，从第一个到最后一个失败请求",
	"plan-by-writes":     "全部回读",
	"plan-by-each-write": "每一个已确认的写入，回读",

	"note-delay-below-slow": "故障 {fault}：延迟低于 {slow}（{group} 的 slow），不会计为失败",
	"note-kept-connections": "故障 {fault}：{from} 到 {to} 的连接保持打开，" +
		"这些连接上的请求不受影响，与其健康检查不同：per-request: true 使每个请求新建连接",
	"note-cached": "故障 {fault}：{client} 在基线期已查询 {name}，应答缓存 {kept}，" +
		"故障期间不会再查询",
	"note-asks-unknown": "故障 {fault}：{client} 何时查询 {name}、应答缓存多久，由其自身决定，" +
		"此处无从得知",
	"note-asks-apart-moves": "故障 {fault}：{client} 每秒查询 {name} 一次，与请求无关，" +
		"并把全部请求发往应答所指之处",
	"note-asks-apart": "故障 {fault}：{client} 每秒查询 {name} 一次，与请求无关，" +
		"应答失败或迟到时沿用已有地址：请求和检查照常",
	"note-asks-anew": "故障 {fault}：{client} 每次新建连接时查询 {name}，已有连接保持：" +
		"其上的请求不受影响",
	"note-watchers-only":   "故障 {fault}：只作用于监控自己的链路，用户遇不到它",
	"note-monitoring-only": "故障 {fault}：只作用于监控系统的链路，用户遇不到它",
	"note-no-user":         "故障 {fault}：没有用户请求会经过它，无法证实任何影响",
	"note-fooled": "故障 {fault}：监控 {watcher} 把它的应答（状态码 {code}）视为正常" +
		"（{expect}），不会发现它：用 expect: {body: …} 检查页面内容",
	"note-limit-given": "故障 {fault}：{target} 没有自己的限额，整个演练期间给它 {limit}：" +
		"引擎可以恢复限额，但不能取消限额",
	"note-nothing-judged": "故障期间没有评判用户的指标：请添加 mitigate、outage，" +
		"或 fault、run 阶段的阈值",
	"note-no-all-clear": "sla.alert-clear：webhook {watcher} 只有在收到 Alertmanager 格式的通知" +
		"（send_resolved: true）时才知道告警解除：其他格式请写 resolved，即解除通知的匹配模式",
	"note-monitoring-unknown": "监控 {watcher}：监控系统需要多久未知：“{why}”",
	"note-monitoring-beyond-limit": "监控 {watcher}：按监控系统自身的配置，最长需要“{time}”，" +
		"超过 sla.detect 的 {limit}",
	"note-monitoring-beyond-fault": "监控 {watcher}：按监控系统自身的配置，最长需要“{time}”，" +
		"超过故障阶段的 {phase}",
	"note-never-resolved": "监控 {watcher}：发出通知处的 send_resolved 为 false：" +
		"永远不会得知告警已解除",
	"note-clear-beyond-limit": "监控 {watcher}：按监控系统自身的配置，告警解除最长需要 {time}" +
		"（“{of}”），超过 sla.alert-clear 的 {limit}",
	"note-outages-logged": "服务 {target} 自身会中断，时刻见其日志",
	"note-outages-own": "服务 {target} 自身会中断：故障期间开始的中断会算作故障所致，" +
		"故障之前的中断使本次运行无效",
	"note-no-port":    "profile {profile}：端口连通率是关键指标，但没有 tcp 监控检查它：不予评判",
	"note-no-program": "故障 {fault}：本机无法执行其 {command} 命令：“{error}”",
	"note-proxy-hides-node": "故障 {fault}：“{proxies}”，而代理自行完成握手：" +
		"被其命令停掉的节点在那里看起来仍然存活",
	"note-proxy-hides-queue": "故障 {fault}：“{proxies}”，而代理自行完成握手：" +
		"洪水占满 accept 队列时，那里的用户等的是应答，而不是建连",
	"note-tls-opened": "链路 {links}：若使用 TLS，则在 switchboard 终止，" +
		"由它出示演练机构签发的证书，且不转交客户端证书：" +
		"若 {from} 校验证书，请在其 files 中加入 drill:ca.pem",
	"note-instants": "从注入起，各时刻最多推迟 {time}（由种子抽取），" +
		"使其落在 Stormdrill 自身两次检查之间的任意位置",
	"note-jitter": "{others} 自己多久检查一次，此处无从得知。故障若总在检查刚结束时开始，" +
		"总是发现得晚；总在检查之前开始，总是发现得早：" +
		"请把 phases.jitter 设为其最长的采集或检查间隔，例如 jitter: 15s，注入便落在其中任意位置",
	"note-spared": "故障 {fault}：按 only 与 spare，{groups} 的请求全部不受影响",
	"note-steer-no-all-clear": "切流 {steer}：webhook {watcher} 只有在收到 Alertmanager 格式的" +
		"通知（send_resolved: true）时才知道告警解除，否则域名到负载结束前一直指向别处；" +
		"请写 resolved，即解除通知的匹配模式",
	"note-steer-endless": "切流 {steer}：监控 {watcher}：“{why}”：域名到负载结束前一直指向别处",
	"note-steer-kept": "切流 {steer}：应答可缓存 {time}，故障阶段为 {phase}：" +
		"刚查询过的客户端在故障期间看不到切流",
	"note-threshold-hold": "阈值“{threshold}”：阶段 hold 现称 fault；旧名在一个版本内仍可读",
	"note-threshold-slow": "阈值“{threshold}”：{group} 的请求慢于 slow（{slow}）即计为失败，" +
		"按无穷大计，因此高于它的限值问的是成功的比例：要限定延迟，请提高 slow 或降低限值",
	"note-first-cohort": "以 {group} 的身份探测的监控，从 {cohort} 的位置探测",
	"note-unmet": "监控 {watcher} 的探测路径不经过 {faults}：不会发现它，也不据此判其失败" +
		"‹：写 as: {as} 让它从用户的位置探测，或让故障也作用于 watch:{watcher}›" +
		"‹：它自己的链路 {link} 上没有故障：让故障作用于“{aim}”，或让它从用户的位置探测›",

	"open-image": "引擎中没有镜像 {image} 时，从其仓库拉取",
	"open-build": "{target} 由 Dockerfile 构建：构建时下载和运行的内容在演练网络之外",
	"open-fault": "故障 {fault} 以当前用户的权限在本机执行命令：做什么、在哪里做，由命令决定",
	"open-port": "演练期间本机的 {address} 通往 {to}：" +
		"能连接本机 loopback 的任何进程都能到达",
	"open-watcher": "监控 {watcher}：“{what}”",
	"open-command": "监控 {watcher} 以当前用户的权限在本机运行 {command}",
	"open-webhook": "监控 {watcher} 在演练期间监听本机的 127.0.0.1:{port}，接收带有其令牌的通知",
	"open-file":    "{key} 读取 {file}，它是演练文件夹之外的本机文件",

	"plan-undecided": "无法判定：探测路径不经过故障‹；可写 as: {as}›‹；可让故障作用于“{aim}”›",

	"asks-alertmanager": "查询 Alertmanager {url} 的告警{labels}" + asksInChinese,
	"asks-command":      "在本机运行 {command}" + asksInChinese,
	"asks-dns":          "查询 {name} 的地址" + asksInChinese,
	"asks-grpc":         "查询 {url}‹ 上 {service} ›的健康状态" + asksInChinese,
	"asks-haproxy":      "从 {url} 读取 {backend}/{server} 的状态" + asksInChinese,
	"asks-http":         "请求 {url}" + asksInChinese,
	"asks-http-by":      "以 {method} 请求 {url}" + asksInChinese,
	"asks-json":         "从 {url} 读取 {path}，应为 {value}" + asksInChinese,
	"asks-lb":           "从 {url} 读取 {server} 的状态" + asksInChinese,
	"asks-query":        "向 Prometheus {url} 查询 {query}" + asksInChinese,
	"asks-redis":        "向 Redis {address} 发送 {command}" + asksInChinese,
	"asks-rule":         "向 Prometheus {url} 查询告警 {rule}" + asksInChinese,
	"asks-sql":          "向 {host} 查询 {query}" + asksInChinese,
	"asks-tcp":          "连接 {address}" + asksInChinese,
	"waits-log":         "读取 {target} 的日志，匹配“{match}”",
	"waits-log-until":   "读取 {target} 的日志，匹配“{match}”，至“{clear}”为止",
	"waits-loopback":    "在本机的 {url} 等待通知",
	"waits-person":      "等待‹ {who} ›用 stormdrill ack 确认",
	"waits-webhook":     "在 {url} 等待通知",
}

// asksInChinese says how often a watcher asks, how many answers are a finding, and that it asks
// from this machine.
const asksInChinese = "，每 {every} 一次‹；连续 {fails} 次异常即为发现›‹（from: {from}）›"
