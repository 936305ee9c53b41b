// Package scenarios is the file format: what a user writes, read strictly, each part
// with its place. What it means is scenarios/plan's to say.
package scenarios

import (
	"io/fs"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/stormdrill/stormdrill/faults"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/watch"
)

// Version is the format's. A key that gets another name is read by its old one for a
// release, with a note; what would change a scenario's meaning is a new version.
const Version = 1

// Scenario is one drill as its author writes it.
type Scenario struct {
	// Extends is a file beside it, or in a folder there, whose parts it has where it does not
	// say otherwise: mappings are merged key by key.
	Extends string `yaml:"extends"`
	Version int    `yaml:"version"` // of the format; 1, which is the default
	// of the drill: lower case letters of any script, digits, hyphens and underscores, at most 40
	// columns, of which a Chinese character takes two; drills that run together need names of
	// their own
	Name    string `yaml:"name"`
	Summary string `yaml:"summary"` // one sentence, for list and the reports
	// containers under test, by host name: web_app, redis.internal.corp, 数据库.内网
	Targets map[string]*Target `yaml:"targets"`
	Load    map[string]*Group  `yaml:"load"`   // groups of users, by name
	Phases  Phases             `yaml:"phases"` // how long each part of the drill is
	// what goes wrong, by name; {} is a control run
	Faults map[string]*Fault        `yaml:"faults"`
	Watch  map[string]*watch.Config `yaml:"watch"` // who should notice, by name
	Steer  map[string]*Steer        `yaml:"steer"` // fail-overs by name that are rehearsed
	SLA    SLA                      `yaml:"sla"`   // what has to hold
	Abort  *Abort                   `yaml:"abort"` // ends the drill early

	File string `yaml:"-"` // where it was read, for messages
	// Dir holds what stands beside the scenario; see ReadFile.
	Dir fs.FS `yaml:"-"`

	places   *Places
	resolved *yaml.Node
	beside   []string // folders of overlays, whose files are its own, too
	notes    []string // what is read and should be written otherwise
}

// Target is a container under test, or several alike. Exactly one of image,
// build and lab is set.
type Target struct {
	Image string    `yaml:"image"` // an image, as docker run takes it
	Build *Build    `yaml:"build"` // an image made from a Dockerfile
	Lab   *Embedded `yaml:"lab"`   // a server embedded in stormdrill
	// Replicas of app are app-1, app-2 …, of redis.internal.corp redis-1.internal.corp …; 0: one,
	// named like the target.
	Replicas int      `yaml:"replicas"`
	Ports    []uint16 `yaml:"ports"` // that it listens on: each is a link from whatever uses it
	// Publish are ports of this machine's 127.0.0.1 that lead to its ports while the drill runs,
	// as Compose writes them: 18080:8080, and of three replicas a range, 18081-18083:8080.
	Publish []string `yaml:"publish"`
	// Uses are targets that it talks to. "*" is all others, but for those that use this one;
	// load and switchboard are the drill's own nodes, for their metrics.
	Uses []string `yaml:"uses"`
	// Env is set besides STORMDRILL_NODE, the node's own host name as it goes over the wire, such
	// as app-2.
	Env map[string]secret.Text `yaml:"env"`
	// Command replaces that of the image, or follows its entry point.
	Command []secret.Text `yaml:"command"`
	// Files are by their path in the container: a path beside the scenario, or what
	// the drill's own authority has for this target: drill:ca.pem, drill:cert.pem,
	// drill:key.pem, or drill:both.pem for certificate and key in one file; or
	// drill:targets.json, the list of what it uses for Prometheus's file_sd_configs.
	Files map[string]string `yaml:"files"`
	// Tmpfs are disks in memory, by their path in the container, each of a size: what the
	// fault disk-full fills. One keeps its content while the drill runs, over a restart too.
	Tmpfs map[string]quantity.Size `yaml:"tmpfs"`
	// CPU time per time that its container may have; default no limit
	CPUs   float64       `yaml:"cpus"`
	Memory quantity.Size `yaml:"memory"` // that its container may have; default no limit
	// when it can be used; default: its first port accepts a connection
	Ready *Ready `yaml:"ready"`
}

// Build makes an image from a Dockerfile, once for all replicas, and removes it after the run.
type Build struct {
	Context    string                 `yaml:"context"`    // folder beside the scenario
	Dockerfile string                 `yaml:"dockerfile"` // within the context; default Dockerfile
	Args       map[string]secret.Text `yaml:"args"`       // build arguments
	// Tag is a name, such as "shop:drill", under which the image is kept after the run: the
	// next one builds only what has changed. Without it the image is removed.
	Tag string `yaml:"tag"`
}

