package words

import "github.com/stormdrill/stormdrill/scenarios/sla"

// chineseRecord is Chinese for what a record says in English, by its code: what a fault's
// count is of, and notes.
var chineseRecord = map[sla.Code]string{
	// What is counted.
	"answered":                   "返回 {value} 的应答",
	"answers-cut":                "被截断的应答",
	"answers-delayed":            "被延迟的应答",
	"answers-held":               "被挂起的应答",
	"answers-narrowed":           "被限速的应答",
	"answers-sliced":             "被切片的应答",
	"connections-opened":         "打开的连接",
	"connections-reset":          "被重置的连接",
	"counted-by-proof":           "其 proof 的计数",
	"flood-requests-sent":        "发出的洪水请求",
	"handshakes-badly-certified": "以错误证书应答的 TLS 握手",
	"handshakes-held":            "不予应答的 TLS 握手",
	"handshakes-in-old-version":  "以旧版本应答的 TLS 握手",
	"packets-doubled":            "重复发送的数据包",
	"packets-dropped":            "丢弃的数据包",
	"packets-refused":            "被拒绝的数据包",
	"packets-refused-after-end":  "服务自行退出后被拒绝的数据包",
	"packets-refused-after-oom":  "服务因内存不足被杀后被拒绝的数据包",
	"packets-refused-alive":      "被拒绝的数据包（服务仍存活）",
	"packets-to-frozen":          "发往被冻结服务的数据包",
	"packets-to-full":            "发往磁盘已满的服务的数据包",
	"packets-to-starved":         "发往 CPU 受限的服务的数据包",
	"queries-answered":           "按 {value} 应答的查询",
	"requests-narrowed":          "被限速的请求",
	"syns-dropped":               "丢弃的 SYN",
	"syns-refused":               "被拒绝的 SYN",
	"syns-to-full-queue":         "发往已满 accept 队列的 SYN",
	"syns-unreachable":           "以“不可达”应答的 SYN",

	// What else is to be said of a count.
	"connections-held": "同时最多 {most} 条；被拒绝 {refused} 条，无应答 {unanswered} 条，" +
		"被服务关闭 {closed} 条‹；在压测节点本机或解析时失败 {failed} 条›",
	"disk-free":      "曾剩余 {free}，共 {size}",
	"flood-answered": "其中 {answered} 个得到应答",

	// Why a notification was refused.
	"body-broke-off":      "内容中途断开",
	"many-senders":        "另有 {most} 个正在发送",
	"not-post":            "请求方法不是 POST",
	"nothing-waits-there": "端口 {port}、路径“{path}”上没有监控等待",
	"other-path":          "路径（含令牌）与监控的不符",
	"others-unfinished":   "其他尚未收完的内容已占 {most} MiB",
	"too-large":           "内容超过 {most} 字节",
	"too-many":            "已超过 {most} 条或 64 MiB",

	// Notes.
	"acknowledged": "监控 {watchers}：已确认‹：{note}›",
	"clock-set":    "演练期间容器所在主机的系统时间被调整了 {by}：日志中的时刻可能有同样大的误差",
	"log-cut": "{target} 的日志：‹{lines} 行超过 {most} 字节，已截断（{bytes} 字节） ›" +
		"‹开头的 {early} 字节已为后文让位›",
	"notifications-cut": "监控 {watcher} 收到的通知超过上限（{most} 条或 64 MiB）：其后的被拒绝",
	"out-of-memory":     "{target}：内核因内存不足杀死了它的一个进程，服务仍存活",
	"ports-full":        "发布的端口同时有超过 {most} 条连接：其余的已被重置",
	"trouble":           "switchboard 在 {link} 上无法接入客户端：“{error}”",
	"unknown-name": "‹{asker} 查询了“{name}”，它的 uses 均未声明：NXDOMAIN›" +
		"‹；如需解析，请在 targets.{of} 下添加 uses: [{uses}]›" +
		"‹查询的未声明名称超过 {told} 个，其余不再列出：NXDOMAIN›",
	"watcher": "监控 {watcher}：‹无法读取 {target} 的日志：“{error}”›" +
		"‹日志状态变化超过 {most} 次：其后的不再读取›",
	"webhook-refused":   "监控 {watcher} 收到的内容不是通知：{why:coded}",
	"webhook-to-nobody": "收到一条没有监控接收的通知：{why:coded}",
}

