package diagnosis

// Cause is what is likely behind it, as the operations handbook parts them.
type Cause string

// Causes.
const (
	ServerDown Cause = "cause-server-down" // nothing reachable: the server is down, or hangs
	NodeDown   Cause = "cause-node-down"   // one of several is down, or hangs
	BadNode    Cause = "cause-bad-node"    // one of several answers errors
	SlowNode   Cause = "cause-slow-node"   // the same, and the node is slow
	Overload   Cause = "cause-overload"    // overloaded, or out of some resource
	DNS        Cause = "cause-dns"         // names are not resolved, or slowly
	StaleName  Cause = "cause-stale-name"  // users whose DNS cache is not updated
	// the DNS, or a hosts file, leads to the wrong place
	WrongName   Cause = "cause-wrong-name"
	PathDrops   Cause = "cause-path-drops"   // SYNs are dropped on the way
	NAT         Cause = "cause-nat"          // the same, for users behind one way only
	RuleRefuses Cause = "cause-rule-refuses" // a firewall or routing rule refuses
	Intercepted Cause = "cause-intercepted"  // a node on the way cuts, silences or answers
	IdleFlows   Cause = "cause-idle-flows"   // keepalive: a middlebox forgets idle connections
	Certificate Cause = "cause-certificate"  // expired, of another host, by another authority
	TLSVersions Cause = "cause-tls-versions" // no version in common
	// a detour, the wrong edge: each answer late by as much
	SlowPath      Cause = "cause-slow-path"
	Bandwidth     Cause = "cause-bandwidth"      // a line that is too narrow
	LossyPath     Cause = "cause-lossy-path"     // packets are lost
	Undetermined  Cause = "cause-undetermined"   // it fits none, or is too little
	LoadGenerator Cause = "cause-load-generator" // the load node itself
)

// Place is one of the handbook's three to look for a fault in.
type Place string

// The places.
const (
	Client Place = "look-client"
	Path   Place = "look-path"
	Server Place = "look-server"
)

// advice is where to look first, and with which commands; HOST, NAME and PORT stand for the
// service's.
type advice struct {
	place    Place
	commands []string
}

var advices = map[Cause]advice{
	ServerDown: {Server, []string{"docker ps -a", "systemctl status SERVICE",
		"ss -ltn 'sport = :PORT'", "journalctl -u SERVICE -n 100"}},
	NodeDown: {Server, []string{"echo 'show stat' | socat stdio /run/haproxy/admin.sock",
		"ping -c 3 NODE", "nc -vz NODE PORT", "journalctl -u SERVICE -n 100"}},
	BadNode: {Server, []string{"curl -si http://NODE:PORT/",
		"echo 'show stat' | socat stdio /run/haproxy/admin.sock",
		"tail -n 100 /var/log/nginx/error.log"}},
	SlowNode: {Server, []string{"curl -so /dev/null -w '%{time_total}\\n' http://NODE:PORT/",
		"top -b -n 1", "iostat -x 1 3", "ping -c 10 NODE"}},
	Overload: {Server, []string{"cat /proc/pressure/cpu /proc/pressure/memory",
		"ss -ltn 'sport = :PORT'", "nstat -az TcpExtListenDrops", "ss -s", "top -b -n 1"}},
	DNS: {Client, []string{"dig NAME @RESOLVER", "dig +trace NAME", "resolvectl statistics"}},
	StaleName: {Client, []string{"dig NAME @RESOLVER", "getent hosts NAME",
		"resolvectl flush-caches"}},
	WrongName: {Client, []string{"getent hosts NAME", "grep NAME /etc/hosts",
		"dig NAME @RESOLVER", "ip route get HOST"}},
	PathDrops: {Path, []string{"tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and port PORT'",
		"traceroute -T -p PORT HOST", "nft list ruleset", "ss -ltn 'sport = :PORT'"}},
	NAT: {Path, []string{"conntrack -S", "sysctl net.netfilter.nf_conntrack_count",
		"tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0 and port PORT'",
		"traceroute -T -p PORT HOST"}},
	RuleRefuses: {Path, []string{"tcpdump -ni any 'icmp or tcp[tcpflags] & tcp-rst != 0'",
		"nft list ruleset", "ip route get HOST", "traceroute -T -p PORT HOST"}},
	Intercepted: {Path, []string{"tcpdump -nvi any 'port PORT'", "curl -v http://HOST:PORT/",
		"traceroute -T -p PORT HOST"}},
	IdleFlows: {Client, []string{"ss -ton dst HOST", "sysctl net.ipv4.tcp_keepalive_time",
		"conntrack -L -p tcp --dport PORT"}},
	Certificate: {Server, []string{"openssl s_client -connect HOST:PORT -servername NAME " +
		"</dev/null" +
		" | openssl x509 -noout -subject -issuer -dates"}},
	TLSVersions: {Server, []string{"openssl s_client -connect HOST:PORT -tls1_2 </dev/null",
		"openssl s_client -connect HOST:PORT -tls1_3 </dev/null"}},
	SlowPath:      {Path, []string{"mtr -rwc 20 HOST", "dig NAME", "ping -c 20 HOST"}},
	Bandwidth:     {Path, []string{"ip -s link", "sar -n DEV 1 5", "tc -s qdisc"}},
	LossyPath:     {Path, []string{"mtr -rwc 100 HOST", "nstat -az TcpRetransSegs", "ip -s link"}},
	LoadGenerator: {Client, []string{"ulimit -n", "ss -s"}},
}

// Place is where to look first; empty where nothing is known.
func (c Cause) Place() Place { return advices[c].place }

// Commands are what to look with, in order. HOST, NAME, NODE, PORT, RESOLVER and SERVICE stand
// for the service's own.
func (c Cause) Commands() []string { return advices[c].commands }

// Causes are all of them, in the order of the handbook's table where it has them.
var Causes = []Cause{PathDrops, RuleRefuses, Intercepted, Overload, ServerDown, NodeDown, BadNode,
	SlowNode, DNS, StaleName, WrongName, IdleFlows, NAT, Certificate, TLSVersions, SlowPath,
	Bandwidth, LossyPath, LoadGenerator, Undetermined}

// Scopes are all of them.
var Scopes = []Scope{Everyone, Cohort, OneNode, Established, Part}

// Places are all of them.
var Places = []Place{Client, Path, Server}
