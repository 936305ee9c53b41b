package words

import (
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/sla/diagnosis"
)

// chineseDiagnosis is Chinese for what is likely the matter, and for what was seen of it.
var chineseDiagnosis = map[sla.Code]string{
	sla.Code(diagnosis.NameAbsent):    "域名不存在（NXDOMAIN）",
	sla.Code(diagnosis.NameFails):     "DNS 服务器报错（SERVFAIL、REFUSED）",
	sla.Code(diagnosis.NameSilent):    "DNS 服务器无应答",
	sla.Code(diagnosis.NameSlow):      "域名解析缓慢",
	sla.Code(diagnosis.SYNUnanswered): "连接挂起：SYN 未及时得到应答",
	sla.Code(diagnosis.Refused):       "连接被拒绝（RST）",
	sla.Code(diagnosis.Unreachable):   "ICMP 提示不可达",
	sla.Code(diagnosis.Reset):         "应答前连接被重置",
	sla.Code(diagnosis.Broken):        "应答中途断开",
	sla.Code(diagnosis.CertExpired):   "证书不在有效期内",
	sla.Code(diagnosis.CertHost):      "证书属于其他主机",
	sla.Code(diagnosis.CertAuthority): "证书颁发机构不受信任",
	sla.Code(diagnosis.TLSVersion):    "没有共同的 TLS 版本",
	sla.Code(diagnosis.TLSFails):      "TLS 握手失败",
	sla.Code(diagnosis.ServerError):   "应答为服务端错误（5xx）",
	sla.Code(diagnosis.TurnedAway):    "应答状态码不符合预期",
	sla.Code(diagnosis.WrongAnswer):   "应答内容不符合预期",
	sla.Code(diagnosis.Late):          "已连接，但应答过慢或超时",
	sla.Code(diagnosis.OwnFailure):    "压测节点自身失败",
	sla.Code(diagnosis.Loss):          "SYN 重传，已有连接上应答变慢",
	sla.Code(diagnosis.Mixed):         "多种症状，没有一种占多数",

	sla.Code(diagnosis.ServerDown):    "服务器宕机或挂起",
	sla.Code(diagnosis.NodeDown):      "单个节点宕机或挂起",
	sla.Code(diagnosis.BadNode):       "负载均衡把用户转到异常节点",
	sla.Code(diagnosis.SlowNode):      "负载均衡把用户转到慢节点",
	sla.Code(diagnosis.Overload):      "服务器过载或资源耗尽",
	sla.Code(diagnosis.DNS):           "DNS 解析异常",
	sla.Code(diagnosis.StaleName):     "DNS 缓存未更新（用户访问旧地址）",
	sla.Code(diagnosis.WrongName):     "DNS 或 hosts 文件指向错误地址",
	sla.Code(diagnosis.PathDrops):     "SYN 在途中被丢弃（防火墙、路由、安全组）",
	sla.Code(diagnosis.NAT):           "这些用户的 NAT 或线路无法建立新连接",
	sla.Code(diagnosis.RuleRefuses):   "防火墙或路由规则拒绝",
	sla.Code(diagnosis.Intercepted):   "中间节点拦截（运营商、WAF、IDS、代理）",
	sla.Code(diagnosis.IdleFlows):     "空闲连接的会话在途中被清除（TCP keepalive）",
	sla.Code(diagnosis.Certificate):   "证书问题",
	sla.Code(diagnosis.TLSVersions):   "TLS 版本不一致",
	sla.Code(diagnosis.SlowPath):      "线路缓慢（绕行、CDN 节点配置错误）",
	sla.Code(diagnosis.Bandwidth):     "带宽不足",
	sla.Code(diagnosis.LossyPath):     "途中丢包",
	sla.Code(diagnosis.LoadGenerator): "压测端，而非服务",
	sla.Code(diagnosis.Undetermined):  "无法判定",

	sla.Code(diagnosis.Everyone):    "全部或大部分用户",
	sla.Code(diagnosis.Cohort):      "这部分用户，同节点的其他用户正常",
	sla.Code(diagnosis.OneNode):     "被转到该节点的用户",
	sla.Code(diagnosis.Established): "已建立的连接",
	sla.Code(diagnosis.Part):        "部分请求",
	sla.Code(diagnosis.Client):      "客户端",
	sla.Code(diagnosis.Path):        "中间链路",
	sla.Code(diagnosis.Server):      "服务端",

	sla.SeenBad:         "{of:n} 个请求中 {count:n} 个失败",
	sla.SeenSymptom:     "{of:n} 个失败中 {count:n} 个：{symptom}",
	sla.SeenStatus:      "{of:n} 个失败中 {count:n} 个状态码为 {status}",
	sla.SeenNew:         "新建连接上 {of:n} 个中 {count:n} 个失败",
	sla.SeenEstablished: "已有连接上 {of:n} 个中 {count:n} 个失败",
	sla.SeenUnanswered:  "{of:n} 次握手中 {count:n} 次无应答",
	sla.SeenResent:      "{of:n} 次握手中 {count:n} 次重传 SYN 后成功",
	sla.SeenSilent:      "{of:n} 个新连接中 {count:n} 个立即建立但未及时应答",
	sla.SeenLookups:     "{of:n} 次解析中 {count:n} 次失败",
	sla.SeenTLS:         "{of:n} 次 TLS 握手中 {count:n} 次失败",
	sla.SeenLate:        "{count:n} 个应答过慢，其中间一半耗时 {low_seconds..high_seconds}",
	sla.SeenParts:       "中断期间 {of:n} 段中 {count:n} 段有应答",
	sla.SeenNode: "{node}：{of:n} 个应答中 {count:n} 个失败；" +
		"这些用户的请求有 {now_share} 由它应答，此前 {before_share}",
	sla.SeenOthers: "同节点其他用户 {of:n} 个请求中 {count:n} 个正常",
}

// chineseAll is Chinese for what was seen of all requests, or of all that failed.
var chineseAll = map[sla.Code]string{
	sla.SeenBad:     "{of:n} 个请求全部失败",
	sla.SeenSymptom: "失败的 {of:n} 个请求全部为：{symptom}",
	sla.SeenStatus:  "失败的 {of:n} 个请求状态码全部为 {status}",
}