// Embedded is a target that Stormdrill's own binary serves.
type Embedded struct {
	Web *Web      `yaml:"web"` // a web server
	LB  *Balancer `yaml:"lb"`  // an HTTP load balancer
	KV  *KV       `yaml:"kv"`  // a replicated store
	SQL *SQL      `yaml:"sql"` // an application in front of PostgreSQL
	// TLS: its ports use TLS (a balancer's state excepted), with a certificate for its
	// names by an authority that each run makes anew. All that ask it trust that.
	TLS bool `yaml:"tls"`
}

// Web answers with its node's name in the header X-Stormdrill-Node.
type Web struct {
	Latency time.Duration `yaml:"latency" json:"latency,omitempty"` // of each answer; default 0s
	Body    quantity.Size `yaml:"body" json:"body,omitempty"`       // bytes of the answer
	// requests per second served; the rest queue
	Capacity quantity.Rate `yaml:"capacity" json:"capacity,omitempty"`
	// requests that may wait; the next gets 503; default 10000
	Queue int `yaml:"queue" json:"queue,omitempty"`
	// CPU time of each request, done one request at a time
	Work time.Duration `yaml:"work" json:"work,omitempty"`
	// held; 4 MiB of it are renewed every 100 ms
	Memory quantity.Size `yaml:"memory" json:"memory,omitempty"`
	// from the start of its process until it serves
	Start time.Duration `yaml:"start" json:"start,omitempty"`
	// Connections is how many it serves at a time; beyond them it accepts none,
	// and the kernel's queue fills, as with a server out of workers. Default: all.
	Connections int `yaml:"connections" json:"connections,omitempty"`
	// HeaderTimeout is how long a request's header may take, from the connection's
	// beginning; default 10s.
	HeaderTimeout time.Duration `yaml:"header-timeout" json:"header_timeout,omitempty"`
	// Health is the path of the health check; default /health.
	Health string `yaml:"health" json:"health,omitempty"`
	// Spool is one of its disks, by path, as its tmpfs has it: the body of each request is
	// written there before it is answered, and deleted again. Where it cannot be, the answer
	// is 500, and the log has the kernel's words. Default: bodies are read and forgotten.
	Spool string `yaml:"spool" json:"spool,omitempty"`
	// Outages make it unwell by itself, at instants that its log records.
	Outages *Outages `yaml:"outages" json:"outages,omitempty"`
}

// Balancer spreads requests over the A records of a name in turn.
type Balancer struct {
	// Backend is what it asks: "app:8080"; by TLS where it is "https://app:8443": then
	// a server has to show a certificate for that name by the drill's own authority.
	Backend string  `yaml:"backend" json:"backend"`
	Check   *Health `yaml:"check" json:"check,omitempty"` // active health check; default none
	// takes a server out by what users meet; default not
	Passive *Eject `yaml:"passive" json:"passive,omitempty"`
	// Timeout is how long a server may take to begin its answer; then the client
	// gets 504, and passive counts an error. Default 30s.
	Timeout time.Duration `yaml:"timeout" json:"timeout,omitempty"`
	// PerRequest opens a connection to the server for each request; else they are kept
	// open, and serve one request after the other.
	PerRequest bool `yaml:"per-request" json:"per_request,omitempty"`
	// State is the port of the balancer's state as JSON, at /state; default 8404.
	State uint16 `yaml:"state" json:"state,omitempty"`
}

// KV is a pair of stores, one active and one standby that follows it: replicas: 2,
// uses itself. The first begins as the active one; the standby takes over when the
// active one is lost, and a node that comes back joins as an empty standby.
type KV struct {
	// how long after its commit a write may be replicated
	Lag time.Duration `yaml:"lag" json:"lag,omitempty"`
	// a write is acknowledged once the standby has it
	Sync bool `yaml:"sync" json:"sync,omitempty"`
	// Interval is how long the active one may be silent before that counts against
	// it, default 500ms; fall such silences in a row lose it its part.
	Interval time.Duration `yaml:"interval" json:"interval,omitempty"`
	Fall     int           `yaml:"fall" json:"fall,omitempty"` // default 3
}

// SQL is an application with its rows in a PostgreSQL that is another target: POST
// /write?id=… is acknowledged once that has committed, GET /read?id=… finds it there.
// It makes its table, writes, itself.
type SQL struct {
	// DSN is where, as libpq writes it:
	// postgres://app@db-1,db-2/app?target_session_attrs=read-write.
	DSN secret.Text `yaml:"dsn" json:"dsn"`
	// to the database, at most; default 20
	Connections int `yaml:"connections" json:"connections,omitempty"`
	// of a request, then 503; default 2s
	Timeout time.Duration `yaml:"timeout" json:"timeout,omitempty"`
}

