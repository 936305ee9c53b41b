package load

import (
	"fmt"
	"strings"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// IDMark stands, in a URL or a body, for the id of a write.
const IDMark = "{id}"

// Writes makes a group's requests a ledger: each writes an id of its own, and
// those that were acknowledged are read back by the call "readback".
type Writes struct {
	Read    secret.Text `json:"read"`    // URL with IDMark; 2xx: it is there
	Missing []int       `json:"missing"` // statuses that say it is not there
	Rate    float64     `json:"rate"`    // of reading back, per second, above zero
}

// WriteID is the id that the n-th request of a group writes in a run; it can stand
// in any part of a URL.
func WriteID(run, group string, seq uint64) string {
	return fmt.Sprintf("%s-%s-%d", run, strings.ReplaceAll(group, "/", "."), seq)
}
