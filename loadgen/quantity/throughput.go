package quantity

import (
	"fmt"
	"strings"
)

// Throughput is a number of bytes per second. Its text form is SIZE/s: "64KiB/s".
type Throughput int64

// ParseThroughput reads the text form of a Throughput.
func ParseThroughput(s string) (Throughput, error) {
	size, ok := strings.CutSuffix(strings.TrimSpace(s), "/s")
	if !ok {
		return 0, fmt.Errorf("throughput %q: want bytes per second, such as 64KiB/s", s)
	}
	n, err := ParseSize(size)
	if err != nil {
		return 0, fmt.Errorf("throughput %q: want bytes per second with a unit, such as 64KiB/s", s)
	}
	return Throughput(n), nil
}

// String gives the text form in bytes.
func (t Throughput) String() string { return Size(t).String() + "/s" }

// UnmarshalText reads the text form.
func (t *Throughput) UnmarshalText(b []byte) (err error) {
	*t, err = ParseThroughput(string(b))
	return err
}

// MarshalText writes the text form.
func (t Throughput) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