// Health is an active health check.
type Health struct {
	Path     string        `yaml:"path" json:"path"`         // empty: TCP connect only
	Interval time.Duration `yaml:"interval" json:"interval"` // between two checks, above zero
	Timeout  time.Duration `yaml:"timeout" json:"timeout"`   // of a check; default the interval
	// bad checks in a row that take a server out, at least 1
	Fall int `yaml:"fall" json:"fall"`
	// good checks in a row that bring it back, at least 1
	Rise int `yaml:"rise" json:"rise"`
}

// Eject takes a server out after a run of failed requests.
type Eject struct {
	Errors int           `yaml:"errors" json:"errors"` // consecutive; default 5
	For    time.Duration `yaml:"for" json:"for"`       // then it is tried again; default 30s
}

// Ready says when a target can be used. Exactly one of http, tcp, log and health is set.
type Ready struct {
	HTTP secret.Text `yaml:"http"` // URL asked from inside the network
	// Expect is what http has to answer: default a status from 200 to 299.
	Expect load.Expect   `yaml:"expect"`
	TCP    string        `yaml:"tcp"`    // host:port
	Log    string        `yaml:"log"`    // a line of its log that contains this
	Health bool          `yaml:"health"` // the image's own health check
	Within time.Duration `yaml:"within"` // default 60s
}

// Group is a group of users.
type Group struct {
	To secret.Text `yaml:"to"` // URL
	// requests per second of all its users, due whether or not others were answered
	Rate  quantity.Rate `yaml:"rate"`
	Users int           `yaml:"users"` // default 100
	// addresses they come from; default 1, most 200 in a drill
	Sources int `yaml:"sources"`
	// then a request is given up, and bad; default 5s
	Timeout time.Duration `yaml:"timeout"`
	// an answer later than this, from due to done, is a bad one; default 500ms
	Slow    time.Duration          `yaml:"slow"`
	Method  string                 `yaml:"method"`  // default GET; with writes, POST
	Headers map[string]secret.Text `yaml:"headers"` // of each request
	Body    secret.Text            `yaml:"body"`    // of each request
	// what a good answer is: default a status from 200 to 299
	Expect load.Expect `yaml:"expect"`
	// when they are new; default: kept open, and shared
	Connections *Connections `yaml:"connections"`
	// file beside the scenario, trusted besides the drill's own authority
	CA string `yaml:"ca"`
	// Reference: no fault may touch these users, and none of the objectives is
	// about them. Where they fail too the run proves nothing.
	Reference bool `yaml:"reference"`
	// DNSCache keeps names at least so long, whatever their TTL; 0s asks for each
	// new connection; default the TTL.
	DNSCache *time.Duration `yaml:"dns-cache"`
	// Cohorts are parts of the users that differ in where they come from: each has
	// its own users, sources, links and statistics, under the name GROUP/COHORT.
	Cohorts map[string]*Cohort `yaml:"cohorts"`
	Writes  *Writes            `yaml:"writes"` // keeps a ledger of acknowledged writes
}

// Cohort is a part of a group's users. A group's shares add up to 100%.
type Cohort struct {
	Share    quantity.Share `yaml:"share"`     // of the group's rate, users and sources
	DNSCache *time.Duration `yaml:"dns-cache"` // default the group's
}

// Writes makes a group's requests a ledger: each carries an id of its own in place
// of {id} in to or body, those answered 2xx are remembered as acknowledged, and
// after the recovery phase each of them is read back.
type Writes struct {
	Read    secret.Text   `yaml:"read"`    // URL with {id}: 2xx is there
	Missing []int         `yaml:"missing"` // statuses that say it is not there; default 404
	Rate    quantity.Rate `yaml:"rate"`    // of reading back; default 500/s
}

// Connections is a group's connection policy. Without one, connections are kept
// open without limit and serve the user of the group that asks next; whenever more ask at
// once than ever before, as after a hiccup, another is opened.
type Connections struct {
	// Per is "request" for a new connection each time, or "user" where users share
	// none: each keeps its own, as long-connection applications do.
	Per  string        `yaml:"per"`
	Live time.Duration `yaml:"live"` // closed at this age
	// Keepalive probes a connection that has been idle for so long, and as often
	// from then on (whole seconds); default none.
	Keepalive time.Duration `yaml:"keepalive"`
}

