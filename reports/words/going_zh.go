package words

import "github.com/stormdrill/stormdrill/scenarios/sla"

// chineseGoing is Chinese for what is said while a drill goes on, by its kind; what it says in
// English is its detail.
var chineseGoing = map[sla.Code]string{
	"starting-network":     "正在创建网络 {subnet}",
	"starting-switchboard": "正在启动 switchboard",
	"starting-load":        "正在启动压测节点",
	"starting-targets":     "正在启动被测服务",
	"node-image":           "正在构建节点镜像 {image}",
	"node-image-awaited":   "等待另一个 stormdrill 构建节点镜像 {image}（它持有 {lock}）",
	"image-built":          "正在由 {folder} 构建镜像 {image}",
	"image-pulled":         "正在拉取镜像 {image}",
	"read-back":            "回读：核对每一条已确认的写入",
	"awaits": "监控 {watcher} 等待确认：{command} [--note 备注]‹；或在此输入 {key} 并按回车，" +
		"其后可加备注›",
	"published":        "{address} 通往 {to}",
	"waits":            "监控 {watcher} 等待发往 {url} 的 POST",
	"not-understood":   "无法识别；要确认，请输入 {key} 并按回车，其后可加备注",
	"not-acknowledged": "未能确认：{error}",
	"steer-moved":      "切流 {steer}：监控 {watcher} 告警，即刻起 {what}",
	"steered-back":     "切流 {steer}：已切回",
	"unanswered":       "监控 {watcher}：至今没有一次有效应答：“{detail}”",
	"reaper-again":     "清理进程被外部终止，已另启一个",
	"interrupting":     "已中止：撤销故障，保留证据，删除容器；再按一次立即结束",
}
