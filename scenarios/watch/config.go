// Package watch holds who should notice: one file per detector. A detector's
// questions are asked by a load node inside the drill's network (or, for a
// command, by the CLI); what it means is read from the record alone.
package watch

import (
	"time"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Config is one entry of `watch`: exactly one kind. Each kind's about is its line
// in `stormdrill list`.
type Config struct {
	HTTP    *HTTP    `yaml:"http" about:"asks for a URL; K bad answers in a row are a detection"`
	TCP     *TCP     `yaml:"tcp" about:"opens a connection to a port; K failures in a row are a detection"`
	DNS     *DNS     `yaml:"dns" about:"asks for a name's address; K failures in a row are a detection"`
	HAProxy *HAProxy `yaml:"haproxy" about:"polls a server's state in HAProxy's statistics"`
	LB      *LB      `yaml:"lb" about:"polls a server's state in the embedded balancer"`
	Command *Command `yaml:"command" about:"runs a program on this machine; exit status 0 is good"`
	Webhook *Webhook `yaml:"webhook" about:"waits for a notification of any monitoring, inside the network or on loopback"`

	// As sends the checks from a load group's place, over its links.
	As string `yaml:"as"`
	// Of is the fault that it has to notice, where there are several: its times
	// are counted from that one. Default: the first, and the end of the last.
	Of string `yaml:"of"`
}

// Kind is one of them.
type Kind interface {
	// Traits are what a judge has to know of it.
	Traits() timeline.WatcherTraits
}

// HTTP is an active check: Fails bad answers in a row are a detection.
type HTTP struct {
	URL     secret.Text   `yaml:"url"`
	Expect  load.Expect   `yaml:"expect"`  // what a good answer is: default a status from 200 to 299
	Every   time.Duration `yaml:"every"`   // default 1s
	Timeout time.Duration `yaml:"timeout"` // default 1s
	Fails   int           `yaml:"fails"`   // default 1
	Oks     int           `yaml:"oks"`     // default 1
	CA      string        `yaml:"ca"`      // file beside the scenario, trusted besides the drill's own authority
}

// Traits: each answer is good or bad by itself.
func (*HTTP) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// TCP is an active check of one port.
type TCP struct {
	Address string        `yaml:"address"` // "lb:8080"
	Every   time.Duration `yaml:"every"`
	Timeout time.Duration `yaml:"timeout"`
	Fails   int           `yaml:"fails"`
	Oks     int           `yaml:"oks"`
}

// Traits: it asks a port, and no more.
func (*TCP) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Port: true} }

// DNS is an active check of one name: good when an address comes back in time.
type DNS struct {
	Name    string        `yaml:"name"`
	As      string        `yaml:"as"`      // who asks: a load group or a cohort; as the watcher's own as
	Every   time.Duration `yaml:"every"`   // default 1s
	Timeout time.Duration `yaml:"timeout"` // default 1s
	Fails   int           `yaml:"fails"`
	Oks     int           `yaml:"oks"`
}

// Traits: each answer is good or bad by itself.
func (*DNS) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{} }

// HAProxy reads a server's state from HAProxy's statistics.
type HAProxy struct {
	Stats   secret.Text   `yaml:"stats"` // "http://lb:8404/;csv"
	Backend string        `yaml:"backend"`
	Server  string        `yaml:"server"`
	Every   time.Duration `yaml:"every"` // default 100ms
}

// Traits: it reads a state.
func (*HAProxy) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Polled: true} }

// LB reads a server's state from the embedded balancer.
type LB struct {
	State  secret.Text   `yaml:"state"` // "http://lb:8404/state"
	Server string        `yaml:"server"`
	Every  time.Duration `yaml:"every"` // default 100ms
}

// Traits: it reads a state.
func (*LB) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Polled: true} }

// Command runs a program on the machine of the CLI; exit status 0 is good.
type Command struct {
	Run     []secret.Text `yaml:"run"`
	Every   time.Duration `yaml:"every"`
	Timeout time.Duration `yaml:"timeout"`
	Fails   int           `yaml:"fails"`
	Oks     int           `yaml:"oks"`
}

// Traits: it runs on the CLI's machine.
func (*Command) Traits() timeline.WatcherTraits { return timeline.WatcherTraits{Local: true} }

// Webhook waits for a notification: inside the drill's network at
// http://hooks:PORT/PATH, or on the CLI's loopback at http://127.0.0.1:PORT/PATH/TOKEN,
// where only a POST to that path counts. A body as Alertmanager writes it
// (payload version 4) is read alert by alert: it is content when no alert that matches
// fires any longer.
type Webhook struct {
	Port     int    `yaml:"port"`
	Path     string `yaml:"path"`     // default /
	Match    string `yaml:"match"`    // regular expression the body, an alert, or what is said of all, must match; default any
	Resolved string `yaml:"resolved"` // regular expression of an all-clear, of other bodies; it wins over match
	Loopback bool   `yaml:"loopback"` // listen on 127.0.0.1 of the CLI's machine instead

	// Token ends the path, of at least 16 letters and digits; ${env:NAME} for a sender that
	// has to know it before. Default: on loopback each run draws one and says it, and inside
	// the drill's network there is none.
	Token secret.Text `yaml:"token"`
}

// Traits: it is told, by the clock of the CLI's machine.
func (*Webhook) Traits() timeline.WatcherTraits {
	return timeline.WatcherTraits{Told: true, Local: true}
}
