package load

import (
	"net/netip"
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// Check is a probe asked periodically, or just until it is first answered well.
// Exactly one of the kinds is set.
type Check struct {
	Name    string        `json:"name"`
	Source  netip.Addr    `json:"source"` // asked from this address
	Every   time.Duration `json:"every"`
	Timeout time.Duration `json:"timeout"`
	Phase   time.Duration `json:"phase"` // delay of the first question, drawn at random by the plan

	HTTP    *HTTPProbe    `json:"http,omitempty"`
	TCP     *TCPProbe     `json:"tcp,omitempty"`
	DNS     *DNSProbe     `json:"dns,omitempty"`
	HAProxy *HAProxyProbe `json:"haproxy,omitempty"`
	LB      *LBProbe      `json:"lb,omitempty"`
	JSON    *JSONProbe    `json:"json,omitempty"`
	SQL     *SQLProbe     `json:"sql,omitempty"`
	GRPC    *GRPCProbe    `json:"grpc,omitempty"`
	Redis   *RedisProbe   `json:"redis,omitempty"`

	Prometheus   *PrometheusProbe   `json:"prometheus,omitempty"`
	Alertmanager *AlertmanagerProbe `json:"alertmanager,omitempty"`
}

// HTTPProbe asks for a URL over a fresh connection. Good is an answer as expected.
type HTTPProbe struct {
	URL     secret.Text            `json:"url"`
	Method  string                 `json:"method,omitempty"` // default GET
	Headers map[string]secret.Text `json:"headers,omitempty"`
	Body    secret.Text            `json:"body,omitempty"`
	Expect  Expect                 `json:"expect,omitzero"`
	CA      string                 `json:"ca,omitempty"` // PEM, trusted besides the drill's own
}

// TCPProbe completes a handshake with host:port and closes.
type TCPProbe struct {
	Address string `json:"address"`
}

// DNSProbe asks the drill's resolver for a name's addresses, from its source.
type DNSProbe struct {
	Name string `json:"name"`
}

// NoCheck is the status in HAProxy's statistics of a server without a check: it never changes.
const NoCheck = "no check"

// HAProxyProbe reads the statistics CSV and finds one server; good is a status
// that begins with UP or is "no check". An answer that lacks the server is an
// error, not a state.
type HAProxyProbe struct {
	Stats   secret.Text `json:"stats"` // URL of the CSV
	Backend string      `json:"backend"`
	Server  string      `json:"server"`
}

// LBProbe reads the embedded balancer's state (JSON, see the target "lb") and
// finds one server by name; good is "up".
type LBProbe struct {
	State  secret.Text `json:"state"` // URL of the state
	Server string      `json:"server"`
}

// JSONProbe reads a value from a page of JSON; good is the value it is to have. An
// answer that lacks the value is an error, not a state.
type JSONProbe struct {
	URL    secret.Text `json:"url"`
	Path   string      `json:"path"` // keys and places in lists, joined by dots
	Equals string      `json:"equals"`
}

// PrometheusProbe reads Prometheus's rules, or its answer to a query; good is no alert that
// fires, or an answer without a series and with no number but 0. An answer that lacks the
// rule is an error, not a state.
type PrometheusProbe struct {
	URL    secret.Text       `json:"url"`            // of the API's answer
	Rule   string            `json:"rule,omitempty"` // empty: it is of a query
	Labels map[string]string `json:"labels,omitempty"`
}

// How a rule's state begins in the detail of an answer; the instant at which it became active
// follows, by Prometheus's clock (RFC 3339).
const (
	PendingSince = "pending since "
	FiringSince  = "firing, active since "
)

// AlertmanagerProbe reads Alertmanager's alerts; good is none that is active and has the labels.
type AlertmanagerProbe struct {
	URL    secret.Text       `json:"url"` // of the API's answer
	Labels map[string]string `json:"labels"`
}

// SQLProbe asks a PostgreSQL over a fresh connection; good is a row, in which the first column is
// Equals where that is set.
type SQLProbe struct {
	DSN    secret.Text `json:"dsn"`
	Query  string      `json:"query"`
	Equals string      `json:"equals,omitempty"`
}

// GRPCProbe asks gRPC's standard health service (grpc.health.v1.Health/Check) over a fresh
// connection; good is SERVING.
type GRPCProbe struct {
	Address string `json:"address"`           // host:port
	Service string `json:"service,omitempty"` // empty: the server as a whole
	TLS     bool   `json:"tls,omitempty"`
	CA      string `json:"ca,omitempty"` // PEM, trusted besides the drill's own
}

// RedisProbe asks a Redis over a fresh connection: PING, or for a key; good is an answer, and,
// of a key, a value, which is Equals where that is set.
type RedisProbe struct {
	URL    secret.Text `json:"url"` // redis://, or rediss:// by TLS
	Get    string      `json:"get,omitempty"`
	Equals string      `json:"equals,omitempty"`
	CA     string      `json:"ca,omitempty"` // PEM, trusted besides the drill's own
}

// Answer is what a probe brought back.
type Answer struct {
	Check string `json:"check"`
	Start int64  `json:"start"` // CLOCK_MONOTONIC of the load node, ns
	End   int64  `json:"end"`
	// Good: the question was answered as wished. Known is false where the
	// question could not be asked or the answer not be read (for haproxy, lb:
	// the statistics page was out of reach); then Good means nothing.
	Good   bool   `json:"good"`
	Known  bool   `json:"known"`
	Detail string `json:"detail,omitempty"` // "503", "DOWN", "refused", …
}
