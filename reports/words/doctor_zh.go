package words

import "github.com/stormdrill/stormdrill/scenarios/sla"

// chineseDoctor is Chinese for what the doctor finds, by its codes.
var chineseDoctor = map[sla.Code]string{
	"room":       "本目录的可用磁盘空间",
	"room-free":  "{free}，至少需要 {least}",
	"room-means": "每次运行的证据保存在这里；空间不足时运行以出错告终。",
	"room-cure":  "腾出空间，或用 --out 指定别处的目录",

	"engine":           "Docker 引擎",
	"engine-means":     "每次演练都在该引擎的 Linux 容器中运行。",
	"engine-version":   "{version}，API {api}，{os}/{arch}",
	"engine-none":      "没有引擎应答：“{error}”",
	"engine-none-cure": "启动 Docker，或用 DOCKER_HOST 指向可用的引擎",
	"engine-mute":      "检查 docker version 能否得到应答",
	"engine-cure":      "把引擎切换到 Linux 容器",

	"machine":       "引擎所在主机",
	"machine-is":    "{cores} 核，至少需要 {least} 核；内存 {memory}；Linux {kernel}",
	"machine-means": "压测节点、switchboard 和被测服务同时使用这些核。",
	"machine-cure":  "降低请求速率：请求发送滞后会使演练无法判定",

	"left":         "被强行终止的演练的残留",
	"left-nothing": "无",
	"left-means":   "被强行终止的演练可能留下容器和网络。",
	"left-runs":    "运行 {runs}",
	"left-cure":    "下次运行时自动清除，也可现在执行 stormdrill clean",
	"left-unknown": "检查 docker ps 能否得到应答",

	"trial":       "试演练的容器",
	"trial-means": "演练的容器需要 NET_ADMIN、sysctl、DNS 转发和链路。",
	"trial-up":    "在 {time} 内启动",
	"trial-cure":  "报错信息指出了引擎拒绝的操作：予以允许，或换用其他引擎",

	"walls":       "演练网络的隔离",
	"walls-means": "演练的数据包不得到达网络之外，包括本机。",
	"walls-up":    "没有地址伪装，网络中没有本机地址，越界的包都送到 switchboard；从网络内部检查",
	"walls-cure":  "使用 Docker 20.10 或更新的版本；run --uncontained 可在没有隔离时运行",

	"removal":       "清除试演练",
	"removal-means": "每次演练结束时删除自己的容器和网络。",
	"removal-cure":  "执行 stormdrill clean 清除",

	"kernel":                "引擎所在主机的内核",
	"kernel-means":          "链路和数据包类故障依赖内核的功能。",
	"kernel-cure":           "再运行一次 doctor：试演练的 switchboard 已退出",
	"kernel-setting":        "{setting}",
	"kernel-setting-wanted": "{have}，应为 {want}",
	"works":                 "可用",
	"works-not":             "不可用：“{error}”",
	"feature-cure":          "使用内核具备该功能的引擎，并允许有 NET_ADMIN 的容器使用它",

	"nftables":              "引擎内核的 nftables",
	"nftables-means":        "演练的每条链路都由它的规则构成。",
	"nftables-draw":         "nftables 的 numgen 与 hash 表达式",
	"nftables-draw-means":   "只命中一部分数据包或连接的故障（如 loss）靠它抽取。",
	"ip-forward-means":      "链路靠它把用户的数据包转发到被测服务。",
	"icmp-ratemask-means":   "unreachable 故障命中的每个客户端都会得到通知；否则内核只通知一部分。",
	"syn-retries-old":       "内核早于 Linux 6.5，没有这一项",
	"syn-retries-old-means": "故障丢弃 SYN 时，客户端在 1、3、7、15 s 后重发。",
	"syn-retries-means":     "故障丢弃 SYN 时，客户端先按此次数每秒重发一次，此后间隔越来越长。",

	"clock":       "容器与本命令的时钟",
	"clock-means": "在本机运行的监控，计时精度以此为限。",
	"clock-is":    "对齐到 ± {have}，要求 ± {want} 以内",
	"clock-cure":  "让 stormdrill 靠近引擎运行，或不用 command 和 loopback 监控",
	"load-ended":  "再运行一次 doctor：试演练的压测节点已退出",

	"busy":       "引擎所在主机的负载",
	"busy-means": "主机繁忙时请求发送滞后，得不到 CPU 的被测服务会使用户请求失败。",
	"busy-is": "最近一分钟每核 {have} 个可运行任务，不宜超过 {most} 个" +
		"‹；最近 10 s 等待 CPU 的时间占 {waited}›",
	"busy-unknown": "未知：引擎的内核不提供",
	"busy-cure":    "等待主机空闲，或让演练独占一台主机",
}
