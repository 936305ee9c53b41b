package load

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// Expect is what a good answer is, in all that is set: the zero value takes any status
// from 200 to 299. Redirects are not followed: where an answer of 301 is a good one,
// Status says so.
type Expect struct {
	Status []int `yaml:"status" json:"status,omitempty" alone:"true"` // good ones; default 200–299
	// Body is a regular expression (RE2) that the body matches somewhere, in its first
	// 64 KiB.
	Body secret.Text `yaml:"body" json:"body,omitempty"`
	// JSON are values by their path in a body of at most 64 KiB: {status: ok,
	// "items.0.id": 7}.
	JSON map[string]secret.Text `yaml:"json" json:"json,omitempty"`
	// Header are regular expressions that one of the values of a header matches.
	Header map[string]secret.Text `yaml:"header" json:"header,omitempty"`
}

// String says what a good answer is.
func (e Expect) String() string {
	parts := []string{"2xx"}
	if len(e.Status) > 0 {
		codes := make([]string, len(e.Status))
		for i, code := range e.Status {
			codes[i] = strconv.Itoa(code)
		}
		parts[0] = strings.Join(codes, " or ")
	}
	if e.Body != "" {
		parts = append(parts, "body like "+string(e.Body))
	}
	for _, path := range slices.Sorted(maps.Keys(e.JSON)) {
		parts = append(parts, fmt.Sprintf("json %s = %s", path, e.JSON[path]))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Header)) {
		parts = append(parts, fmt.Sprintf("header %s like %s", name, e.Header[name]))
	}
	return strings.Join(parts, ", ")
}

// IsZero reports whether nothing is set.
func (e Expect) IsZero() bool { return len(e.Status) == 0 && !e.OfBody() }

// OfBody reports whether it asks for more than a status.
func (e Expect) OfBody() bool { return e.Body != "" || len(e.JSON)+len(e.Header) > 0 }
