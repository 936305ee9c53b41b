// Package target is the embedded targets of a drill: a web server, a load
// balancer, an active/standby pair of key-value stores and an application in front
// of a PostgreSQL, that `stormdrill node target` runs. They are real servers with
// nothing to install, so that a drill can be tried where no image is at hand. They run
// on Linux; Spec, which says what one is, is known everywhere.
package target

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/stormdrill/stormdrill/faults/authority"
	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/scenarios"
)

// Spec is one embedded target. Exactly one of Web, LB, KV and SQL is set.
type Spec struct {
	Node  string              `json:"node"`  // its name, such as "app-2"
	Ports []uint16            `json:"ports"` // all served alike, but for a balancer's state port
	Web   *scenarios.Web      `json:"web,omitempty"`
	LB    *scenarios.Balancer `json:"lb,omitempty"`
	KV    *scenarios.KV       `json:"kv,omitempty"`
	SQL   *scenarios.SQL      `json:"sql,omitempty"`
	// TLS: all ports but the state's use TLS, and show this, which is handed over by file.
	TLS *authority.Pair `json:"-"`
	// CA is the authority that a balancer trusts where its servers use TLS, PEM.
	CA string `json:"ca,omitempty"`
	// Seed, with the name, is what all is drawn from that has to be the same when
	// the drill is run again.
	Seed uint64 `json:"seed"`
}

// HandedFile is where a target's container has what must not be in its environment, which
// engines show to every client: what Handed is, as JSON, readable by the target alone.
const HandedFile = "/stormdrill-target.json"

// Handed is what a target is given beside its Spec.
type Handed struct {
	TLS     *authority.Pair   `json:"tls,omitempty"`
	Secrets map[string]string `json:"secrets,omitempty"` // values of those in the Spec, by name
}

// Empty reports whether there is nothing to hand over.
func (h Handed) Empty() bool { return h.TLS == nil && len(h.Secrets) == 0 }

// Take reads what was handed over, where anything was.
func (s *Spec) Take(file string) error {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var h Handed
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	s.TLS = h.TLS
	secret.Give(h.Secrets)
	return nil
}