// chineseFaults is Chinese for what a fault does, by its kind, from its settings. A line named
// “kind setting=text” is the word for that setting of that kind, and “kind setting=” the word
// where the scenario does not say it.
var chineseFaults = map[string]string{
	"http-status": "以 {code} 应答‹ {share} 的›请求" + chosenInChinese +
		"‹，Retry-After 为 {retry-after}›‹，每 {flap.period} 中占 {flap.duty}›",
	"latency":  "应答延迟 {delay}‹ ± {jitter}›‹，占应答的 {share}›" + chosenInChinese,
	"syn-drop": "丢弃‹ {share} 的› SYN‹（{per}）›",
	"refuse":   "拒绝新建连接（RST）",
	"accept-stall": "新建连接排入已满的 accept 队列‹（backlog 为 {backlog}）›：少数建立后挂起，" +
		"其余得不到应答",
	"unreachable": "以 ICMP 不可达（{as}）应答新建连接",
	"blackhole":   "丢弃{way}‹长于 {above} 的›全部数据包",
	"loss":        "双向丢失 {share} 的数据包",
	"duplicate":   "双向重复发送‹ {share} 的›数据包",
	"reset":       "以 RST 重置连接‹，在应答发出 {after} 之后›‹，在连接存活 {in} 之后›",
	"bandwidth":   "每条连接{direction}限速 {rate}" + chosenInChinese,
	"slice":       "应答切成 {size} 的小块发送，间隔 {delay}" + chosenInChinese,
	"limit-data":  "应答发出 {bytes} 后关闭连接" + chosenInChinese,
	"stall":       "应答挂起不发" + chosenInChinese,
	"idle-drop":   "清除空闲 {after} 的会话，{as}",
	"block-page":  "以拦截页（{code}）应答‹ {share} 的›请求" + chosenInChinese,
	"dns": "DNS 服务器{answer}‹ {delay}›‹ {to}，旧地址拒绝连接›‹，针对 {names}›" +
		"‹，占查询的 {share}›‹，可缓存 {ttl}›",
	"flood": "向 {to} 发起 HTTP 洪水，速率 {rate}‹，{ramp} 内达到›，来自 {sources} 个地址",
	"connection-flood": "向 {to} 打开 {connections} 条连接，以 {rate} 打开，" +
		"来自 {sources} 个地址，{send}",
	"slow-requests": "向 {to} 保持 {connections} 个请求，{part}每 {every} 只发一个字节，" +
		"以 {rate} 打开，来自 {sources} 个地址",
	"tls":           "TLS：{as}",
	"stop":          "以 SIGTERM 停止服务；其主机拒绝连接",
	"restart":       "以 SIGTERM 重启服务；恢复应答前其主机拒绝连接",
	"pause":         "冻结服务：可以建连，但无应答",
	"cpu-starve":    "服务只剩 {cpus} 个 CPU",
	"memory-starve": "服务内存限为 {memory}；因内存不足被杀（OOM）后其主机拒绝连接",
	"disk-full":     "写满服务的磁盘 {path}‹，只留 {leave}›",
	"kill":          "杀死服务的进程；{as}",
	"exec":          "在本机运行演练文件中的命令，每条最长 {timeout}",

	"syn-drop per=flow":   "按流",
	"syn-drop per=packet": "按包",

	"unreachable as=":           "主机",
	"unreachable as=host":       "主机",
	"unreachable as=port":       "端口",
	"unreachable as=prohibited": "管理禁止",

	"blackhole way=":      "双向",
	"blackhole way=both":  "双向",
	"blackhole way=there": "发往节点的",
	"blackhole way=back":  "来自节点的",

	"bandwidth direction=":         "下行",
	"bandwidth direction=download": "下行",
	"bandwidth direction=upload":   "上行",
	"bandwidth direction=both":     "双向",

	"idle-drop as=":        "此后的包静默丢弃",
	"idle-drop as=silence": "此后的包静默丢弃",
	"idle-drop as=reset":   "此后的包以 RST 应答",

	"block-page code=": "403",

	"dns answer=nxdomain":  "应答 NXDOMAIN",
	"dns answer=servfail":  "应答 SERVFAIL",
	"dns answer=refused":   "应答 REFUSED",
	"dns answer=empty":     "的应答不含地址",
	"dns answer=none":      "不应答",
	"dns answer=slow":      "应答延迟",
	"dns answer=truncated": "截断 UDP 应答",
	"dns answer=wrong":     "应答错误的地址",
	"dns answer=stale":     "把域名改指新地址",

	"flood sources=":            "1",
	"connection-flood sources=": "1",
	"slow-requests sources=":    "1",

	"connection-flood send=":        "不发任何内容",
	"connection-flood send=nothing": "不发任何内容",
	"connection-flood send=partial": "各发半个请求",

	"slow-requests part=":       "请求头",
	"slow-requests part=header": "请求头",
	"slow-requests part=body":   "请求体",
	"slow-requests every=":      "1s",
	"slow-requests rate=":       "100/s",

	"tls as=expired":           "出示过期的证书",
	"tls as=wrong-host":        "出示其他主机的证书",
	"tls as=unknown-authority": "出示未知机构签发的证书",
	"tls as=incomplete-chain":  "不出示中间证书",
	"tls as=old-version":       "只支持 TLS 1.1 及以下",
	"tls as=no-answer":         "不应答握手",

	"kill as=":        "其主机拒绝连接",
	"kill as=process": "其主机拒绝连接",
	"kill as=host":    "其主机不再响应",

	"exec timeout=": "10s",
}

// chosenInChinese says which requests a fault touches.
const chosenInChinese = "‹，仅 {only.methods} 请求›‹，仅路径 {only.paths}›" +
	"‹，仅带 {only.headers}›‹，{spare} 除外›"
