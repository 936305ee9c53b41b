// Package watch holds what should notice: one file per detector. A detector's questions are
// asked by a load node inside the drill's network (or, for a command, by the CLI); what it
// means is read from the record alone.
package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Config is one entry of `watch`: exactly one kind.
type Config struct {
	// asks for a URL; K bad answers in a row are a detection
	HTTP *HTTP `yaml:"http"`
	// opens a connection to a port; K failures in a row are a detection
	TCP *TCP `yaml:"tcp"`
	// asks for a name's address; K failures in a row are a detection
	DNS *DNS `yaml:"dns"`
	// asks a PostgreSQL a query; K bad answers in a row are a detection
	SQL *SQL `yaml:"sql"`
	// asks gRPC's health service; K answers in a row other than SERVING are a detection
	GRPC *GRPC `yaml:"grpc"`
	// asks a Redis, by PING or for a key; K bad answers in a row are a detection
	Redis *Redis `yaml:"redis"`
	// polls a server's state in HAProxy's statistics
	HAProxy *HAProxy `yaml:"haproxy"`
	// polls a value in a page of JSON: a state as Consul, Patroni or Envoy report it
	JSON *JSON `yaml:"json"`
	// follows an alerting rule of a Prometheus, or a query: pending, firing
	Prometheus *Prometheus `yaml:"prometheus"`
	// asks an Alertmanager for active alerts with the labels
	Alertmanager *Alertmanager `yaml:"alertmanager"`
	// polls a server's state in the embedded balancer
	LB *LB `yaml:"lb"`
	// reads a target's log: a line that matches is an alarm, and one that matches clear its end
	Log *Log `yaml:"log"`
	// runs a program on this machine; exit status 0 is good
	Command *Command `yaml:"command"`
	// waits for a notification of any monitoring, inside the network or on loopback
	Webhook *Webhook `yaml:"webhook"`
	// waits for a person's acknowledgement, by stormdrill ack RUN
	Person *Person `yaml:"person"`

	// As sends the checks from a load group's place, over its links.
	As string `yaml:"as"`
	// From is "host" where it asks on this machine: a Prometheus or an Alertmanager that runs
	// beside the drill, on the loopback interface. Default: inside the drill's network.
	From string `yaml:"from"`
	// Of is the fault that it has to notice, where there are several: its times
	// are counted from that one. Default: the first, and the end of the last.
	Of string `yaml:"of"`
}

// Kind is one of them. One that runs on the CLI's machine has a Start, too.
type Kind interface {
	// Traits are what scoring has to know of it.
	Traits() timeline.WatcherTraits
	// Plan says what it asks, and what is wrong with it.
	Plan(p Planner)
}

// Asking is a detector that says itself from which place it asks.
type Asking interface{ Client() string }

// Hostable is a detector that the CLI can ask from its own machine, too, where what it asks runs
// there: see OnHost.
type Hostable interface{ Hostable() }

// Planner is the drill that a detector is planned into. Keys are the detector's own.
type Planner interface {
	// Problem reports a mistake.
	Problem(key, format string, args ...any)

	// Asks, Connects and Resolves want a link to where a URL, an address, or a target leads;
	// Node wants a node to be there, for its state is read where the watcher asks.
	Asks(key string, url secret.Text)
	Connects(key, address string)
	Resolves(key, target string)
	Node(key, name string)
	// Logs wants a target or a replica to be there, for its log is read.
	Logs(key, target string)
	// Anyhow: its answers may depend on ways that are not known here.
	Anyhow()
	// Alerts says which alerts of a monitoring in the drill reach it.
	Alerts(a Alerts)
	// Expects checks an expectation, Authority reads a file of certificates.
	Expects(key string, e load.Expect)
	Authority(key, file string) string

	// InARow takes how many answers in a row are a finding; 0: one.
	InARow(fails, oks int)
	// Check has the load node ask, every so often: 0 is a second, for each of both.
	Check(what link.Text, every, timeout time.Duration, c load.Check)
	// Runs says what runs on the CLI's machine, and how often.
	Runs(line string, every time.Duration)
	// Waits says where a detector waits for notifications, and what an alarm and its end
	// are recognized by.
	Waits(what link.Text, match, resolved string)
	// Endless says why it is never known to be content again, and what would show it.
	Endless(why string)
	// Hook has the load node wait for notifications; or, where local, says that it is waited
	// for them on the CLI's machine. A watcher that waits at the address of another gets
	// what comes there.
	Hook(h load.Hook, local bool)
}

// Alerts are those of a monitoring that reach a detector, as far as its settings say.
type Alerts struct {
	Query  string            // it asks this instead, and no alert reaches it
	Rule   string            // their name
	Labels map[string]string // that they have
	Match  string            // regular expression of an alert as it is sent
	// URL is where they are sent to, and Token that one follows there; empty: they are asked for.
	URL   string
	Token bool
}

// Defaults of what is asked.
const (
	DefaultEvery = time.Second // between two checks, and for one
	DefaultPoll  = 100 * time.Millisecond
)
