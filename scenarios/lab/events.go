package lab

import (
	"fmt"
	"strings"
)

// MostLine is how long a line of a log may be, in bytes.
const MostLine = 4 << 10

// LogCut is the event "log-cut", of the node "target", sent when a log is complete: what of
// it is not in the evidence.
type LogCut struct {
	Target string `json:"target"`
	Lines  int    `json:"lines,omitempty"` // longer than a line may be
	Bytes  int64  `json:"bytes,omitempty"` // of these that are missing
	Early  int64  `json:"early,omitempty"` // bytes at the log's beginning that are missing
}

func (c LogCut) String() string {
	var all []string
	if c.Lines > 0 {
		all = append(all, fmt.Sprintf("%d of its lines are longer than %d bytes and were cut (%d "+
			"bytes)", c.Lines, MostLine, c.Bytes))
	}
	if c.Early > 0 {
		all = append(all, fmt.Sprintf("its first %d bytes made room for the last", c.Early))
	}
	return fmt.Sprintf("log of %s: %s", c.Target, strings.Join(all, "; "))
}

// OutOfMemory is the event "out-of-memory", of the node "engine": the kernel killed a
// process of a target that goes on running, and no fault was meant to cause it.
type OutOfMemory struct {
	Target string `json:"target"`
}
