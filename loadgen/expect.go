package loadgen

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

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

// mostBody is how much of a body is held against an expectation, bytes.
const mostBody = 64 << 10

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

// Takes reports whether it takes an answer for a good one; an expectation that cannot
// be read takes none.
func (e Expect) Takes(status int, header http.Header, body []byte) bool {
	x, err := e.compile()
	return err == nil && x.class(answer{status: status, header: header, body: body[:min(len(body), mostBody)], long: len(body) > mostBody}) == OK
}

// ExpectError is a part of an expectation that cannot be read.
type ExpectError struct {
	Key []string // that leads to it: body; header, its name; json, its path
	Err error
}

func (e *ExpectError) Error() string { return strings.Join(e.Key, ".") + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *ExpectError) Unwrap() error { return e.Err }

// Check reports, as an *ExpectError, the first part that cannot be read. Statuses are
// not looked at.
func (e Expect) Check() error {
	_, err := e.compiled(func(t secret.Text, _ func(string) string) (string, error) { return t.Outline(), nil })
	return err
}

// expectation is an Expect, ready to be held against answers.
type expectation struct {
	Expect
	body   *regexp.Regexp // nil: any
	json   map[string]string
	header map[string]*regexp.Regexp
}

// compile puts the secrets in: within a regular expression each stands for itself.
func (e Expect) compile() (*expectation, error) { return e.compiled(secret.Text.RevealAs) }

func (e Expect) compiled(reveal func(secret.Text, func(string) string) (string, error)) (*expectation, error) {
	x := &expectation{Expect: e, json: map[string]string{}, header: map[string]*regexp.Regexp{}}
	pattern := func(t secret.Text) (*regexp.Regexp, error) {
		text, err := reveal(t, regexp.QuoteMeta)
		if err != nil {
			return nil, err
		}
		return regexp.Compile(text)
	}
	var err error
	if e.Body != "" {
		if x.body, err = pattern(e.Body); err != nil {
			return nil, &ExpectError{[]string{"body"}, err}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Header)) {
		if x.header[name], err = pattern(e.Header[name]); err != nil {
			return nil, &ExpectError{[]string{"header", name}, err}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(e.JSON)) {
		if strings.TrimSpace(path) == "" || strings.ContainsAny(path, "#|@!*?{}[]()") {
			return nil, &ExpectError{[]string{"json", path}, fmt.Errorf("want the keys that lead to one value, and places in lists, joined by dots, such as items.0.id")}
		}
		if x.json[path], err = reveal(e.JSON[path], strings.Clone); err != nil {
			return nil, &ExpectError{[]string{"json", path}, err}
		}
	}
	return x, nil
}

// reads reports whether the body of an answer has to be read.
func (x *expectation) reads() bool { return x.body != nil || len(x.JSON) > 0 }

// class holds a whole answer against what is expected.
func (x *expectation) class(a answer) Class {
	switch {
	case !x.status(a.status):
		return Status
	case x.body != nil && !x.body.Match(a.body):
		return Assertion
	}
	for name, want := range x.header {
		if !slices.ContainsFunc(a.header.Values(name), want.MatchString) {
			return Assertion
		}
	}
	if len(x.JSON) > 0 && (a.long || !gjson.ValidBytes(a.body)) {
		return Assertion
	}
	for path, want := range x.json {
		if v := gjson.GetBytes(a.body, path); !v.Exists() || !sameValue(v, want) {
			return Assertion
		}
	}
	return OK
}

func (x *expectation) status(code int) bool {
	if len(x.Status) == 0 {
		return code >= 200 && code < 300
	}
	return slices.Contains(x.Status, code)
}

// sameValue compares a value of JSON with what a scenario writes: 1 and 1.0 are one
// number, and a text is what is between its quotes.
func sameValue(v gjson.Result, want string) bool {
	switch v.Type {
	case gjson.Null:
		return want == "null"
	case gjson.Number:
		n, err := strconv.ParseFloat(want, 64)
		return err == nil && n == v.Num
	}
	return v.String() == want
}

// bodyReader reads bodies, and keeps as much of each as an expectation is held against.
type bodyReader struct {
	kept []byte
	long bool // there was more of it
}

// read reads to the end; without keep nothing is kept.
func (b *bodyReader) read(from io.Reader, keep bool) error {
	b.kept, b.long = b.kept[:0], false
	if !keep {
		_, err := io.Copy(io.Discard, from)
		return err
	}
	_, err := io.Copy(b, from)
	return err
}

// Write keeps what there is room for.
func (b *bodyReader) Write(p []byte) (int, error) {
	room := mostBody - len(b.kept)
	b.kept = append(b.kept, p[:min(len(p), room)]...)
	b.long = b.long || len(p) > room
	return len(p), nil
}