// Phases of a drill.
type Phases struct {
	// WarmUp goes before the baseline and is not judged: caches fill, connections open,
	// code is compiled. 0s: none; default 5s.
	WarmUp *time.Duration `yaml:"warm-up"`
	// the steady state that all else is compared with
	Baseline time.Duration `yaml:"baseline"`
	Hold     time.Duration `yaml:"fault" was:"hold"` // from the first injection to the last lift
	Recovery time.Duration `yaml:"recovery"`         // from the last lift to the end
	// how long users have to stay well to have recovered; default 5s
	Confirm time.Duration `yaml:"confirm"`
	// Jitter is how much later the injection may come, drawn from the seed, so that it
	// meets every phase of what asks by itself: give the longest period of a scrape or of
	// a balancer's checks. Default, and at least: that of the drill's own checks, and 1s.
	Jitter time.Duration `yaml:"jitter"`
}

// WarmingUp is how long the load runs before the baseline.
func (p Phases) WarmingUp() time.Duration {
	if p.WarmUp == nil {
		return DefaultWarmUp
	}
	return *p.WarmUp
}

// Fault is one entry of `faults`: a kind, and when if not simply the fault phase.
type Fault struct {
	At           time.Duration `yaml:"at"`  // from the start of the fault phase
	For          time.Duration `yaml:"for"` // default: to the end of the fault phase
	faults.Kinds `yaml:",inline"`
}

// Steer is a fail-over by name, as of a GSLB or of an operator with a standby CDN.
// It is the defence that is rehearsed, not a fault: while a watcher is not content,
// the drill's resolver leads some of its clients elsewhere.
type Steer struct {
	// the watcher that decides; its own questions are never steered
	When string `yaml:"when"`
	// what is led elsewhere: a load group, a cohort, a target or a replica; * globs
	From  string   `yaml:"from"`
	Names []string `yaml:"names"` // of what they ask for, which
	// a target or a replica, with the ports by which the names are asked
	To string `yaml:"to"`
	// of their answers about the names, before the move too: whole seconds; default 1s
	TTL time.Duration `yaml:"ttl"`
}

// SLA is what has to hold.
type SLA struct {
	// how soon each watcher has to notice, by name
	Detect map[string]Detection `yaml:"detect"`
	// how soon each watcher is content again once the fault is gone, by name
	Restore map[string]time.Duration `yaml:"alert-clear" was:"restore"`
	// how soon users are well although the fault is on
	Mitigate *time.Duration `yaml:"mitigate"`
	// Recover is counted from when the fault is gone: of a target that was ended, from when
	// it serves again.
	Recover *time.Duration `yaml:"recover"`
	// Outage is the users' whole outage, from the first bad request to the last.
	Outage *time.Duration `yaml:"outage"`
	// Calm is how soon after the fault is gone latency has to be as in the baseline;
	// recover asks for no more than answers.
	Calm *time.Duration `yaml:"calm"`
	// METRIC [of GROUP] in PHASE <= or >= VALUE, such as success in run >= 99%
	Keep []string `yaml:"thresholds" was:"keep"`
	// Profile adds ready-made objectives: "handbook", its limits to respond and to
	// repair and its key indicators.
	Profile string `yaml:"profile"`
	// Budget is an error budget, such as 99.9% per 30d: how much of it the outage
	// burnt is reported.
	Budget string `yaml:"budget"`
	Lose   *int   `yaml:"max-lost-writes" was:"lose"` // how many acknowledged writes may be lost
	// RPO is how long before the fault the oldest lost write may have been acknowledged; 0s:
	// none may be lost.
	RPO *time.Duration `yaml:"rpo"`
}

// Detection is how soon a watcher has to notice: a duration alone, or with a condition.
type Detection struct {
	Within time.Duration `yaml:"within" alone:"true"` // from the first effect on users
	// If is "felt" where it has to notice only what users felt: a fault that was absorbed
	// asks for no detection, and one that was noticed all the same is judged as ever.
	If string `yaml:"if"`
}

// Felt is the condition of a Detection.
const Felt = "felt"

// Abort ends a drill early, lifting at once.
type Abort struct {
	When string `yaml:"when"` // "success < 50% for 10s"
}

// Defaults of what a scenario may leave out.
const (
	DefaultUsers   = 100
	DefaultTimeout = 5 * time.Second
	DefaultSlow    = sla.DefaultSlow
	DefaultConfirm = sla.DefaultConfirm
	DefaultWarmUp  = 5 * time.Second
	DefaultWithin  = 60 * time.Second // for a target to become ready
)

// Servers gives NAME:PORT of the backend, and whether it is asked by TLS.
func (b Balancer) Servers() (name string, secure bool) {
	return strings.CutPrefix(b.Backend, "https://")
}
