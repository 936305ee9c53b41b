package words

import (
	"strings"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// chineseObjectives is Chinese for the names of objectives that are no keys of a scenario's
// sla, and for the parts of a threshold.
var chineseObjectives = map[string]string{
	"no alarm of ": "{watcher} 无误报",
	"no outage":    "用户无中断",
	sla.NoAbort:    "演练未自行中止",
	"port ":        "{watcher} 端口连通率（恢复）",
	"repair":       "修复用时",
	"respond":      "响应用时",

	"threshold":   "{metric}（‹{group}，›‹节点 {node}，›‹{on}，›‹{good}，›{phase}）",
	"of good":     "仅成功的",
	"success":     "成功率",
	"dns":         "域名解析成功率",
	"handshake":   "TCP 握手成功率",
	"tls":         "TLS 握手成功率",
	"p":           "延迟 p",
	"dns-p":       "域名解析耗时 p",
	"handshake-p": "TCP 握手耗时 p",
	"tls-p":       "TLS 握手耗时 p",
	"new":         "新建连接",
	"established": "已有连接",
	"baseline":    "基线",
	"fault":       "故障",
	"recovery":    "恢复",
	"run":         "故障与恢复",
}

// Objective is an objective's name, for a person. It is English in every file for programs,
// where it is a key; what is a key of the scenario's sla stays as it is there.
func (l *Language) Objective(name string) string {
	if l.objectives == nil {
		return name
	}
	if text, ok := l.objectives[name]; ok {
		return text
	}
	for _, before := range []string{"no alarm of ", "port "} {
		if watcher, ok := strings.CutPrefix(name, before); ok {
			watcher = strings.TrimSuffix(watcher, " in recovery")
			text, _ := l.whole(l.objectives[before], sla.Said{Values: sla.Values{
				{Name: "watcher", Is: watcher}}})
			return text
		}
	}
	for _, limit := range []string{" <= 1s", " >= 1%"} { // a time's, a share's
		if k, err := sla.ParseKeep(name + limit); err == nil {
			return l.threshold(k)
		}
	}
	return name
}

// threshold is the name of one.
func (l *Language) threshold(k sla.Keep) string {
	metric, good := l.objectives[k.Metric], ""
	if metric == "" {
		at := strings.LastIndexByte(k.Metric, 'p') + 1
		metric = l.objectives[k.Metric[:at]] + k.Metric[at:]
	}
	if k.Good {
		good = l.objectives["of good"]
	}
	text, _ := l.whole(l.objectives["threshold"], sla.Said{Values: sla.Values{
		{Name: "metric", Is: metric}, {Name: "group", Is: k.Of}, {Name: "node", Is: k.Node},
		{Name: "on", Is: l.objectives[k.On]}, {Name: "good", Is: good},
		{Name: "phase", Is: l.objectives[k.Phase]}}})
	return text
}
